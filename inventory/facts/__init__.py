"""What Decant reads of a host, a file each: a shell snippet and a parser of what it prints."""

from collections.abc import Mapping
from functools import cache

from estate.registry import load
from inventory import facts
from inventory.facts.base import Fact


@cache
def all_facts() -> Mapping[str, Fact]:
    """Every fact by its id, in the order of the ids."""
    return load(facts, "FACT", Fact, lambda fact: fact.id)
