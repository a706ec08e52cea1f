"""Hold the panel's description of itself (OpenAPI 3.1) against what that
standard and JSON Schema 2020-12 say.  Reads it from standard input, prints
"ok words" or "not ok words".  With --examples, prints instead a line for each
request that the description's examples make: path, name, body."""
import json
import re
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

METHODS = {"get", "put", "post", "delete", "patch"}


def tell(words, faults):
    print(f"not ok {words}: {faults[:3]}" if faults else f"ok {words}")


def references(node, at=""):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield at, node["$ref"]
        for name, value in node.items():
            yield from references(value, f"{at}/{name}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from references(value, f"{at}/{number}")


def resolve(doc, reference):
    node = doc
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def operations(doc):
    for path, item in doc["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, item, operation


def resolves(doc, reference):
    try:
        return reference.startswith("#/") and resolve(doc, reference)
    except (KeyError, TypeError):
        return None


def check(doc):
    tell("its version and title", [] if doc["openapi"] == "3.1.0" and
         doc["info"]["title"] and doc["info"]["version"] else [doc["info"]])
    tell("every reference leads somewhere",
         [f"{at}: {ref}" for at, ref in references(doc)
          if not resolves(doc, ref)])
    everything = list(operations(doc))
    tell("methods are those of the standard",
         [path for path, method, _, _ in everything if method not in METHODS])
    ids = [operation["operationId"] for _, _, _, operation in everything]
    tell("each operation has an id of its own",
         sorted(i for i in set(ids) if ids.count(i) > 1))
    tell("each has a summary, tags and roles",
         [o["operationId"] for _, _, _, o in everything
          if not (o["summary"] and o["tags"] and o["x-roles"])])
    tell("each has replies, with words and the problem",
         [o["operationId"] for _, _, _, o in everything
          if "default" not in o["responses"] or len(o["responses"]) < 2 or
          any(not re.fullmatch(r"default|[1-5](\d\d|XX)", code) or
              not ("$ref" in reply or reply["description"])
              for code, reply in o["responses"].items())])
    tell("parameters of paths are declared",
         [path for path, item in doc["paths"].items()
          if re.findall(r"{(\w+)}", path) !=
          [p["name"] for p in item["parameters"]] or
          any(p["in"] != "path" or p["required"] is not True
              for p in item["parameters"])])
    shapes = [re.sub(r"{\w+}", "{}", path) for path in doc["paths"]]
    tell("no two paths are the same",
         sorted(s for s in set(shapes) if shapes.count(s) > 1))
    bodies = [(o["operationId"], m) for _, m, _, o in everything
              if "requestBody" in o]
    tell("only what takes one has a body",
         [i for i, m in bodies if m in ("get", "delete")])
    wrong = []
    for name, schema in doc["components"]["schemas"].items():
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            wrong.append(f"{name}: {error.message}")
            continue
        wrong += [f"{name}: {error.message}"
                  for example in schema.get("examples", [])
                  for error in Draft202012Validator(schema)
                  .iter_errors(example)]
    tell("schemas are such, and their examples fit", wrong)


def examples(doc):
    for path, method, _, operation in operations(doc):
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if method == "post" and "$ref" in schema:
            for example in resolve(doc, schema["$ref"])["examples"][:1]:
                print(path, operation["operationId"], json.dumps(example),
                      sep="\t")


document = json.load(sys.stdin)
if sys.argv[1:] == ["--examples"]:
    examples(document)
else:
    check(document)
