#!/usr/bin/python3 -I
"""Schemas of modules: our verdict against that of another validator.

usage: schema.py VERDICT PROGRAM; prints TAP."""
import json
import subprocess
import sys

import jsonschema

TEXTS = ["", "a", "ab", "abc", "a1", "ÄÖ", "ß" * 5, "a\nb", "x" * 300,
         "192.0.2.1", "192.0.2.256", "::1", "::g", "2026-02-28",
         "2026-02-30", "2026-2-3", "a@example.test", "@example.test",
         "a@", "host.example", "-a.example"]
NUMBERS = [0, 1, -1, 2, 3.5, 10, 10**9, 2**53]
OTHERS = [None, True, False, [], ["a"], ["a", "a"], [1, 2, 3], {},
          {"a": 1}, {"a": "x"}, {"a": "x", "b": 2}, {"b": 2},
          {"a": {"b": "x"}}, [["a"]], [{"a": "x"}]]
SCHEMAS = [
    {"type": "string"}, {"type": "integer"}, {"type": "number"},
    {"type": "boolean"}, {"type": "array"}, {"type": "object"},
    {"type": "string", "minLength": 2}, {"type": "string", "maxLength": 2},
    {"type": "string", "pattern": "^[a-z]+$"},
    {"type": "string", "pattern": "b"},
    {"type": "string", "format": "ipv4"},
    {"type": "string", "format": "ipv6"},
    {"type": "string", "format": "date"},
    {"type": "integer", "minimum": 1}, {"type": "number", "maximum": 2.5},
    {"enum": ["a", 1, None, ["a"]]}, {"const": {"a": 1}}, {"const": 1},
    {"type": "array", "items": {"type": "string"}},
    {"type": "array", "minItems": 1}, {"type": "array", "maxItems": 1},
    {"type": "array", "uniqueItems": True},
    {"type": "object", "required": ["a"]},
    {"type": "object", "properties": {"a": {"type": "string"}}},
    {"type": "object", "additionalProperties": False,
     "properties": {"a": {"type": "string"}}},
    {"type": "object", "properties": {
        "a": {"type": "object", "required": ["b"]}}},
    {"type": "array", "items": {"type": "object", "required": ["a"]}},
]
# Real keywords of the standard that we refuse, and things that are none.
REFUSED = [
    {}, [], {"type": "text"}, {"type": ["string", "null"]},
    {"type": "object", "additionalProperties": {"type": "string"}},
    {"type": "string", "pattern": "["},
    {"type": "string", "pattern": "^[[:upper:]]+$"}, {"type": "string", "format": "uri"},
    {"type": "string", "minLength": -1}, {"oneOf": [{"type": "string"}]},
    {"type": "object", "properties": {"a": {"$ref": "#"}}},
    {"type": "object", "required": "a"}, {"type": "number", "minimum": "1"},
]


def nested(depth):
    schema = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


def main():
    pairs, wanted = [], []
    for schema in SCHEMAS:
        validator = jsonschema.Draft202012Validator(
            schema, format_checker=jsonschema.FormatChecker())
        for value in TEXTS + NUMBERS + OTHERS:
            pairs.append([schema, value])
            wanted.append(
                "valid" if validator.is_valid(value) else "invalid")
    for schema in REFUSED + [nested(200)]:
        pairs.append([schema, "a"])
        wanted.append("no schema")
    text = "\n".join(json.dumps(pair) for pair in pairs)
    got = subprocess.run([sys.argv[1]], input=text, encoding="utf-8",
                         stdout=subprocess.PIPE, check=True).stdout.split("\n")
    got.pop()
    wrong = [f"# {json.dumps(p)[:200]}: {g}, not {w}"
             for p, g, w in zip(pairs, got, wanted) if g != w]
    good = not wrong and len(got) == len(wanted)
    print(f"{'' if good else 'not '}ok 1 - {len(wanted)} verdicts are equal")
    print("\n".join(wrong))
    print("1..1")


main()
