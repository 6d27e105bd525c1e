"""The report: one file that stands alone, reads on a phone and by a screen reader, and escapes what it is told."""

import re
from html.parser import HTMLParser
from itertools import pairwise

from estate.documents.report import html
from estate.records.observation import Outcome
from estate.records.personal import PersonalData, PersonalKind, PersonalPlace
from estate.records.report import Report
from tests.estate.documents.reports import small

VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}


class Outline(HTMLParser):
    """What a screen reader would meet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if (identity := dict(attrs).get("id")) is not None:
            self.ids.append(identity)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)


def test_it_says_its_language_and_title_and_every_tag_closes() -> None:
    outline = Outline(html(small(), ""))
    assert ("html", {"lang": "en-GB"}) in outline.tags
    assert any(tag == "title" for tag, _ in outline.tags)
    assert not outline.open
    assert not outline.unbalanced


def test_headings_never_skip_a_level_and_there_is_one_h1() -> None:
    headings = Outline(html(small(), "")).headings
    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))


def test_every_header_cell_has_a_scope_and_every_table_a_caption() -> None:
    outline = Outline(html(small(), ""))
    assert all("scope" in attrs for tag, attrs in outline.tags if tag == "th")
    tables = sum(tag == "table" for tag, _ in outline.tags)
    assert tables > 5
    assert tables == sum(tag == "caption" for tag, _ in outline.tags)


def test_every_link_leads_to_a_place_in_the_same_page() -> None:
    outline = Outline(html(small(), ""))
    targets = [attrs["href"] or "" for tag, attrs in outline.tags if tag == "a"]
    assert targets
    assert all(target.startswith("#") and target[1:] in outline.ids for target in targets)


def test_it_loads_nothing_from_anywhere() -> None:
    page = html(small(), "")
    assert "<script" not in page
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    assert not re.search(r"@import|url\((?!#)", page)


def test_what_it_is_told_is_escaped() -> None:
    page = html(small(), "")
    assert "Anytown &amp; District &lt;Council&gt;" in page
    assert "<Council>" not in page


def test_a_server_that_was_not_reached_is_named_with_the_reason() -> None:
    page = html(small(), "")
    assert "old-payroll" in page
    assert "it does not answer on port 22" in page


def test_what_has_no_price_is_said() -> None:
    assert "Not priced, and not counted as zero" in html(small(), "")


def test_a_broken_ledger_is_the_first_thing_said() -> None:
    report = small()
    broken = report.ledger.model_copy(update={"holds": False, "problem": "entry 7 was changed"})
    page = html(report.model_copy(update={"ledger": broken}), "")
    assert page.index("entry 7 was changed") < page.index('id="estate"')


def test_an_empty_estate_makes_a_page_that_says_so() -> None:
    empty = dict.fromkeys(("servers", "not_seen", "workloads", "dependencies", "assessments", "moves"), ())
    more = {"environments": (), "verifications": (), "rules": (), "frameworks": (), "plan": None}
    page = html(Report.model_validate({**dict(small()), **empty, **more}), "")
    assert "Nothing has been looked at." in page


def test_what_is_unknown_is_said_and_what_does_not_apply_is_a_dash() -> None:
    report = small()
    job = report.workloads[0].model_copy(
        update={"id": "db-legacy/schedule/tidy", "name": "tidy", "kind": "schedule"}
    )
    lost = report.workloads[0].model_copy(update={"id": "db-legacy/postgres/odd", "name": "odd", "bytes": None})
    page = html(report.model_copy(update={"workloads": (job, lost)}), "")
    rows = {name: cells(page, name) for name in ("old-payroll", "tidy", "odd")}
    assert rows["old-payroll"][:6] == ["unknown", "legacy", *["unknown"] * 4]
    assert rows["tidy"][2:5] == ["not confirmed", "—", "—"]
    assert rows["odd"][2:6] == ["not confirmed", "unknown", "unknown", "unknown"]


def test_what_people_move_by_hand_is_told_from_what_decant_moves() -> None:
    report = small()
    assert report.plan is not None
    [wave] = report.plan.waves
    ours = wave.moves[0].model_copy(update={"how": "decant"})
    theirs = wave.moves[0].model_copy(update={"workload": "web-legacy/website/site", "how": "by hand"})
    plan = report.plan.model_copy(update={"waves": (wave.model_copy(update={"moves": (ours, theirs)}),)})
    page = html(report.model_copy(update={"plan": plan}), "")
    assert "2 workloads to move, 1 of them by Decant" in page
    assert page.count("<td>by hand</td>") == 1


def test_no_cell_is_empty() -> None:
    assert re.findall(r"<tr>(?:(?!</tr>).)*<td[^>]*>\s*</td>", html(small(), "")) == []


def test_a_size_on_disk_is_said_to_be_one() -> None:
    assert ">On disk</th>" in html(small(), "")


def test_the_size_recommended_comes_with_its_reason() -> None:
    assert "Standard_B2s_v2 (2 vCPUs, 8.0 GiB). Why: as it is: nothing was observed." in html(small(), "")


def test_how_much_of_a_total_is_guessed_stands_beside_it() -> None:
    page = html(small(), "")
    assert "£812 a month" in page
    assert "£26 of it (3%) rests on guessed prices" in page
    assert "Still an example" not in page


def test_a_stack_that_nobody_sized_is_marked_beside_its_estimate() -> None:
    report = small()
    stack = report.environments[0].model_copy(update={"example": True})
    assert "Still an example" in html(report.model_copy(update={"environments": (stack,)}), "")


def test_the_ledger_is_counted_as_it_was_before_the_report() -> None:
    assert "the ledger had 12 entries (writing the report added one)" in html(small(), "")


def cells(page: str, row: str) -> list[str]:
    """The text of the cells beside the row heading `row`."""
    found = re.search(rf'<tr><th scope="row">{row}</th>(.*?)</tr>', page, re.DOTALL)
    assert found is not None
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1], re.DOTALL)]


def test_a_kind_of_personal_data_has_the_name_that_it_has_elsewhere() -> None:
    held = tuple(PersonalKind(kind=kind, confidence="high", matches=3) for kind in ("email", "ni_number"))
    found = PersonalData(
        id="db1/postgres/residents",
        server="db1",
        source="postgres",
        name="residents",
        outcome=Outcome.KNOWN,
        places=(PersonalPlace(where="public.residents", looked_at=3, bytes=60, found=held),),
        at=small().at,
    )
    report = small().model_copy(update={"personal_data": (found,)})
    page = html(report, "", {"ni_number": "National Insurance number", "email": "E-mail address"})
    assert "<td>E-mail address, National Insurance number</td>" in page


def test_why_servers_were_not_read_is_said_once() -> None:
    first = small().servers[0]
    why = "nobody tried to read it: it is known from rvtools alone"
    lost = [
        first.model_copy(update={"id": name, "reached": False, "tried": False, "unreached_reason": why})
        for name in ("win1", "win2")
    ]
    page = html(small().model_copy(update={"servers": (*small().servers, *lost)}), "")
    assert f"win1, win2 ({why})" in page
    assert page.count(why) == 1
