"""`decant plan` and its subcommands over the recorded practice estate, with rules in planning.toml."""

import csv
import io
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest

from decant.journeys.plan_exporting import as_csv
from decant.journeys.without_servers import transcripts
from decant.schemas import json_schema
from estate.records.plan import Plan, PlannedMove, Wave
from estate.store import Store
from practice.handover import hosts_toml
from stacks.settings.file import load
from tests.decant.face import Said, decant

pytestmark = pytest.mark.slow
DATABASE = "db-legacy/postgres/reports"
BACKUP = "db-legacy/schedule/nightly-backup"
NIGHTS = """
[[window]]
every = "Saturday"
start = 20:00:00
end = 06:00:00
"""


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that was read from recordings, and assessed."""
    root = tmp_path_factory.mktemp("council") / "anytown"
    assert decant("init", str(root), at=root.parent).code == 0
    key = root / "id_ops"
    key.write_text("no server is reached with it\n")
    key.chmod(0o600)
    (root / "hosts.toml").write_text(hosts_toml(key))
    for words in (("discover", "--replay", str(transcripts())), ("assess",)):
        assert decant(*words, at=root).code in (0, 1)
    return root


@pytest.fixture
def workspace(estate: Path) -> Iterator[Path]:
    """The same, without a plan and with the rules of the template."""
    rules = (estate / "planning.toml").read_text()
    yield estate
    (estate / "planning.toml").write_text(rules)
    for name in ("plan.toml", "plan.toml.before"):
        (estate / name).unlink(missing_ok=True)


def plan(workspace: Path, rules: str, *words: str) -> Said:
    (workspace / "planning.toml").write_text(rules)
    return decant("plan", *words, at=workspace)


def held(said: Said, name: str) -> Said:
    jsonschema.validate(said.json, json_schema(name))
    return said


def test_without_windows_days_are_indicative_and_bind_nobody(workspace: Path) -> None:
    said = decant("plan", at=workspace)
    assert said.code == 0
    assert "the days are indicative, one a week, and bind nobody" in said.err
    written = (workspace / "plan.toml").read_text()
    assert "Days are indicative: planning.toml gives no windows" in written
    waves = tomllib.loads(written)["wave"]
    assert all(isinstance(one["expected"], date) for one in waves)
    assert not any("window_start" in one for one in waves)


def test_with_windows_each_wave_has_times_of_the_clock_in_london(workspace: Path) -> None:
    said = held(plan(workspace, NIGHTS, "--json"), "decant.plan/1")
    assert said.code == 0
    assert said.json["indicative"] is False
    first = tomllib.loads((workspace / "plan.toml").read_text())["wave"][0]
    assert (first["window_start"].hour, first["window_end"].hour) == (20, 6)
    assert first["expected"] == first["window_start"].date()
    assert [one["objective"] for one in said.json["reached"]] == ["lateness", "exposure", "dual running", "cut"]


def test_where_no_plan_keeps_every_rule_it_says_which_and_writes_only_what_was_accepted(workspace: Path) -> None:
    assert plan(workspace, NIGHTS).code == 0
    before = (workspace / "plan.toml").read_bytes()
    hard = NIGHTS + '[[deadline]]\nserver = "db-legacy"\nday = 2026-11-24\nhard = true\n'
    said = held(plan(workspace, hard, "--json"), "decant.plan/1")
    assert said.code == 1
    assert said.json["written"] is False
    assert all("leaves db-legacy by 24 November 2026" in one["rules"][0] for one in said.json["conflicts"])
    assert said.json["changes"]
    shown = decant("plan", at=workspace)
    assert shown.code == 1
    assert "No plan keeps this, whatever else is given up (1)" in shown.out
    assert "The least change that restores a plan" in shown.out
    assert "decant plan --accept-change" in shown.err
    assert (workspace / "plan.toml").read_bytes() == before

    accepted = decant("plan", "--accept-change", at=workspace)
    assert accepted.code == 0
    written = tomllib.loads((workspace / "plan.toml").read_text())
    assert len(written["changes"]) == len(said.json["changes"])
    assert '"changed_rules"' in decant("evidence", "export", at=workspace).out
    assert decant("plan", "show", "--json", at=workspace).json["changes"] == written["changes"]
    again = decant("plan", at=workspace)
    assert again.code == 0, "what was accepted holds as long as nothing else is needed"
    assert "the plan stands" in again.err
    assert decant("plan", "--fresh", at=workspace).code == 1


@pytest.mark.parametrize(
    ("rules", "code", "message"),
    [
        ("[link]\nmegabits = 0\n", 2, "link.megabits must be more than 0"),
        ('[[deadline]]\nserver = "db-legcy"\n', 2, "id you mean db-legacy"),
        ('[[window]]\nevery = "Saturday"\nstart = 20:00:00\nend = 20:10:00\n', 1, "the longest window has 10"),
        (
            '[[deadline]]\nserver = "db-legacy"\nday = 2026-01-31\nhard = true\n',
            1,
            "31 January 2026, which is past",
        ),
        (
            f'[[before]]\nfirst = "{DATABASE}"\nthen = "files-legacy"\n'
            f'[[before]]\nfirst = "files-legacy"\nthen = "{DATABASE}"\n',
            1,
            "goes in a circle",
        ),
        (
            "[[window]]\nday = 2020-01-04\nstart = 20:00:00\nend = 22:00:00\n",
            2,
            "no window of planning.toml begins",
        ),
    ],
    ids=["zero bandwidth", "unknown server", "window too short", "deadline past", "circle", "windows past"],
)
def test_what_cannot_be_is_one_clear_sentence(workspace: Path, rules: str, code: int, message: str) -> None:
    said = plan(workspace, rules)
    assert said.code == code, said.err
    assert message in said.err
    assert "Traceback" not in said.err


def test_another_file_may_stand_for_planning_toml(workspace: Path) -> None:
    (workspace / "other.toml").write_text(NIGHTS)
    said = decant("plan", "--assumptions", "other.toml", "--json", at=workspace)
    assert said.json["indicative"] is False
    missing = decant("plan", "--assumptions", "nowhere.toml", at=workspace)
    assert (missing.code, "there is no file nowhere.toml" in missing.err) == (2, True)


def test_an_edited_plan_is_kept_measured_and_warned_of_where_it_breaks_a_rule(workspace: Path) -> None:
    assert plan(workspace, NIGHTS).code == 0
    path = workspace / "plan.toml"
    path.write_text(path.read_text().replace('name = "', 'name = "our ', 1))
    (workspace / "planning.toml").write_text(
        NIGHTS + '[[blackout]]\nname = "Audit"\nfirst = 2026-11-23\nlast = 2027-03-31\n'
    )
    said = held(decant("plan", "--json", at=workspace), "decant.plan/1")
    assert said.code == 0
    assert said.json["edited"] is True
    assert any("plan.toml breaks a rule" in one and "(Audit)" in one for one in said.json["warnings"])
    assert {one["bound"] for one in said.json["reached"]} == {None}
    shown = held(decant("plan", "show", "--json", at=workspace), "decant.plan-shown/1").json
    assert shown["reached"] == said.json["reached"]
    assert shown["broken"] == said.json["broken"] != []
    told = decant("plan", "show", at=workspace).out
    assert "plan.toml was edited, and breaks these rules" in told
    assert "(Audit)" in told
    assert "our " in path.read_text()


def test_a_pin_stays_when_the_plan_is_made_fresh(workspace: Path) -> None:
    assert plan(workspace, NIGHTS, "--most", "1").code == 0
    path = workspace / "plan.toml"
    waves = tomllib.loads(path.read_text())["wave"]
    last = waves[-1]["move"][0]["workload"]
    path.write_text(path.read_text().replace(f'workload = "{last}"', f'workload = "{last}"\npinned = true'))
    fresh = decant("plan", "--fresh", "--json", at=workspace)
    assert fresh.code == 0, fresh.err
    places = {
        move["workload"]: (wave["expected"], move["pinned"])
        for wave in fresh.json["waves"]
        for move in wave["moves"]
    }
    assert places[last] == (str(waves[-1]["expected"]), True)


def test_why_tells_of_what_presses_and_of_each_earlier_window(workspace: Path) -> None:
    blackout = '[[blackout]]\nname = "Audit"\nfirst = 2026-11-23\nlast = 2026-12-06\n'
    assert plan(workspace, "[capacity]\nworkloads = 1\n" + NIGHTS + blackout).code == 0
    found = held(decant("plan", "why", BACKUP, "--json", at=workspace), "decant.plan-why/1").json["why"]
    assert "db-legacy: its contract ends on 31 December 2026" in found["reasons"]
    states = {one["state"] for one in found["earlier"]}
    assert states == {"closed", "full"}
    closed = next(one for one in found["earlier"] if one["state"] == "closed")
    assert any("(Audit)" in reason for reason in closed["reasons"])
    shown = decant("plan", "why", "nightly-backup", at=workspace)
    assert shown.code == 0
    assert "Earlier windows, were it alone to move there" in shown.out
    by_server = decant("plan", "why", "DB-LEGACY", at=workspace)
    assert (by_server.code, by_server.err.startswith("db-legacy/")) == (0, True)
    mistyped = decant("plan", "why", "nightly-backups", at=workspace)
    assert mistyped.code == 2
    assert BACKUP in mistyped.err


def test_what_if_shows_the_difference_and_writes_nothing(workspace: Path) -> None:
    assert plan(workspace, NIGHTS, "--most", "1").code == 0
    ledger = decant("evidence", "export", at=workspace).out
    before = (workspace / "plan.toml").read_bytes()
    said = held(
        decant("plan", "what-if", "--moves-per-window", "20", "--json", at=workspace), "decant.plan-what-if/1"
    )
    assert said.code == 0
    assert said.json["then"]["windows"] <= said.json["now"]["windows"]
    never = decant("plan", "what-if", "--deadline", "db-legacy=2026-11-24", at=workspace)
    assert never.code == 1
    assert "cannot all hold" in never.out
    assert (workspace / "plan.toml").read_bytes() == before
    assert decant("evidence", "export", at=workspace).out == ledger
    for words, message in (
        ((), "say what is to differ"),
        (("--without-blackout", "Election"), "there is no blackout 'Election'"),
        (("--drop-rule", "budgets"), "there is no rule 'budgets'"),
        (("--deadline", "db-legacy"), "write it as db01=2027-03-31"),
        (("--deadline", "dblegacy=2027-01-01"), "id you mean db-legacy"),
    ):
        wrong = decant("plan", "what-if", *words, at=workspace)
        assert (wrong.code, message in wrong.err) == (2, True), wrong.err
    dropped = decant("plan", "what-if", "--drop-rule", "capacity:workloads", "--json", at=workspace)
    assert dropped.json["then"]["windows"] <= dropped.json["now"]["windows"]


def test_a_plan_is_exported_as_table_calendar_and_workload_stacks_on_production(
    workspace: Path, tmp_path: Path
) -> None:
    assert plan(workspace, NIGHTS).code == 0
    table, calendar, stacks = (tmp_path / name for name in ("plan.csv", "plan.ics", "stacks"))
    words = ("plan", "export", "--csv", str(table), "--ical", str(calendar), "--stacks", str(stacks))
    said = decant(*words, at=workspace)
    assert said.code == 0, said.err
    assert "decant stack preview NAME" in said.err.splitlines()[-1]
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    assert {row["workload"] for row in rows} >= {DATABASE, BACKUP}
    assert calendar.read_bytes().count(b"BEGIN:VEVENT") == len(
        tomllib.loads((workspace / "plan.toml").read_text())["wave"]
    )
    made = sorted(path.name for path in stacks.iterdir())
    assert all(name.startswith("production-") for name in made)
    (stacks / "production.toml").write_text((workspace / "stacks/production.toml").read_text())
    settings = [load(stacks / name) for name in made]
    assert {one.name for each in settings for one in each.vm} == {"data-target", "app-target"}
    assert {each.platform for each in settings} == {"production"}
    assert decant(*words, at=workspace).code == 4
    assert decant(*words, "--yes", at=workspace).code == 0
    assert decant("plan", "export", at=workspace).code == 2
    assert decant("plan", "export", "--csv", "plan.toml", "--yes", at=workspace).code == 4


def test_show_needs_a_plan_and_options_belong_to_plan_itself(workspace: Path) -> None:
    store = Store.open(f"sqlite:///{workspace}/.decant/estate.db")
    planned = bool(store.all(Plan))
    store.close()
    if not planned:
        assert "run `decant plan`" in decant("plan", "show", at=workspace).err
    assert decant("plan", "--fresh", "show", at=workspace).code == 2


def test_status_says_when_planning_toml_is_newer_than_the_plan(workspace: Path) -> None:
    assert decant("plan", at=workspace).code == 0

    def stage() -> dict[str, str]:
        found: dict[str, str] = next(
            one for one in decant("status", "--json", at=workspace).json["stages"] if one["name"] == "plan"
        )
        return found

    assert stage()["state"] == "done"
    (workspace / "planning.toml").write_text(NIGHTS)
    assert "older than planning.toml" in stage()["detail"]
    assert decant("status", "--json", at=workspace).json["next"] == "decant plan"


def test_no_cell_is_a_formula() -> None:
    move = PlannedMove(workload="=cmd|/postgres/x", target="+1", why="@SUM(A1)")
    made = Plan(
        id="plan", waves=(Wave(number=1, name="-2+3", moves=(move,)),), at=datetime(2026, 11, 22, tzinfo=UTC)
    )
    rows = list(csv.reader(io.StringIO(as_csv(made).decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
