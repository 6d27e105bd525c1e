"""The table of Azure's types: whole for what the stacks build, and true to pulumi_azure_native's classes."""

import importlib
import inspect
import re

import pytest

from estate.records.preview import Preview
from stacks.arm.types import AZURE, LITERAL, TYPES


def inputs_of(token: str) -> set[str]:
    """The inputs of a type, as its class takes them, in Pulumi's own writing."""
    module, name = token.removeprefix(AZURE).split(":")
    found = getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)
    return {
        re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), key).rstrip("_")
        for key in inspect.signature(found._internal_init).parameters
    }


@pytest.mark.slow
def test_every_type_that_a_shipped_stack_builds_is_in_it(previews: dict[str, Preview]) -> None:
    built = {one.type for preview in previews.values() for one in preview.built}
    assert len(built) > 30
    assert built - set(TYPES) == set()


@pytest.mark.slow
def test_names_and_scopes_are_inputs_of_the_class() -> None:
    for token, kind in TYPES.items():
        keys = {key for key in kind.names if not key.startswith(LITERAL)} | ({kind.scope} - {""})
        if not kind.scope:
            keys.add("resourceGroupName")
        assert keys - inputs_of(token) == set(), token


@pytest.mark.parametrize("token", sorted(TYPES))
def test_there_is_a_name_for_each_part_of_the_type(token: str) -> None:
    kind = TYPES[token]
    assert len(kind.names) == len(kind.segments)
    assert kind.provider.startswith("Microsoft.")
