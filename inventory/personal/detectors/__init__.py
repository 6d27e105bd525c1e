"""The kinds of personal data that Decant looks for, a file each."""

from collections.abc import Mapping
from functools import cache

from estate.registry import load
from inventory.personal import detectors
from inventory.personal.detectors.base import Detector


@cache
def all_detectors() -> Mapping[str, Detector]:
    """Every detector by its id, in the order of the ids."""
    return load(detectors, "DETECTOR", Detector, lambda one: one.id)
