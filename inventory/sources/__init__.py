"""Where an estate is written down besides on its servers: one file a source."""

from collections.abc import Mapping
from functools import cache

from estate.registry import load
from inventory import sources
from inventory.sources.base import Source


@cache
def all_sources() -> Mapping[str, Source]:
    """Every source by its id."""
    return load(sources, "SOURCE", Source, lambda source: source.id)
