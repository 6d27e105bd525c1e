"""Precision and recall on the labelled set: the reporting part, at both levels, for each kind and overall."""

from pathlib import Path

import pytest

from inventory.personal.detectors import all_detectors
from tests.inventory.personal import held_out, labelled
from tests.inventory.personal.labelled import KINDS, sets
from tests.inventory.personal.measure import Measured, measure, table

GOAL = 0.95
DOCS = Path("docs/personal-data.md")


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure("report")


@pytest.mark.parametrize("kind", [*KINDS, "all"])
@pytest.mark.parametrize("level", ["places", "values"])
def test_precision_and_recall_reach_the_goal(measured: Measured, level: str, kind: str) -> None:
    tally = getattr(measured, level)[kind]
    assert tally.hits > 10, "too few to say anything"
    assert tally.precision >= GOAL
    assert tally.recall >= GOAL


def test_the_published_figures_are_those_measured(measured: Measured) -> None:
    text = DOCS.read_text()
    assert "\n".join(table(measured)) in text


def test_the_parts_share_no_name_of_a_column_and_no_line() -> None:
    tuned = sets("tune")
    names = {entry[0] for words in tuned for entries in words.positive.values() for entry in entries}
    names |= {name for words in tuned for entries in words.negative.values() for name in entries}
    lines = {line for words in tuned for line in words.lines}
    reported = {entry[0] for entries in held_out.POSITIVE.values() for entry in entries}
    reported |= {name for entries in held_out.NEGATIVE.values() for name in entries}
    assert len(reported & names) <= 0.1 * len(reported), reported & names
    assert len(lines & set(held_out.LINES)) <= 0.2 * len(held_out.LINES), lines & set(held_out.LINES)


def test_the_set_is_the_same_at_each_run() -> None:
    assert labelled.columns("report")[:20] == labelled.columns("report")[:20]


def test_the_page_lists_every_detector_with_what_it_cannot_tell() -> None:
    rows = [
        f"| {one.title} | `{one.id}` | {one.category} | {one.limits or '—'} |" for one in all_detectors().values()
    ]
    assert "\n".join(rows) in DOCS.read_text()
