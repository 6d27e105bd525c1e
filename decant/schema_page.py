"""The tables of docs/json.md: each published schema and the records inside, read out of the schemas themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

from decant.schemas import OUTPUTS, json_schema

Node = Mapping[str, Any]

_ACTS = "it acts: what it did is in the ledger, and the exit code says whether it did"
_PRACTICE = "it acts on this machine; `practice status --json` shows the outcome"

WITHOUT_JSON: Mapping[str, str] = {
    "approve": "a person reads and signs; what was signed is in the ledger",
    "approvers record": _ACTS,
    "completion": "it prints a shell's script",
    "demo": "its last line on stdout is for scripts; each stage's command has --json",
    "estate export": "it writes files in formats of their own, JSON among them",
    "estate forget": _ACTS,
    "evidence export": "it writes JSON Lines",
    "hosts trust": _ACTS,
    "init": "it writes the files of a workspace",
    "plan export": "it writes files in formats of their own",
    "practice down": _PRACTICE,
    "practice fleet": _PRACTICE,
    "practice load start": _PRACTICE,
    "practice load stop": _PRACTICE,
    "practice run": "the output is that of the command which is run",
    "practice shell": "it is for a person at a terminal",
    "practice up": _PRACTICE,
    "schema show": "it prints a JSON Schema",
    "stack destroy": _ACTS,
    "stack extend": _ACTS,
    "stack new": "it writes a settings file and prints its path",
    "stack reap": "it acts; `stack list --json` has what expires, and the ledger what was taken away",
    "stack refresh": _ACTS,
    "stack remind": _ACTS,
    "stack export": "it writes JSON of Azure's own form",
    "stack settings": "it is a page for people; docs/stacks.md holds it",
    "stack up": _ACTS,
}
"""Every command that has no `--json`, and why."""


def markdown() -> str:
    """Every schema with its keys, every record inside them, and the commands that have no `--json`."""
    schemas = {name: json_schema(name) for name in OUTPUTS}
    lines = [
        "## Schemas",
        "",
        "| schema | printed by | what |",
        "| --- | --- | --- |",
        *(
            f"| [{name}](#{_anchor(name)}) | {', '.join(f'`{c}`' for c in output.commands) or 'any command'} | "
            f"{output.about} |"
            for name, output in OUTPUTS.items()
        ),
        "",
    ]
    for name, schema in schemas.items():
        keys = {key: node for key, node in schema["properties"].items() if key != "schema"}
        lines += [f"### {name}", "", f"{OUTPUTS[name].about}", "", *_table(keys, schema), ""]
    lines += ["## Records", "", "What stands inside, by name. Every key is always there.", ""]
    lines += ["| record | what | keys |", "| --- | --- | --- |"]
    for title, record, whole in _records(schemas):
        inside = "; ".join(f"`{key}` {_type(of, whole)}" for key, of in record["properties"].items())
        lines.append(_cells(title, _first(record.get("description", "")), inside))
    lines += ["", "## Commands without `--json`", "", "| command | why |", "| --- | --- |"]
    lines += [_cells(f"`{command}`", why) for command, why in WITHOUT_JSON.items()]
    return "\n".join([*lines, ""])


def _anchor(name: str) -> str:
    """How a heading of this name is linked to."""
    return name.replace(".", "").replace("/", "")


def _table(keys: Mapping[str, Node], schema: Node) -> Iterator[str]:
    yield "| key | is | what |"
    yield "| --- | --- | --- |"
    for key, node in keys.items():
        yield _cells(f"`{key}`", _type(node, schema), node.get("description", ""))


def _cells(*texts: str) -> str:
    return "| " + " | ".join(" ".join(text.split()).replace("|", "\\|") for text in texts) + " |"


def _first(description: str) -> str:
    return description.partition("\n\n")[0].replace("None", "null")


def _records(schemas: Mapping[str, Node]) -> Iterator[tuple[str, Node, Node]]:
    """Every record inside the schemas by its title, once; two of one name also say where they stand."""
    kinds: dict[str, list[tuple[str, Node]]] = {}
    for schema_name, schema in schemas.items():
        for name, node in schema.get("$defs", {}).items():
            known = kinds.setdefault(name, [])
            if "properties" in node and all(node != other for _, other in known):
                known.append((schema_name, node))
    for name, found in sorted(kinds.items()):
        for schema_name, node in found:
            title = f"{name} of {schema_name}" if len(found) > 1 else name
            yield title, node, schemas[schema_name]


def _type(node: Node, schema: Node) -> str:
    """What a value is, in words."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        target = schema["$defs"][name]
        return name if "properties" in target else _type(target, schema)
    if "anyOf" in node:
        return " or ".join(_type(each, schema) for each in node["anyOf"])
    if "enum" in node:
        return "one of " + ", ".join(f"`{value}`" for value in node["enum"])
    kind = node.get("type")
    if kind == "array":
        if "prefixItems" in node:
            return "pair of " + " and ".join(_type(each, schema) for each in node["prefixItems"])
        return f"list of {_type(node.get('items', {}), schema)}"
    if kind == "object":
        values = node.get("additionalProperties", True)
        return f"object of {_type(values, schema)}" if isinstance(values, Mapping) else "object"
    if kind == "string":
        return {"date-time": "instant", "date": "date"}.get(node.get("format", ""), "text")
    words = {"integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}
    return words.get(str(kind), "any value")
