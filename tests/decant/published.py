"""Holds what a command printed against its published schema."""

from typing import Any

import jsonschema

from decant.schemas import OUTPUTS, json_schema


def closed(node: Any) -> Any:
    """The same schema, refusing every key that it does not name."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: closed(value) for key, value in node.items()}
    return made | {"additionalProperties": False} if isinstance(made.get("properties"), dict) else made


def held(document: dict[str, Any], command: str) -> dict[str, Any]:
    """The document, where its schema is published for the command and names every key in it."""
    name = document["schema"]
    assert name in OUTPUTS
    assert command in OUTPUTS[name].commands, f"{command} prints {name}"
    jsonschema.validate(document, json_schema(name))
    jsonschema.validate(document, closed(json_schema(name)))
    return document
