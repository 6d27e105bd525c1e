"""plan.toml as a person edits it: what is taken, what is warned of, and what is refused."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from estate.errors import UsageError
from estate.records.assessment import Disposition
from migration.plan_file import differences, load, render
from tests.migration.proposing import propose
from tests.migration.small_estate import AT, REPORTS, SHOP, SITE, STATS, edited, estate, uses, workload

SMALL = [REPORTS, SITE, SHOP]


BOTH = [uses("web", "db")]


def test_a_person_gives_a_window_in_london_time(tmp_path: Path) -> None:
    made = estate(SMALL, BOTH)
    window = "[[wave]]\nwindow_start = 2027-07-16T20:00:00\nwindow_end = 2027-07-17T02:00:00\n"
    plan, _ = edited(tmp_path, made, ("[[wave]]\n", window))
    assert plan.waves[0].window_start == datetime(2027, 7, 16, 19, 0, tzinfo=UTC)
    (tmp_path / "plan.toml").write_text(render(plan))
    assert load(tmp_path / "plan.toml", made, AT)[0] == plan


def test_a_window_that_is_over_is_warned_of(tmp_path: Path) -> None:
    made = estate(SMALL, BOTH)
    window = "[[wave]]\nwindow_start = 2024-07-16T20:00:00\nwindow_end = 2024-07-17T02:00:00\n"
    _, warnings = edited(tmp_path, made, ("[[wave]]\n", window))
    said = next(one for one in warnings if one.startswith("the time of wave 1 is past"))
    assert said.startswith("the time of wave 1 is past: its window ended on 17 July 2024, 02:00, and ")
    assert said.endswith("not moved")


def test_a_day_that_is_past_is_warned_of_though_it_has_no_times(tmp_path: Path) -> None:
    made = estate(SMALL, BOTH)
    text = re.sub("expected = .*", "expected = 2024-07-16", render(propose(made, AT)))
    (tmp_path / "plan.toml").write_text(text)
    _, warnings = load(tmp_path / "plan.toml", made, AT)
    assert any("is past: it was for 16 July 2024, and " in one for one in warnings)


@pytest.mark.parametrize(
    "line",
    [
        "expected = 9999-12-31",
        "expected = 0001-01-01",
        "window_end = 9999-12-31T23:59:59-12:00",
        "window_start = 0001-01-01T00:00:00+14:00",
        r'name = "a\u0007\u001b[31m<b>"',
    ],
)
def test_what_no_calendar_and_no_page_can_carry_is_refused(tmp_path: Path, line: str) -> None:
    made = estate(SMALL, BOTH)
    bare = re.sub("(name|expected) = .*\n", "", render(propose(made, AT)))
    (tmp_path / "plan.toml").write_text(bare.replace("[[wave]]\n", f"[[wave]]\n{line}\n", 1))
    with pytest.raises(UsageError, match=r"plan\.toml: wave"):
        load(tmp_path / "plan.toml", made, AT)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([("db/postgres/reports", "db/postgres/report")], "did you mean db/postgres/reports"),
        ([('"new-data"', '"new-dta"')], "did you mean new-data"),
        ([("db/mariadb/shop", "db/postgres/reports")], "db/postgres/reports is in wave"),
        ([("\n[not_moving]", '\n[not_moving]\n"db/mariadb/shop" = "x"')], "db/mariadb/shop is in wave"),
        ([("[[wave]]", "[[wave]]\ncolour = 1")], "colour"),
        ([("[[wave]]", "[[wave")], "is not valid TOML"),
        ([("[[wave]]", "[[wave]]\nwindow_start = 'soon'")], "wave 1, window_start must be a date and a time"),
        ([("[[wave]]", "[[wave]]\nwindow_start = 2027-03-28T01:30:00")], "does not exist"),
        (
            [("[[wave]]", "[[wave]]\nwindow_start = 2027-03-27T01:30:00\nwindow_end = 2027-03-26T01:30:00")],
            "before it begins",
        ),
    ],
)
def test_an_edit_that_is_not_right_is_bad_use(
    tmp_path: Path, changes: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        edited(tmp_path, estate(SMALL, BOTH), *changes)


def test_a_workload_that_the_file_forgets_is_not_dropped(tmp_path: Path) -> None:
    made = estate(SMALL, BOTH)
    (tmp_path / "plan.toml").write_text(render(propose(made, AT)))
    grown = estate([*SMALL, STATS], BOTH)
    plan, warnings = load(tmp_path / "plan.toml", grown, AT)
    assert "does not mention" in plan.not_moving[STATS.id]
    assert any(STATS.id in line for line in warnings)
    assert any(STATS.id in line for line in differences(plan, propose(grown, AT)))


def test_what_a_person_parts_crosses_and_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        f'[[wave]]\n[[wave.move]]\nworkload = "{SITE.id}"\n'
        f'[[wave]]\n[[wave.move]]\nworkload = "{REPORTS.id}"\n[not_moving]\n"{SHOP.id}" = "later"\n'
    )
    plan, _ = load(path, estate(SMALL, BOTH), AT)
    assert plan.waves[0].crossing == ("web>db:5432",)
    assert plan.waves[0].name == "wave 1"


def test_a_confirmed_system_that_a_person_s_plan_parts_is_warned_of(tmp_path: Path) -> None:
    made = estate([workload("a/postgres/x", system="pay"), workload("b/postgres/y", system="pay")])
    path = tmp_path / "plan.toml"
    path.write_text(
        "[[wave]]\n[[wave.move]]\nworkload = 'a/postgres/x'\n[[wave]]\n[[wave.move]]\nworkload = 'b/postgres/y'\n"
    )
    _, warnings = load(path, made, AT)
    assert "the system pay does not move together: it is in waves 1, 2" in warnings


def test_moving_what_should_stay_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(f'[[wave]]\n[[wave.move]]\nworkload = "{REPORTS.id}"\n')
    _, warnings = load(path, estate([REPORTS], db=Disposition.RETAIN), AT)
    assert any("though its server stays" in line for line in warnings)
