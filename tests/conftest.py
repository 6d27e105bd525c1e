"""What tests share: the practice estate."""

import os
import sys
import warnings
from collections.abc import Iterator

import pytest

from practice import system
from practice.estate import Estate


@pytest.fixture(scope="session")
def practice_estate() -> Iterator[Estate]:
    """A running practice estate, seen from the machine: tests of the estate itself use this.

    `DECANT_TEST_ESTATE` names one that is up already, which is then left as it is.
    """
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        warnings.warn("NOT TESTED: the practice estate needs root on Linux", stacklevel=1)
        pytest.skip("the practice estate needs root on Linux")
    lent = os.environ.get("DECANT_TEST_ESTATE")
    if lent:
        yield Estate(lent)
        return
    system.install()
    estate = Estate(f"t{os.getpid()}")
    try:
        estate.up()
        yield estate
    finally:
        estate.down()


@pytest.fixture(scope="session")
def estate(practice_estate: Estate) -> Iterator[Estate]:
    """A running practice estate with this process among its clients.

    Addresses of the estate can be reached from here on, the machine's own network cannot; names of the estate
    resolve only in commands run by `estate.command(argv)`.
    """
    with practice_estate.entered():
        yield practice_estate
