"""An estate of their own for tests that leave it changed for good, and a person at work on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from practice.estate import Estate
from tests.conftest import own_estate_of
from tests.journey.person import Person


@pytest.fixture(scope="module")
def own_estate() -> Iterator[Estate]:
    """A fresh estate for one file of tests."""
    with own_estate_of("proof") as estate:
        yield estate


@pytest.fixture(scope="module")
def person(own_estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """An operator with a workspace for it, who has looked at the servers."""
    root: Path = tmp_path_factory.mktemp("journey") / "anytown"
    made = Person(own_estate, root)
    yield made
    made.store.close()
