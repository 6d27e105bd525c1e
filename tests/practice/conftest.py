"""A writer with a folder of its own, and the password that it is given in a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from practice.load.control import Load
from practice.load.settings import LoadFolder

PASSWORD = "a-word"


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """A writer that has not started, stopped at the end."""
    made = Load(LoadFolder(tmp_path / "load"), [])
    yield made
    made.stop()


@pytest.fixture
def password(tmp_path: Path) -> str:
    """A reference to the file that holds `PASSWORD`."""
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    return f"file:{secret}"
