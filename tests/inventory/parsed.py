"""What a fact makes of what a host printed."""

from typing import TypeVar

from estate.records.base import Record
from inventory.facts import all_facts
from inventory.facts.base import Reading, Section

P = TypeVar("P", bound=Record)


def reading(fact: str, text: str, status: int = 0, uid: int = 0, files: str = "") -> Reading:
    return all_facts()[fact].read(Section(text.encode(), status, uid, files.encode()))


def read(fact: str, kind: type[P], text: str, uid: int = 0, files: str = "") -> P:
    found = reading(fact, text, uid=uid, files=files)
    assert isinstance(found.payload, kind), found.reason
    return found.payload
