"""Check envelopes, one a line, against the schemas of their types.

usage: events.py SCHEMAS < ENVELOPES, where the folder SCHEMAS has TYPE.json.
Prints what does not fit, and at the end how many envelopes of how many types
there were.  A schema is taken strictly: a field that it does not name is one
that was forgotten.
"""
import json
import os
import sys

import jsonschema


def tighten(schema):
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            tighten(value)
    return schema


validators = {}
for name in os.listdir(sys.argv[1]):
    with open(os.path.join(sys.argv[1], name), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validators[name[:-5]] = jsonschema.Draft202012Validator(tighten(schema))

count = 0
types = set()
ids = set()
last = 0
for line in sys.stdin:
    envelope = json.loads(line)
    kind = envelope["type"]
    for error in validators[kind].iter_errors(envelope):
        print(f"{kind}: {error.json_path}: {error.message}")
    if envelope["id"] in ids or envelope["seq"] <= last:
        print(f"{kind}: id or seq is not new: {line}")
    ids.add(envelope["id"])
    last = envelope["seq"]
    types.add(kind)
    count += 1
print(f"{count} of {len(types)} types")
