"""Pulumi is let come to its end, whoever wants to end Decant."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from stacks.deploy.ending import to_its_end

ROOT = Path(__file__).parents[2]
PULUMI = """#!{python}
import signal, sys, time
def ends(number, frame):
    time.sleep(0.7)
    print("cancelled", flush=True)
    sys.exit(1)
signal.signal(signal.SIGINT, ends)
print("begun", flush=True)
time.sleep(30)
"""
PROGRAM = """
import signal, subprocess
from stacks.deploy.ending import to_its_end
# A run in the background is begun with this ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
def work():
    ran = subprocess.run(["{pulumi}"], check=False)
    if ran.returncode:
        raise ValueError("cancelled")
try:
    to_its_end(work, lambda: print("told", flush=True))
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_what_is_done_is_given_back_and_what_goes_wrong_is_raised() -> None:
    assert to_its_end(lambda: 42, lambda: None) == 42

    def wrong() -> None:
        raise ValueError("no quota")

    with pytest.raises(ValueError, match="no quota"):
        to_its_end(wrong, lambda: None)


@pytest.mark.parametrize("how", ["a Ctrl-C at the terminal", "a pipeline that ends its step"])
def test_somebody_who_ends_it_is_told_and_pulumi_is_waited_for(tmp_path: Path, how: str) -> None:
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(PULUMI.format(python=sys.executable))
    pulumi.chmod(0o755)
    run = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM).format(pulumi=pulumi)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    assert run.stdout is not None
    assert run.stdout.readline() == "begun\n"
    time.sleep(0.3)
    if how.startswith("a Ctrl-C"):
        os.killpg(run.pid, signal.SIGINT)
    else:
        os.kill(run.pid, signal.SIGTERM)
    assert run.stdout.read().split() == ["told", "cancelled", "interrupted"]
    assert run.wait(20) == 0
