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
from datetime import UTC, datetime
from pathlib import Path

import pytest

from decant.__main__ import run
from decant.journeys.estate import Shown
from decant.journeys.exporting import as_ansible, as_csv, as_json
from decant.output import listing, say, sentence, show_json, table
from decant.progress import Bars, Lines, amount
from decant.tables import lay_out
from estate.progress import Step
from estate.records.server import Server

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


def test_a_table_is_as_wide_as_the_terminal(tmp_path: Path) -> None:
    lines = on_a_terminal(60, PROGRAM, tmp_path).replace("\r", "").splitlines()
    assert [line for line in lines if "db-legacy" in line] == ["db-legacy  —     unknown"]
    lines = on_a_terminal(20, PROGRAM, tmp_path).replace("\r", "").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("db-legacy"))
    assert lines[at : at + 2] == ["db-legacy  —", "    system: unknown"]


NAME = "db-legacy/schedule/nightly-backup"
WHY = "10.99.1.77 port 22 cannot be reached (No route to host): check the address and the network"


@pytest.mark.parametrize("width", range(1, 200, 3))
def test_no_width_breaks_a_word(width: int) -> None:
    head, lines = lay_out(["workload", "cpus", "why"], [[NAME, "2", WHY], ["x", "16", "—"]], width, ["cpus"])
    words = " ".join([*head, *lines]).split()
    assert NAME in words
    assert set(WHY.split()) <= set(words)
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)


def test_a_reason_that_does_not_fit_stands_below_its_row_and_not_in_a_narrow_column() -> None:
    rows = [["old-payroll", "legacy", "Payroll Services", "a", WHY], ["dns", "legacy", "ICT", "b", "—"]]
    head, lines = lay_out(["server", "role", "owner", "", "why"], rows, 60)
    assert head == ["server       role    owner"]
    assert lines == [
        "old-payroll  legacy  Payroll Services  a",
        "    why: 10.99.1.77 port 22 cannot be reached (No route to",
        "    host): check the address and the network",
        "dns          legacy  ICT               b",
    ]


def test_short_values_below_a_row_share_a_line_and_wide_characters_count_twice() -> None:
    _, lines = lay_out(["a", "b", "c"], [["x" * 18, "y" * 18, "z" * 18]], 46)
    assert lines == [f"{'x' * 18}  {'y' * 18}", f"    c: {'z' * 18}"]
    _, lines = lay_out(["a", "b", "c"], [["x" * 30, "y" * 12, "z" * 12]], 38)
    assert lines == ["x" * 30, f"    b: {'y' * 12}   c: {'z' * 12}"]
    _, lines = lay_out(["a", "b"], [["字字", "y"], ["xxxx", "y"]], 20)
    assert lines == ["字字  y", "xxxx  y"]


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


def test_an_export_commands_no_terminal_and_its_json_holds_each_name_exactly() -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    owner = f"{EVIL}\u2028\u2066é🏛"
    shown = Shown([Server(id="db", address="10.0.0.1", owner=owner, reached=True, seen_at=at)], [], [])
    for content in (as_csv(shown), as_json(shown), as_ansible(shown, {})):
        text = content.decode("utf-8-sig")
        assert SAFE in text
        assert "é🏛" in text
        assert not set("\x1b\x07\x9b\x7f\u202e\u2028\u2066") & set(text)
    assert json.loads(as_json(shown))["servers"][0]["owner"] == owner
    assert json.loads(as_ansible(shown, {}))["all"]["hosts"]["db"]["decant_owner"] == owner


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


def test_json_reads_the_same_where_a_file_name_holds_half_a_character(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    server = Server(id="db", address="10.0.0.1", owner="é🏛", reached=True, seen_at=at)
    show_json("decant.move/1", {"server": server, "path": Path("/srv/x")})
    whole = json.loads(capsys.readouterr().out)
    show_json("decant.move/1", {"server": server, "path": Path("/srv/x\udc80")})
    assert json.loads(capsys.readouterr().out) == {**whole, "path": "/srv/x\udc80"}


def test_a_message_is_broken_between_words_and_the_command_to_type_next_never(tmp_path: Path) -> None:
    message = (
        "files-legacy/files/shared is not known any more, and whoever works with it should be asked where it went"
    )
    command = "decant move db-legacy/postgres/reports --to data-target --describe --workspace /srv/council/anytown"
    program = (
        "import decant.output as o\n"
        f"o.say({message!r})\no.next_step({command!r}, 'see what it would do')\no.next_step('decant plan', 'short')\n"
    )
    lines = on_a_terminal(60, program, tmp_path).replace("\r", "").splitlines()
    assert " ".join(lines[:2]) == message
    assert len(lines[0]) <= 60
    assert lines[2:] == [f"Next: {command}", "(see what it would do)", "Next: decant plan  (short)"]


def test_errors_results_and_a_next_step_in_words_break_no_word_of_a_terminal(tmp_path: Path) -> None:
    line = "Of it, £220.06 rests on guessed prices: our own judgement, undated, or another region's, and so on"
    program = (
        "import decant.output as o\nfrom decant.__main__ import run\n"
        f"o.sentence({line!r})\n"
        "run(['stack', 'preview', 'nothing-of-that-name', '--no-such-option-there-is'])\n"
        "o.next_step('write the passphrase of the state into a file that you alone can read', 'for decant stack up')\n"
    )
    lines = on_a_terminal(60, program, tmp_path).replace("\r", "").splitlines()
    assert " ".join(lines[:2]) == line
    assert max(map(len, lines)) <= 60
    assert any(one.startswith("decant: ") for one in lines)


def test_results_off_a_terminal_stay_in_their_line(capsys: pytest.CaptureFixture[str]) -> None:
    sentence("of many words " * 40)
    assert capsys.readouterr().out.count("\n") == 1
