"""The appendix of deadlines: what ends when, and where the rest of a long table is."""

import io
import re
from datetime import date

from openpyxl import Workbook, load_workbook

from estate.documents.paper import deadlines
from estate.documents.paper.compose import compose
from estate.documents.paper.html import html
from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Table
from estate.documents.paper.tables import MOST_ROWS
from estate.documents.workbook import workbook
from estate.records.assessment import Support
from estate.records.server import Server
from tests.estate.documents import papers

TABLE = date(2026, 11, 1)


def large() -> Matter:
    """Seventy servers more than the others, each with a contract of its own."""
    small = papers.matter()
    first = small.servers[0]
    more = tuple(
        first.model_copy(
            update={"id": f"srv{number:02}", "name": f"srv{number:02}", "contract_end": date(2028, 1, 31)}
        )
        for number in range(70)
    )
    return papers.matter(servers=(*small.servers, *more))


def supported(server: str, ends: date) -> Matter:
    """The usual estate; on one server there is nothing but a product that is supported until a day."""
    small = papers.matter()
    product = Support(
        product="Ubuntu", version="24.04", status="supported", ends=ends, table_date=TABLE, source="the table"
    )
    changed = tuple(
        one.model_copy(update={"support": (product,)}) if one.server == server else one
        for one in small.assessments
    )
    return papers.matter(assessments=changed)


def sheets(matter: Matter) -> Workbook:
    """The workbook that goes with the paper."""
    written = workbook(
        matter.plan, matter.case, matter.costs, matter.assessments, council="", at=papers.AT,
        servers=deadlines.by_server(matter), products=deadlines.by_product(matter),
    )  # fmt: skip
    return load_workbook(io.BytesIO(written))


def of(matter: Matter, server: str) -> deadlines.OfServer:
    return next(one for one in deadlines.by_server(matter) if one.server == server)


def test_an_end_of_support_beyond_the_forecast_is_told_too() -> None:
    row = of(supported("cctv01", date(2029, 5, 31)), "cctv01")
    assert (row.product, row.support) == ("Ubuntu 24.04", date(2029, 5, 31))


def test_the_first_to_end_is_at_the_top() -> None:
    found = deadlines.by_server(papers.matter())
    assert [one.soonest for one in found] == sorted(one.soonest for one in found)
    assert len(found) == len(papers.HOSTS)


def test_the_rest_of_a_long_table_is_in_the_sheet_that_it_names() -> None:
    matter = large()
    tables = [block for block in deadlines.section(matter).everything() if isinstance(block, Table)]
    table = next(one for one in tables if "by server" in one.caption)
    assert len(table.rows) == MOST_ROWS
    assert "The first 60 of 78 rows; the workbook’s sheet “Deadlines” has all." in table.source
    book = sheets(matter)
    rows = list(book["Deadlines"].iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows} == {one.id for one in matter.servers}
    assert {one.product for one in deadlines.by_product(matter)} == {
        row[0] for row in book["Support"].iter_rows(min_row=2, values_only=True)
    }


def test_each_sheet_that_the_paper_names_is_in_the_workbook() -> None:
    matter = large()
    told = set(re.findall("sheet “(.+?)”", html(compose(matter, {}))))
    assert told == {"Deadlines"}
    assert told <= set(sheets(matter).sheetnames)


def test_the_public_edition_refers_to_nothing_that_it_does_not_hold() -> None:
    page = html(compose(papers.matter(edition="public"), {}))
    assert "Appendix H has them by month." in page
    assert "each beside the day of its move" not in page
    assert "which and why" not in page


def test_a_contract_of_what_nobody_has_decided_is_asked_about() -> None:
    small = papers.matter()
    undecided = tuple(
        one.model_copy(update={"disposition": None}) if one.server == "oldpay01" else one
        for one in small.assessments
    )
    dated: tuple[Server, ...] = tuple(
        one.model_copy(update={"contract_end": date(2026, 12, 15)}) if one.id == "oldpay01" else one
        for one in small.servers
    )
    page = html(compose(papers.matter(assessments=undecided, servers=dated), {}))
    assert "1 contract ends in the years of this case, and no wave empties the server: 1 is not decided." in page
    assert "Decide it, or renew it" in page
