"""Fixtures of the room of moves."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the course's own modules, which also run as programs

from moving import Course

from practice.estate import Estate
from tests.migration.trees import Trial, trial


@pytest.fixture
def course() -> Iterator[Course]:
    """A course with two people and no move yet."""
    if os.geteuid() != 0:
        pytest.skip("needs root: the writer runs as another user, whom a freeze shuts out")
    made = Course()
    yield made
    made.close()


@pytest.fixture
def tree(estate: Estate) -> Iterator[Trial]:
    """A file tree of its own on two real servers, gone afterwards."""
    with trial(estate) as made:
        yield made
