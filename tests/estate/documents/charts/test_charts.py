"""Every chart: what it says, that it can be read by everybody, and that the same data give the same drawing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from xml.etree import ElementTree

import pytest

from estate.documents.charts import budget, options, people, roadmap, sensitivity, support
from estate.documents.charts.drawn import BAND, BLUE, DARK_BAND, GREEN, GRID, INK, ORANGE, PURPLE, WIDEST, Chart
from estate.records.business_case import BusinessCase, MonthOfWork
from estate.records.plan import Plan
from migration.business.case import business_case
from tests.migration.business.made import AT, TODAY, plan, small, wave

MARKS = {BLUE, GREEN, PURPLE, ORANGE}
QUIET = {INK, GRID, BAND, DARK_BAND, "white", "none", "transparent"}
LONG = "the benefits and council tax database server of the revenues department, second floor"


@cache
def case() -> BusinessCase:
    return business_case(small(), AT)


def roads(waves: int, name: str = "w") -> Plan:
    return plan(
        *(wave(n + 1, date(2027, 1, 9) + timedelta(days=7 * n), f"{name}{n}/website/x") for n in range(waves))
    )


def work(months: int) -> list[MonthOfWork]:
    return [
        MonthOfWork(month=f"{2027 + n // 12}-{n % 12 + 1:02d}", skill=skill, days=2.5 + n % 3, available=4)
        for n in range(months)
        for skill in ("databases", "servers")
    ]


def one_of_each() -> list[Chart]:
    made = case()
    best = next(one for one in made.options if one.preferred)
    drawn = [
        roadmap.chart(
            small().plan,
            contracts={"web": date(2027, 1, 1)},
            ends={"db": date(2026, 1, 2)},
            blackouts=[roadmap.Blackout("Local elections", date(2027, 3, 22), date(2027, 5, 10))],
        ),
        people.chart(work(3)),
        budget.chart(best),
        options.chart(made.options),
        sensitivity.chart(made.sensitivity, best.name),
        support.chart({"db": date(2026, 1, 2)}, {"db": date(2027, 5, 15)}, TODAY, date(2030, 4, 1)),
    ]
    return [one for one in drawn if one is not None]


CHARTS = {one.name: one for one in one_of_each()}
EACH = pytest.mark.parametrize("name", CHARTS)


def parsed(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(chart.svg)  # noqa: S314 - our own


def texts(chart: Chart) -> list[str]:
    return [one.text or "" for one in parsed(chart).iter() if one.tag.endswith("}text")]


def painted(svg: str) -> Iterator[str]:
    for attribute in ("fill", "stroke"):
        yield from re.findall(rf'\b{attribute}="([^"]+)"', svg)


def test_there_are_six() -> None:
    assert list(CHARTS) == ["roadmap", "people", "budget", "options", "sensitivity", "support"]


@EACH
def test_the_same_data_give_the_same_bytes(name: str) -> None:
    again = {one.name: one for one in one_of_each()}[name]
    assert again.svg == CHARTS[name].svg
    assert again.png() == CHARTS[name].png()
    assert CHARTS[name].png().startswith(b"\x89PNG")


@EACH
def test_only_the_four_colours_mark_anything(name: str) -> None:
    used = set(painted(CHARTS[name].svg))
    known = {colour.lower() for colour in MARKS | QUIET}
    assert {colour.lower() for colour in used if not colour.startswith("url(")} <= known
    assert used & MARKS


@pytest.mark.parametrize("colour", sorted(MARKS | {DARK_BAND, INK}))
def test_each_colour_stands_out_from_white_at_three_to_one(colour: str) -> None:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 3


@EACH
def test_it_is_one_picture_with_its_words_and_nothing_from_elsewhere(name: str) -> None:
    chart = CHARTS[name]
    root = parsed(chart)
    assert root.get("role") == "img"
    assert root.get("aria-label") == chart.alt
    assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]+"', "", chart.svg)
    assert "<script" not in chart.svg
    assert "<image" not in chart.svg
    for held in re.findall(r'\bid="([^"]+)"', chart.svg):
        assert held.startswith(f"{name}-"), "charts of one page would share their ids"
    for used in re.findall(r"url\(#([^)]+)\)", chart.svg):
        assert f'id="{used}"' in chart.svg


@EACH
def test_it_fits_a_page_with_text_that_can_be_read(name: str) -> None:
    assert float(parsed(CHARTS[name]).get("width", "0")) <= WIDEST


@pytest.mark.parametrize("waves", [1, 40, 90])
def test_a_roadmap_with_long_names_fits_a_page(waves: int) -> None:
    drawn = roadmap.chart(
        roads(waves, LONG),
        contracts={f"{LONG}0": date(2027, 1, 12)},
        ends={f"{LONG}0": date(2026, 1, 2)},
        blackouts=[roadmap.Blackout(LONG, date(2027, 1, 11), date(2027, 1, 15))],
    )
    assert drawn is not None
    assert float(parsed(drawn).get("width", "0")) <= WIDEST


@EACH
def test_the_title_is_a_finding_and_not_a_heading(name: str) -> None:
    title = CHARTS[name].title
    assert len(title.split()) >= 5
    assert re.search(r"\d", title)
    assert title not in texts(CHARTS[name]), "it belongs into the page, as text"


@EACH
def test_the_table_is_even_and_every_column_is_named(name: str) -> None:
    table = CHARTS[name].table
    assert table.rows
    assert all(table.columns)
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_the_figures_of_the_budget_are_those_of_the_option() -> None:
    best = next(one for one in case().options if one.preferred)
    drawn = budget.chart(best)
    assert [row[0] for row in drawn.table.rows] == [year.year for year in best.years]
    for year, row in zip(best.years, drawn.table.rows, strict=True):
        assert row[1:4] == (year.capital.likely, year.one_off_revenue.likely, year.annual_revenue.likely)
        assert row[4] == sum(map(float, map(str, row[1:4])))


def test_hardware_of_what_stays_is_drawn_apart_from_the_capital_of_moving() -> None:
    nothing = case().options[0]
    assert nothing.id == "do-nothing"
    drawn = budget.chart(nothing)
    assert drawn.table.columns[1:5] == (
        "Moving: capital (£)",
        "Moving: revenue (£)",
        "Hardware of what stays (£)",
        "Running (£)",
    )
    assert sum(year.staying_hardware.likely for year in nothing.years) == 4000
    for year, row in zip(nothing.years, drawn.table.rows, strict=True):
        assert row[3] == year.staying_hardware.likely
        assert row[1] == year.capital.likely - year.staying_hardware.likely
        assert row[5] == sum(map(float, map(str, row[1:5])))


def test_what_costs_nothing_says_that_it_has_no_price() -> None:
    best = case().options[0]
    none = best.model_copy(
        update={
            "years": tuple(
                year.model_copy(
                    update=dict.fromkeys(("capital", "one_off_revenue", "annual_revenue"), year.capital * 0)
                )
                for year in best.years
            )
        }
    )
    assert "nothing in it has a price" in budget.chart(none).title


def test_the_preferred_option_is_told_by_more_than_its_colour() -> None:
    drawn = options.chart(case().options)
    assert "Move as planned (preferred)" in texts(drawn)
    assert "(preferred)" in drawn.alt
    assert [row[-1] for row in drawn.table.rows].count("yes") == 1


def test_a_missing_option_leaves_no_gap() -> None:
    some = [one for one in case().options if one.id in ("do-nothing", "as-planned")]
    assert len(options.chart(some).table.rows) == 2
    alone = [one for one in case().options if one.preferred]
    assert "at today's value" in options.chart(alone).title


def test_the_tornado_begins_with_what_matters_most() -> None:
    drawn = sensitivity.chart(case().sensitivity, "Move as planned")
    assert drawn is not None
    differences = [abs(float(str(row[-1]))) for row in drawn.table.rows]
    assert differences[0] == max(differences) or differences[1] == max(differences)
    assert sensitivity.chart((), "Move as planned") is None


@pytest.mark.parametrize("waves", [1, 5, 40])
def test_every_wave_has_a_row_with_its_name_and_what_it_moves(waves: int) -> None:
    drawn = roadmap.chart(roads(waves))
    assert drawn is not None
    said = texts(drawn)
    for number in range(waves):
        assert any(one.startswith(f"Wave {number + 1}") for one in said)
    assert said.count("1 workload") == waves
    assert len(drawn.table.rows) == waves


def test_of_very_many_waves_a_month_has_a_row_and_the_table_has_all() -> None:
    drawn = roadmap.chart(roads(90))
    assert drawn is not None
    assert "January 2027: 4 waves" in texts(drawn)
    assert len(drawn.table.rows) == 90


def test_a_long_name_is_cut_in_the_drawing_and_whole_in_the_table() -> None:
    drawn = roadmap.chart(roads(2, LONG))
    assert drawn is not None
    assert all(len(one) < 70 for one in texts(drawn))
    assert any(LONG in str(row[1]) for row in drawn.table.rows)


def test_without_names_a_wave_has_only_its_number() -> None:
    drawn = roadmap.chart(roads(3, "secret-host"), names=False)
    assert drawn is not None
    assert "secret-host" not in drawn.svg + drawn.alt + drawn.title + str(drawn.table)
    assert "Wave 3" in texts(drawn)


def test_a_plan_without_days_or_waves_has_no_roadmap() -> None:
    assert roadmap.chart(plan()) is None
    assert roadmap.chart(plan(wave(1, None, "web/website/x"))) is None


def test_what_ends_before_it_moves_is_told_in_words() -> None:
    late = CHARTS["roadmap"].alt
    assert "Too late for: contract of Wave 1 (pilot): web/website/shop ends on 1 January 2027" in late
    assert "Local elections, 22 March 2027 to 10 May 2027" in late


def test_a_name_cannot_break_out_of_the_drawing() -> None:
    evil = plan(wave(1, date(2027, 1, 9), 'x"><script>alert(1)</script>&\x1b[2J\u202e'))
    drawn = roadmap.chart(evil)
    assert drawn is not None
    assert "<script" not in drawn.svg
    assert "\x1b" not in drawn.svg
    assert parsed(drawn).tag.endswith("svg")


def test_more_work_than_people_is_the_finding_of_that_chart() -> None:
    drawn = people.chart(work(3))
    assert drawn is not None
    assert drawn.title == "Mar 2027 needs 4.5 days of databases, and 4.0 are there"
    assert "4.5 of 4.0: over" in texts(drawn)
    nobody = people.chart([replace_available(one) for one in work(3)])
    assert nobody is not None
    assert "is not known" in nobody.title
    assert people.chart([]) is None


def replace_available(one: MonthOfWork) -> MonthOfWork:
    return one.model_copy(update={"available": None})


@pytest.mark.parametrize("months", [1, 8, 36])
def test_every_month_of_work_is_in_the_table(months: int) -> None:
    drawn = people.chart(work(months))
    assert drawn is not None
    assert len(drawn.table.rows) == 2 * months


def test_the_forecast_counts_servers_month_by_month() -> None:
    ends = {"a": date(2026, 1, 1), "b": date(2027, 3, 1), "c": date(2031, 1, 1)}
    drawn = support.chart(ends, {"a": date(2027, 2, 13), "b": None}, TODAY, date(2028, 4, 1), unknown=4)
    assert drawn is not None
    by_month = {row[0]: row[1:] for row in drawn.table.rows}
    assert by_month == {"Nov 2026": (1, 1), "Mar 2027": (2, 1), "Mar 2028": (2, 1)}, "what changes, and both ends"
    assert "Of 4 servers no end of support is known" in drawn.alt
    assert support.chart({}, {}, TODAY, date(2028, 4, 1)) is None


def test_a_case_that_begins_anew_keeps_its_charts() -> None:
    """Charts depend on records alone: another case gives another drawing."""
    other = business_case(replace(small(), on=date(2026, 6, 1)), AT)
    best = next(one for one in other.options if one.preferred)
    assert budget.chart(best).svg != CHARTS["budget"].svg
