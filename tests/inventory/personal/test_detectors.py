"""Each detector finds its passing examples and passes over its failing ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.personal import judge
from inventory.personal.detectors import all_detectors
from inventory.personal.detectors.base import Detector, Example

DETECTORS = all_detectors()


def _found(detector: Detector, example: Example) -> bool:
    if example.name:
        beside = example.beside.split()
        return detector.id in {one.kind for one in judge.column(example.name, [example.text], beside)}
    return detector.id in {one.kind for one in judge.text(example.text)}


def _examples(which: str) -> list[object]:
    return [
        pytest.param(detector, example, id=f"{detector.id}-{number}")
        for detector in DETECTORS.values()
        for number, example in enumerate(getattr(detector, which))
    ]


@pytest.mark.parametrize(("detector", "example"), _examples("passing"))
def test_a_detector_finds_its_passing_examples(detector: Detector, example: Example) -> None:
    assert _found(detector, example)


@pytest.mark.parametrize(("detector", "example"), _examples("failing"))
def test_a_detector_passes_over_its_failing_examples(detector: Detector, example: Example) -> None:
    assert not _found(detector, example)


@pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)
def test_every_detector_has_examples_of_both_sorts(detector: Detector) -> None:
    assert len(detector.passing) >= 3
    assert len(detector.failing) >= 3


@given(st.text(max_size=300), st.text(max_size=40))
def test_no_text_breaks_a_detector(value: str, name: str) -> None:
    judge.text(value)
    judge.column(name, [value, value.upper(), ""], [name])


@given(st.text(alphabet="0123456789 -.()+@ABab/\n", max_size=200))
def test_no_row_of_digits_and_signs_breaks_a_detector(value: str) -> None:
    judge.text(value)
    judge.column("x", [value])


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", ["1", "1 ", "1-", "a", "a.", "a@", "+44", "(0)", "A1", "01 ", "ab ", "é", "GB82WEST"]
)
def test_a_long_row_of_the_same_takes_no_longer_than_its_length_asks(unit: str) -> None:
    """A pattern that goes back over its own steps would take hours here."""
    judge.text(unit * (100_000 // len(unit)))
    judge.column("x", [unit * 200] * 50)
