"""`decant demo`, with and without servers, as a person starts it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from practice.places import RUN
from tests.conftest import can_practise

CHECKOUT = Path(__file__).parents[2]
NOBODY = 65534
DEMO = [sys.executable, "-m", "decant", "demo"]


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that an ordinary user can reach, as pytest's own folders cannot be."""
    made = Path(tempfile.mkdtemp(prefix="decant-demo-"))
    if os.geteuid() == 0:
        os.chown(made, NOBODY, NOBODY)
    yield made
    shutil.rmtree(made)


def run(argv: list[str], home: Path, seconds: float) -> subprocess.CompletedProcess[str]:
    network = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    own = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(CHECKOUT)}
    environment = {**network, **own}
    return subprocess.run(
        argv, cwd=home, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )


def as_nobody(argv: list[str]) -> list[str]:
    """`argv` run by an account without rights, which sees this checkout and this Python where they are.

    Where they lie in a folder that is closed to others, an open one with nothing else in it stands in its place,
    in a mount namespace of the command's own.
    """
    needed = [CHECKOUT, Path(sys.base_prefix)]
    closed = {top for path in needed for top in [*reversed(path.parents)] if not top.stat().st_mode & 0o001}
    script = ["set -e", "aside=$(mktemp -d)", 'mount -t tmpfs tmpfs "$aside"']
    for number, path in enumerate(needed):
        script += [f'mkdir "$aside/{number}"', f'mount --bind {shlex.quote(str(path))} "$aside/{number}"']
    script += [f"mount -t tmpfs -o mode=0755 tmpfs {shlex.quote(str(top))}" for top in sorted(closed)[:1]]
    for number, path in enumerate(needed):
        if closed & set(path.parents):
            script += [f"mkdir -p {shlex.quote(str(path))}"]
            script += [f'mount --bind "$aside/{number}" {shlex.quote(str(path))}']
    script += ['exec "$@"']
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return ["unshare", "--mount", "sh", "-c", "\n".join(script), "sh", *become, *argv]


def report_of(done: subprocess.CompletedProcess[str]) -> Path:
    """The report whose path is on stderr."""
    [line] = [line for line in done.stderr.splitlines() if line.startswith("Report: ")]
    return Path(line.removeprefix("Report: "))


@pytest.mark.slow
def test_an_ordinary_user_gets_what_needs_no_servers_and_a_report_that_says_what_was_left_out(home: Path) -> None:
    done = run(as_nobody(DEMO) if os.geteuid() == 0 else DEMO, home, 280)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert "the practice estate needs root" in done.stderr
    assert re.fullmatch(r"demo: \d+ stages done, servers left out", done.stdout.splitlines()[-1])
    path = report_of(done)
    assert path.parent == home / "demo-workspace" / ".decant" / "reports"
    report = path.read_text("utf-8")
    for left_out in ("needs root on Linux", "comes from transcripts", "the proof that no write was lost"):
        assert left_out in report
        assert left_out in done.stderr


@pytest.mark.practice
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_whole_journey_ends_with_nothing_lost_and_a_report(home: Path) -> None:
    if not can_practise():
        pytest.skip("the practice estate needs root on Linux")
    if (RUN / "demo").exists():
        pytest.skip("NOT TESTED: somebody's demo is up, and another one would end it")
    done = run(DEMO, home, 1100)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-1] == "demo: 16 stages done, 0 acknowledged writes lost"
    assert "The demo" in done.stdout
    path = report_of(done)
    assert path.parent == home / "demo-workspace" / ".decant" / "reports"
    assert "the ledger holds" in done.stdout
    assert "Next: open " in done.stderr
    assert not (RUN / "demo").exists()
