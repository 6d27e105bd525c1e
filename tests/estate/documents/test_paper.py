"""The committee's paper: what it says, as a page and as a Word document."""

import io
import re
import shutil
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from docx import Document

from estate.documents.paper import figures
from estate.documents.paper.compose import compose
from estate.documents.paper.docx import docx
from estate.documents.paper.html import html
from estate.documents.paper.model import Blank, Paper, Section, Table, Text
from estate.documents.words import pounds
from estate.records.business_case import Budgeted, MonthOfWork
from tests.estate.documents import papers

HEADINGS = [
    "Purpose", "Recommendations", "Key issues", "Policy and corporate implications",
    "Financial and other resource implications", "Legal implications and powers", "Community safety", "Equalities",
    "Risks", "Climate change", "Consultation", "Wards affected", "Appendices", "Background papers",
]  # fmt: skip
APPENDICES = [
    "Roadmap", "Resourcing", "Costs by year", "Options", "Sensitivity", "Assumptions and sources", "What has no price",
    "Deadlines of contracts and support",
]  # fmt: skip


@pytest.fixture(scope="module")
def paper() -> Paper:
    return compose(papers.matter(), papers.charts())


def section(paper: Paper, identity: str) -> Section:
    return next(one for one in (*paper.sections, *paper.appendices) if one.id == identity)


def text(paper: Paper) -> str:
    return html(paper)


def tables(one: Section) -> list[Table]:
    return [block for block in one.everything() if isinstance(block, Table)]


def test_it_has_the_headings_that_councils_use_in_their_order(paper: Paper) -> None:
    assert [one.title for one in paper.sections] == HEADINGS
    assert [one.title for one in paper.appendices] == APPENDICES


@pytest.mark.parametrize(("identity", "who"), [("financial", "finance officer"), ("legal", "monitoring officer")])
def test_the_finance_officer_s_and_the_legal_comment_are_left_blank(paper: Paper, identity: str, who: str) -> None:
    first = section(paper, identity).blocks[0]
    assert isinstance(first, Blank)
    assert who in first.who


def test_totals_are_the_sums_of_their_parts(paper: Paper) -> None:
    option = papers.matter().preferred
    for one in papers.case().options:
        paid = sum(year.capital.likely + year.one_off_revenue.likely for year in one.years)
        assert figures.moving(one).likely + figures.staying(one).likely == paid
    rows = next(one for one in tables(section(paper, "financial")) if one.total).rows
    assert rows[-1][1:4] == ("£0", "£184,000", "£873,000")
    assert [row[3] for row in rows[:-1]] == [pounds(one.annual_revenue.likely) for one in option.years]


def test_options_have_doing_nothing_among_them_and_what_each_differs_by(paper: Paper) -> None:
    options = next(one for one in tables(section(paper, "financial")) if one.caption == "Options")
    assert [row[0] for row in options.rows][:2] == ["Do nothing", "Move as planned (preferred)"]
    assert options.rows[1][-1] == "£362,997 less"


def test_every_table_says_where_its_figures_are_from(paper: Paper) -> None:
    every = [table for one in (*paper.sections, *paper.appendices) for table in tables(one)]
    assert len(every) > 12
    assert all(table.source for table in every)


def test_what_has_no_price_is_listed_and_said_wherever_money_is(paper: Paper) -> None:
    listed = tables(section(paper, "no-price"))[0]
    assert [row[0] for row in listed.rows] == ["cctv01", "housing01"]
    assert (
        "2 items without one are in Appendix G"
        in next(one for one in tables(section(paper, "financial")) if one.caption == "Options").source
    )


def test_readiness_has_four_words_and_counts_every_server(paper: Paper) -> None:
    rows = next(one for one in tables(section(paper, "key-issues")) if one.caption == "Readiness").rows
    assert [row[0] for row in rows] == ["Ready", "Ready with conditions", "Not ready", "Unknown"]
    assert sum(int(row[1]) for row in rows) == len(papers.HOSTS)


def test_a_server_that_nobody_assessed_is_unknown() -> None:
    found = compose(papers.matter(assessments=()), {})
    rows = next(one for one in tables(section(found, "key-issues")) if one.caption == "Readiness").rows
    assert [row[1] for row in rows] == ["0", "0", "0", str(len(papers.HOSTS))]


def test_decisions_have_owners_and_days(paper: Paper) -> None:
    rows = next(one for one in tables(section(paper, "key-issues")) if one.caption == "Decisions needed now").rows
    assert rows[0] == (
        "Extend 2 contracts, or move their servers earlier",
        "They end before the planned move, or no day is planned",
        "Planning (1), Revenues (1)",
        "31 January 2027",
    )


def test_an_impossible_plan_is_told_with_what_conflicts_and_the_least_change() -> None:
    found = text(compose(papers.impossible(), {}))
    assert "No plan keeps every rule" in found
    assert "nothing moves from 4 January 2027 to 5 February 2027" in found
    assert "extend the contract of planning01 to 6 February 2027" in found


def test_the_least_is_proved_with_the_changes_that_the_plan_supposes(paper: Paper) -> None:
    def proved(of: Paper) -> str:
        return next(one.source for one in tables(section(of, "roadmap")) if one.caption == "How good the plan is")

    assert "no plan that keeps the rules can do better" in proved(paper)
    changed = proved(compose(papers.impossible(), papers.charts()))
    assert "“Least” is proved: with these changes to the rules, no plan can do better" in changed
    assert "keeps the rules" not in changed
    edited = tuple(one.model_copy(update={"bound": None}) for one in papers.plan().reached)
    unproved = proved(compose(papers.matter(plan=papers.plan(reached=edited)), papers.charts()))
    assert "How much better a plan could be is not known" in unproved
    assert "proved: " not in unproved


def test_hardware_of_what_stays_is_neither_shared_nor_approved_as_a_cost_of_moving() -> None:
    made = papers.case()
    best = next(one for one in made.options if one.preferred)
    year = best.years[0].model_copy(
        update={"capital": papers.amount(6_500), "staying_hardware": papers.amount(6_500)}
    )
    kept = best.model_copy(update={"years": (year, *best.years[1:])})
    others = tuple(kept if one.preferred else one for one in made.options)
    told = text(compose(papers.matter(case=made.model_copy(update={"options": others})), papers.charts()))
    assert "Approve one-off expenditure of £184,000 (" in told
    assert "Note capital of £6,500 (" in told
    assert "Othertown 30%, £55,200" in told


def test_what_is_paid_once_and_hardware_of_what_stays_are_columns_of_their_own_and_sum_to_all() -> None:
    made = papers.case()
    best = next(one for one in made.options if one.preferred)
    year = best.years[0].model_copy(update={"capital": papers.amount(9_000)})
    year = year.model_copy(update={"staying_hardware": papers.amount(6_500)})
    kept = best.model_copy(update={"years": (year, *best.years[1:])})
    others = tuple(kept if one.preferred else one for one in made.options)
    paper = compose(papers.matter(case=made.model_copy(update={"options": others})), papers.charts())
    by_caption = {one.caption: one for one in tables(section(paper, "financial"))}
    options = by_caption["Options"]
    row = next(row for row in options.rows if "(preferred)" in row[0])
    assert [one.title for one in options.columns][1:3] == ["Moving, paid once", "Hardware of what stays"]
    assert row[1].startswith("£186,500 (")
    assert row[2] == "£6,500"
    years = by_caption[f"“{kept.name}” by financial year"]
    assert [one.title for one in years.columns][1:4] == [
        "Moving: capital",
        "Moving: revenue",
        "Hardware of what stays",
    ]
    for row in years.rows:
        capital, revenue, hardware, running, _, whole, _ = (_pounds(cell) for cell in row[1:])
        assert capital + revenue + hardware + running == whole
    assert years.rows[0][1:4] == ("£2,500", "£92,000", "£6,500")


def test_budgets_sum_to_a_row_of_all_years_with_what_partners_pay() -> None:
    years = (
        Budgeted(year="2026/27", allowed=20_000, planned=20_130, partners={"Othertown": 9_741}),
        Budgeted(year="2027/28", allowed=None, planned=900, partners={"Othertown": 0}),
    )
    paper = compose(papers.matter(case=papers.case().model_copy(update={"budgets": years})), papers.charts())
    (table,) = [one for one in tables(section(paper, "financial")) if one.caption.startswith("Budgets")]
    assert table.rows == (
        ("2026/27", "£20,000", "£20,130", "£130 over the budget", "£9,741"),
        ("2027/28", "none is given", "£900", "no budget is given", "£0"),
        ("All years", "£20,000", "£21,030", "", "£9,741"),
    )
    assert "Whether the budget of 2026/27 is raised" in text(paper)
    assert "Of the £30,771 that the plan’s moves cost once" in text(paper)
    assert "Anytown &amp; District 70%, £21,030; Othertown 30%, £9,741" in text(paper)


def test_what_is_to_be_known_of_prices_stands_beside_the_figures() -> None:
    said = "No price is newer than 400 days."
    assert said not in text(compose(papers.matter(), papers.charts()))
    costs = papers.costs().model_copy(update={"cautions": (said,)})
    assert said in text(compose(papers.matter(costs=costs), papers.charts()))


def _pounds(cell: str) -> int:
    found = re.match(r"£([\d,]+)", cell)
    return int(found[1].replace(",", "")) if found else 0


def test_what_a_person_took_out_of_the_plan_is_told_with_the_person_s_reason() -> None:
    made = papers.plan()
    waves = tuple(one for one in made.waves if one.number != 2)
    out = {"planning01/mariadb/maps": "moved by the supplier"}
    told = text(compose(papers.matter(plan=papers.plan(waves=waves, not_moving=out)), papers.charts()))
    assert "the plan leaves it out: moved by the supplier" in told
    assert "nothing was found on it" not in told
    assert "no window can take" not in told


@pytest.mark.parametrize(("needed", "said"), [(0.04, "No month needs more"), (0.06, "In 1 month that is more")])
def test_a_month_is_short_only_where_the_figures_shown_say_so(needed: float, said: str) -> None:
    case = papers.case()
    work = (MonthOfWork(month="2027-02", skill="network", days=needed, available=0),)
    page = text(compose(papers.matter(case=case.model_copy(update={"people": work})), {}))
    assert said in page


def test_nothing_known_is_said_as_such_and_never_as_none() -> None:
    matter = papers.matter()
    bare = matter.model_copy(
        update={
            "costs": matter.costs.model_copy(update={"carbon": ()}),
            "case": matter.case.model_copy(update={"people": (), "sensitivity": ()}),
            "risks": (),
            "personal": None,
        }
    )
    found = text(compose(bare, {}))
    for said in ("no figure is given", "Nobody has looked for personal data", "nobody has given the effort yet"):
        assert said in found


def test_the_page_escapes_names_and_has_no_script(paper: Paper) -> None:
    found = text(paper)
    assert "Anytown &amp; District &lt;Council&gt;" in found
    assert "<script" not in found
    assert "http://" not in found.replace("http://www.w3.org/2000/svg", "")


def test_the_document_has_real_headings_marked_table_headers_and_pictures_in_words(paper: Paper) -> None:
    content = docx(paper)
    document = Document(io.BytesIO(content))
    levels = [
        int(one.style.name[-1])
        for one in document.paragraphs
        if one.style and one.style.name.startswith("Heading")
    ]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        body = parts.read("word/document.xml").decode()
        styles = parts.read("word/styles.xml").decode()
    pictures = body.count("<wp:docPr ")
    assert pictures == 6
    assert body.count('descr="A bar for each') == pictures * 2
    assert (
        body.count("<w:tblHeader/>") == body.count("<w:tbl>") - 1
    )  # the box at the head has headings at its side
    assert '<w:lang w:val="en-GB"' in styles


def test_the_document_has_a_title_no_author_and_no_empty_paragraph(paper: Paper) -> None:
    document = Document(io.BytesIO(docx(paper)))
    about = document.core_properties
    assert about.title.startswith("Leaving the server room")
    assert (about.author, about.last_modified_by, about.comments) == ("", "", "")
    assert about.language == "en-GB"
    empty = [one for one in document.paragraphs if not one.text.strip() and not one._p.xpath(".//w:drawing")]
    assert empty == []


def test_the_same_paper_is_the_same_file(paper: Paper) -> None:
    assert docx(paper) == docx(paper)


@pytest.mark.slow
def test_it_opens_in_libreoffice_and_its_body_is_a_few_sides(paper: Paper, tmp_path: Path) -> None:
    if shutil.which("soffice") is None or shutil.which("pdftotext") is None:
        pytest.skip("needs libreoffice-writer-nogui and poppler-utils")
    (tmp_path / "paper.docx").write_bytes(docx(paper))
    made = subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "paper.docx",
        ],
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (tmp_path / "paper.pdf").is_file(), made.stderr
    said = subprocess.run(
        ["pdftotext", "-layout", "paper.pdf", "-"], cwd=tmp_path, capture_output=True, check=True
    )
    pages = said.stdout.decode().rstrip("\f").split("\f")
    whole = " ".join(" ".join(pages).split())
    for heading in (*HEADINGS, *APPENDICES):
        assert heading in whole
    body = next(place for place, page in enumerate(pages) if "Appendix A: Roadmap" in page)
    assert body <= 5
    assert all(f"Page {place} of {len(pages)}" in page for place, page in enumerate(pages, 1))
    assert isinstance(paper.sections[0].blocks[0], Text)
