"""What tests share: the practice estate, and a browser."""

import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from estate.progress import Step
from practice import system
from practice.estate import Estate, build

# A property holds or does not; how long an example took says only how busy the machine is.
# The same examples each time: what a run says of a change is of that change. `make chaos` looks for new ones.
settings.register_profile("decant", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("decant")


def can_practise() -> bool:
    """Whether this process may make an estate."""
    return sys.platform.startswith("linux") and os.geteuid() == 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put whole journeys first: files are handed out in order, and one of many minutes must not be the last."""
    items.sort(key=lambda item: "journey" not in item.path.parts)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the images before the first test that needs them: it takes minutes, once, and no test's time limit."""
    wanted = any(item.get_closest_marker("practice") for item in session.items)
    if not wanted or session.config.option.collectonly or not can_practise():
        return

    def tell(step: Step) -> None:
        sys.stderr.write(f"{step.task}: {step.done} of {step.total} {step.unit}: {step.note}\n")

    system.install(tell)
    build(tell)


@contextmanager
def own_estate_of(name: str, disks: Mapping[str, int] | None = None) -> Iterator[Estate]:
    """A fresh estate called `name` and this process's number, gone afterwards. Skips, loudly, who may make none.

    `disks` as for `Estate.up`.
    """
    if not can_practise():
        warnings.warn("NOT TESTED: the practice estate needs root on Linux", stacklevel=1)
        pytest.skip("the practice estate needs root on Linux")
    estate = Estate(f"{name}{os.getpid()}")
    try:
        estate.up(disks=disks)
        yield estate
    finally:
        estate.down()


@pytest.fixture(scope="session")
def practice_estate() -> Iterator[Estate]:
    """A running practice estate, seen from the machine: tests of the estate itself use this.

    `DECANT_TEST_ESTATE` names one that is up already, which is then left as it is.
    """
    lent = os.environ.get("DECANT_TEST_ESTATE")
    if lent and can_practise():
        yield Estate(lent)
        return
    with own_estate_of("t") as estate:
        yield estate


@pytest.fixture(scope="session")
def estate(practice_estate: Estate) -> Iterator[Estate]:
    """A running practice estate with this process among its clients.

    Addresses of the estate can be reached from here on, the machine's own network cannot; names of the estate
    resolve only in commands run by `estate.command(argv)`.
    """
    with practice_estate.entered():
        yield practice_estate


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window, for pages and pictures."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield made
        made.close()
