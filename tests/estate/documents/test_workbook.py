"""The workbook of a plan and its business case, read back."""

import io
import re
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from estate.documents.workbook import workbook
from estate.records.assessment import Assessment
from estate.records.business_case import BusinessCase
from estate.records.cost import Carbon, Costs, NotPriced
from estate.records.plan import Plan
from migration.business.case import business_case
from migration.business.given import Given
from tests.migration.business.made import AT, TODAY, amount, assessed, costs, line, plan, small, wave


def parts() -> tuple[Plan, BusinessCase, Costs, tuple[Assessment, ...]]:
    given = small()
    priced = costs(
        *given.costs.lines,
        unpriced=(
            NotPriced(subject="web", what="a licence", why="no price is known"),
            NotPriced(subject="db/postgres/shop", what="moving it", why="give today/db in rates.toml, or read db"),
        ),
        carbon=(
            Carbon(server="web", on_premises_kg=amount(310.5), azure_kg=None, reckoning="1 × 2", source="DESNZ"),
        ),
        assumptions={"business.soak_days": "14 days"},
        sources=("rates.toml of 1 November 2026",),
    )
    case = business_case(
        Given(
            priced, given.plan, given.assessments, TODAY, pays={"Anyshire": 0.5}, authorities={"web": "Anyshire"}
        ),
        AT,
    )
    return (
        plan(*given.plan.waves, not_moving={"db/schedule/x": "nobody knows it"}),
        case,
        priced,
        tuple(given.assessments),
    )


def read(public: bool = False) -> Workbook:
    made, case, priced, found = parts()
    return load_workbook(
        io.BytesIO(workbook(made, case, priced, found, council="Ourtown Council", at=AT, public=public)),
        data_only=True,
    )


def rows(book: Workbook, name: str) -> list[dict[str, Any]]:
    head, *found = book[name].iter_rows(values_only=True)
    named = [dict(zip(map(str, head), row, strict=True)) for row in found]
    return [row for row in named if "Total" not in row.values()]


def total(book: Workbook, name: str) -> dict[str, Any]:
    head, *found = book[name].iter_rows(values_only=True)
    assert found[-1][0] == "Total"
    return dict(zip(map(str, head), found[-1], strict=True))


BOTH = pytest.mark.parametrize("public", [False, True])


@BOTH
def test_a_cover_is_in_front_and_lists_every_sheet_with_its_rows(public: bool) -> None:
    book = read(public)
    assert book.sheetnames[0] == "Cover"
    cover = list(book["Cover"].iter_rows(values_only=True))
    listed = {row[0]: row[2] for row in cover if row[0] in book.sheetnames}
    assert list(listed) == book.sheetnames[1:]
    for name, number in listed.items():
        assert number == len(rows(book, str(name)))


@BOTH
def test_every_other_sheet_is_one_table_with_one_row_of_headings_and_no_merged_cell(public: bool) -> None:
    book = read(public)
    for page in book.worksheets:
        assert not page.merged_cells.ranges
    for page in book.worksheets[1:]:
        heads = [cell.value for cell in page[1]]
        assert all(heads)
        assert len(set(heads)) == len(heads)
        if page.max_row > 1:
            assert len(page.tables) == 1
            assert next(iter(page.tables.values())).ref.startswith("A1:")
        assert page.freeze_panes == "A2"


def test_numbers_are_numbers_and_days_are_days() -> None:
    book = read()
    first = rows(book, "Roadmap")[0]
    assert first["Day"] == datetime(2027, 2, 13)  # noqa: DTZ001 - a spreadsheet has no zones
    assert first["Window starts"] == datetime(2027, 2, 13, 20)  # noqa: DTZ001
    priced = rows(book, "Costs by line")[0]
    assert isinstance(priced["Likely (£)"], int | float)
    assert priced["Price of"].date() == date(2026, 11, 1)
    cell = book["Options"]["E2"]
    assert "£" in cell.number_format


def test_a_summer_window_is_shown_by_london_s_clock() -> None:
    made = plan(wave(1, date(2027, 7, 3), "web/website/shop"))
    _, case, priced, _ = parts()
    stored = Plan.model_validate_json(made.model_dump_json())
    book = load_workbook(io.BytesIO(workbook(stored, case, priced, council="", at=AT)))
    assert rows(book, "Roadmap")[0]["Window starts"] == datetime(2027, 7, 3, 20)  # noqa: DTZ001


def test_the_discounted_years_of_an_option_sum_to_its_net_present_cost() -> None:
    book = read()
    for option in rows(book, "Options"):
        years = [row for row in rows(book, "Budget by year") if row["Option"] == option["Option"]]
        summed = sum(row["Discounted, likely (£)"] for row in years)
        assert summed == pytest.approx(option["Net present cost, likely (£)"], abs=0.51)
        for row in years:
            capital = row["Capital of moving (£)"] + row["Capital: hardware of what stays (£)"]
            assert row["All together, likely (£)"] == capital + row["One-off revenue (£)"] + row["Running (£)"]


@BOTH
def test_totals_are_the_sums_of_what_is_above_them(public: bool) -> None:
    book = read(public)
    assert total(book, "Roadmap")["Workloads"] == sum(row["Workloads"] for row in rows(book, "Roadmap")) == 2
    assert total(book, "Cost totals")["Lines"] == len(small().costs.lines)
    assert total(book, "Shares")["Share"] == pytest.approx(1)


def test_the_totals_of_costs_are_the_sums_of_their_lines_and_of_nothing_else() -> None:
    book = read()
    for summed in rows(book, "Cost totals"):
        lines = [
            row
            for row in rows(book, "Costs by line")
            if all(row[key] == summed[key] for key in ("Side", "Annual or one-off", "Capital or revenue"))
        ]
        assert len(lines) == summed["Lines"]
        for end in ("Low (£)", "Likely (£)", "High (£)"):
            assert summed[end] == pytest.approx(sum(row[end] for row in lines))


def test_the_public_edition_has_the_same_sums_and_names_no_server() -> None:
    full, public = read(), read(public=True)
    by_category = rows(public, "Costs by category")
    for end in ("Low (£)", "Likely (£)", "High (£)"):
        assert sum(row[end] for row in by_category) == pytest.approx(
            sum(row[end] for row in rows(full, "Costs by line"))
        )
    said = " ".join(
        str(cell) for page in public.worksheets for row in page.iter_rows(values_only=True) for cell in row if cell
    )
    assert not re.search(r"\b(web|db)\b", said)
    assert "give today/SERVER in rates.toml, or read SERVER" in said
    assert "/" not in "".join(one for one in said.split() if "website" in one or "postgres" in one)
    assert not {"Moves", "Not moving", "Assessments", "Costs by line", "Carbon"} & set(public.sheetnames)


@BOTH
def test_budgets_have_every_year_of_moves_and_their_totals_are_what_moving_costs_once(public: bool) -> None:
    _, case, _, _ = parts()
    book = read(public)
    found, whole = rows(book, "Budgets"), total(book, "Budgets")
    assert [row["Financial year"] for row in found] == ["2026/27", "2027/28"]
    for name in ("Planned: the council (£)", "Anyshire pays (£)", "All together (£)"):
        assert whole[name] == pytest.approx(sum(row[name] for row in found))
    assert whole["All together (£)"] == case.moving_once
    assert whole["Anyshire pays (£)"] == pytest.approx(case.shares["Anyshire"] * case.moving_once, abs=0.01)


def test_what_to_know_of_prices_stands_on_the_cover() -> None:
    made, case, priced, _ = parts()
    doubted = priced.model_copy(update={"cautions": ("No licence of Windows is counted.",)})
    book = load_workbook(io.BytesIO(workbook(made, case, doubted, council="", at=AT)))
    said = {row[0]: row[1] for row in book["Cover"].iter_rows(values_only=True)}
    assert said["To know of these prices"] == "No licence of Windows is counted."


def test_what_has_no_price_is_listed_and_what_is_not_known_is_empty_and_never_nought() -> None:
    book = read()
    assert {"a licence"} <= {row["What"] for row in rows(book, "No price")}
    carbon = rows(book, "Carbon")[0]
    assert carbon["On-premises, likely"] == 310.5
    assert carbon["Azure, likely"] is None


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "\x1b[2J\u202eab"]
)
def test_a_name_is_never_a_formula(evil: str) -> None:
    bad = costs(line(evil, "azure", 1, what=evil), unpriced=(NotPriced(subject=evil, what=evil, why=evil),))
    made = plan(wave(1, date(2027, 2, 13), f"{evil}/website/x"), not_moving={evil: evil})
    case = business_case(Given(bad, made, (assessed(evil),), TODAY), AT)
    book = load_workbook(io.BytesIO(workbook(made, case, bad, (assessed(evil),), council=evil, at=AT)))
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert str(cell.value).startswith("=SUM("), "only our own totals"
                assert "\x1b" not in str(cell.value)


def test_an_empty_plan_gives_a_workbook_all_the_same() -> None:
    none = costs()
    empty = business_case(Given(none, plan(), (), TODAY), AT)
    book = load_workbook(io.BytesIO(workbook(plan(), empty, none, council="", at=AT)))
    assert rows(book, "Roadmap") == []
    assert len(rows(book, "Options")) == 2


def test_the_same_contents_are_the_same_bytes() -> None:
    made, case, priced, found = parts()
    first, second = (workbook(made, case, priced, found, council="Ourtown", at=AT) for _ in range(2))
    assert first == second
