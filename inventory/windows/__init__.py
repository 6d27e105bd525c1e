"""What Decant reads of a Windows server, a file each: a PowerShell snippet and a parser of the JSON it prints.

A fact that Linux has too has the same id and the same record."""

from collections.abc import Mapping
from functools import cache

from estate.registry import load
from inventory import windows
from inventory.facts.base import Fact


@cache
def windows_facts() -> Mapping[str, Fact]:
    """Every fact of Windows by its id, in the order of the ids."""
    return load(windows, "FACT", Fact, lambda fact: fact.id)
