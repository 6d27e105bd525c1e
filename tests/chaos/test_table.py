"""The table says what was lost where, what did not come about, and why what does not apply does not."""

from tests.chaos.faults import BY_NAME, FAULTS
from tests.chaos.points import ACCEPTING, POINTS, READY, SEEDING, SOAKING
from tests.chaos.table import Cell, draw, lost, struck, uncovered

KILLED = BY_NAME["worker killed"]


def whole() -> list[Cell]:
    return [
        Cell(kind, fault.name, point.name, "went on", 0)
        for kind in ("postgres", "files")
        for fault in FAULTS
        for point in POINTS
        if not fault.why_not(kind, point)
    ]


def row(text: str, kind: str, fault: str) -> list[str]:
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"{kind}: "))
    return next(line for line in lines[start:] if line.startswith(fault)).removeprefix(fault).split()


def test_a_whole_matrix_covers_every_pair_and_lost_nothing() -> None:
    assert uncovered(whole()) == []
    assert lost(whole()) == 0
    text = draw(whole())
    assert "?" not in row(text, "postgres", KILLED.name)
    assert row(text, "files", KILLED.name) == ["0", "0", "0", "-1", *["0"] * 7]
    assert "-1 no run of Decant is under way in a move that is ready" in text


def test_what_did_not_come_about_is_named_and_never_a_nought() -> None:
    cells = [one for one in whole() if (one.kind, one.fault, one.point) != ("files", KILLED.name, SEEDING.name)]
    assert uncovered(cells) == ["files: worker killed while seeding"]
    assert row(draw(cells), "files", KILLED.name)[1] == "?"
    of = len(whole())
    assert struck(cells) == f"{of - 1} of {of} pairs that apply"


def test_a_loss_shows_and_counts_whatever_else_struck_there() -> None:
    cells = [*whole(), Cell("postgres", KILLED.name, SOAKING.name, "killed", 3)]
    assert lost(cells) == 3
    assert row(draw(cells), "postgres", KILLED.name)[POINTS.index(SOAKING)] == "3r"


def test_what_does_not_apply_has_a_reason() -> None:
    assert KILLED.why_not("files", READY)
    assert KILLED.why_not("files", ACCEPTING) == ""
    assert BY_NAME["source database restarted"].why_not("files", SOAKING) == "a file tree has no database"
    schema = BY_NAME["schema changed on target"]
    assert [point for point in POINTS if not schema.why_not("postgres", point)] == [SOAKING]
