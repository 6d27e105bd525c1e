"""Runs the command line as a person does, in a process of its own, and keeps what it said."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Said:
    """One run: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """What it printed, as one JSON object."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def decant(
    *words: str,
    at: Path,
    environment: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout: float = 120,
    within: Sequence[str] = (),
) -> Said:
    """Run `decant WORDS` in the folder `at`, without a terminal; `within` is what goes before the command."""
    settings = {**os.environ, "HOME": str(at), "XDG_CONFIG_HOME": str(at / ".config"), **(environment or {})}
    done = subprocess.run(
        [*within, sys.executable, "-m", "decant", *words],
        cwd=at,
        env=settings,
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)
