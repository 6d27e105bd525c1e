"""What a person sees on terminals of several widths, and how progress and results stand to each other."""

import fcntl
import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from decant.__main__ import run
from decant.output import listing, say, show_json, table
from decant.progress import Bars, Lines, amount
from estate.progress import Step

PROGRAM = """
import click
from decant.app import App
from decant.output import next_step, table
from estate.progress import Step

@click.command()
@click.pass_context
def command(ctx):
    app = ctx.obj = App()
    ctx.call_on_close(app.close)
    app.progress(Step("read", 1, 2, "hosts"))
    table("Servers", ["server", "role", "system"], [["db-legacy", "", None]])
    next_step("decant assess")

command.main([], standalone_mode=False)
"""


def on_a_terminal(columns: int, program: str, at: Path) -> str:
    """What a program prints on a terminal of that width."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS", "LINES"}}
    running = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=at,
        env={**kept, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # so Linux says that the other end is closed
        pass
    os.close(ours)
    assert running.wait(timeout=60) == 0, said
    return said.decode()


def test_results_come_below_the_progress_and_nothing_after_them(tmp_path: Path) -> None:
    said = on_a_terminal(100, PROGRAM, tmp_path)
    assert said.rindex("1 of 2 hosts") < said.index("Servers")
    assert said.rstrip().endswith("Next: decant assess")


def test_a_narrow_terminal_gets_a_block_of_lines_for_each_row(tmp_path: Path) -> None:
    lines = on_a_terminal(60, PROGRAM, tmp_path).replace("\r", "").splitlines()
    assert lines[lines.index("server: db-legacy") :][:3] == ["server: db-legacy", "  role: —", "  system: unknown"]


def test_how_far_a_step_is_says_nothing_where_nothing_is_counted() -> None:
    assert amount(Step("freeze")) == ""
    assert amount(Step("verify", 0, 0, "folders")) == ""
    assert amount(Step("preview", 1, None, "resources")) == "1 resource"
    assert amount(Step("discover", 1, 3, "hosts")) == "1 of 3 hosts"


def test_off_a_terminal_every_step_has_a_line_when_it_starts() -> None:
    stream = io.StringIO()
    draw = Lines(stream)
    draw(Step("freeze reports", note="writes stop"))
    draw(Step("verify reports"))
    draw(Step("seed", 0, 100, "bytes"))
    assert stream.getvalue().splitlines() == [
        "freeze reports: writes stop",
        "verify reports",
        "seed: 0 B of 100 B",
    ]


def test_bars_begin_anew_after_they_were_closed(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as stream:
        bars = Bars(stream)
        bars(Step("one", 1, 1))
        bars.close()
        bars(Step("two", 1, 1))
        bars.close()
    assert (tmp_path / "out").read_text().count("two") == 1


EVIL = "evil\x1b]0;PWNED\x07\x9b2J\x7f\u202etxt\nAGAINST"
SAFE = "evil\\u001b]0;PWNED\\u0007\\u009b2J\\u007f\\u202etxt\\nAGAINST"


def test_what_was_named_elsewhere_cannot_move_the_cursor_nor_begin_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    say(EVIL)
    table("Moves", ["move"], [[EVIL]])
    table(EVIL, ["move"], [])
    listing("AGAINST what was decided", [EVIL])
    Lines(sys.stderr)(Step(EVIL, note=EVIL))
    monkeypatch.chdir(tmp_path)
    assert run(["--workspace", EVIL, "status"]) == 2
    said = capsys.readouterr()
    assert said.out.count(SAFE) == 3
    assert said.err.count(SAFE) == 4
    assert "evil\\u001b]0;PWNED\\u0007" in said.err.splitlines()[-1]
    assert not set("\x1b\x07\x9b\x7f\u202e") & set(said.out + said.err)


def test_on_a_terminal_a_note_of_a_step_is_as_harmless(tmp_path: Path) -> None:
    program = PROGRAM.replace('"read", 1, 2, "hosts"', '"read", 1, 2, "hosts", "a\\x1b]0;PWNED\\x07[/]b"')
    said = on_a_terminal(120, program, tmp_path)
    assert "a\\u001b]0;PWNED\\u0007[/]b" in said
    assert "\x1b]0;" not in said


def test_json_holds_every_name_exactly_and_no_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    show_json("decant.move/1", {"name": EVIL})
    out = capsys.readouterr().out
    assert json.loads(out)["name"] == EVIL
    assert not set("\x1b\x07\x9b\x7f\u202e") & set(out)
