"""`decant plan report`: the files, the public edition without a name, and who may read it."""

import hashlib
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from decant.app import App
from decant.journeys.paper_public import ELSEWHERE, Names, neutral
from decant.journeys.without_servers import transcripts
from estate.documents.paper import deadlines
from estate.documents.paper.compose import compose
from estate.documents.paper.docx import docx
from estate.documents.paper.html import html
from estate.documents.paper.matter import Matter
from estate.documents.workbook import workbook
from estate.records.cost import Costs, NotPriced
from migration.costing.reckon import COSTS_ID
from practice import spec
from tests.decant.face import Said, decant
from tests.decant.test_business_case import PLANNING
from tests.decant.test_pages import RULES
from tests.decant.test_public_edition import filled
from tests.estate.documents import papers

PUBLISHED = {
    "Matter.council", "Matter.ledger_head", "Support.product", "Support.version", "Support.source", "Size.basis",
    "Option.name", "Option.what", "Option.for_it", "Option.against", "Sensitivity.assumption", "Sensitivity.from_value",
    "Sensitivity.to_value", "MonthOfWork.skill", "BusinessCase.rule", "BusinessCase.conventions", "BusinessCase.shares",
    "Budgeted.partners",
    "NotPriced.what", "NotPriced.why", "Costs.assumptions", "Costs.sources", "Costs.cautions", "Carbon.source",
    "Risk.framework", "Server.authority", "Outdated.assessments", "Outdated.plan", "Outdated.costs",
    "CostLine.source",
}  # fmt: skip
"""Text that may be published where it names nobody: how figures were reckoned, products, partners, and our own words."""


IDS = {
    "Plan.id", "BusinessCase.id", "Costs.id", "Option.id", "YearCost.year", "CostLine.assumptions",
    "Score.criterion", "Size.sku", "Budgeted.year",
}  # fmt: skip
"""Keys of our own catalogues and files, years and months."""


def drawn(matter: Matter) -> str:
    """Every byte of every edition, unzipped, as one text."""
    paper = compose(matter, {})
    book = workbook(
        matter.plan,
        matter.case,
        matter.costs,
        matter.assessments,
        council=matter.council,
        at=matter.at,
        servers=deadlines.by_server(matter),
        products=deadlines.by_product(matter),
        public=True,
    )
    return html(paper) + unzipped(docx(paper)) + unzipped(book)


def unzipped(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def planted() -> Matter:
    """Matter whose every text is a canary; but for months, which are read as such."""
    full = filled(Matter)
    people = tuple(one.model_copy(update={"month": "2027-01"}) for one in full.case.people)
    return full.model_copy(update={"edition": "full", "case": full.case.model_copy(update={"people": people})})


def test_nothing_gets_out_that_may_not_be_published() -> None:
    full = planted()
    shown = neutral(full, Names(full))
    told = set(re.findall(r"canary:([\w.]+\w)", drawn(shown) + shown.model_dump_json()))
    assert told <= PUBLISHED | IDS


def test_every_text_of_the_matter_had_a_canary() -> None:
    planted = set(re.findall(r"canary:([\w.]+\w)", filled(Matter).model_dump_json()))
    assert {"Server.address", "Workload.id", "Conflict.rules", "Plan.not_moving", "CostLine.reckoning"} <= planted


def test_names_in_sentences_take_them_along() -> None:
    names = Names(papers.matter(), others={"first.person", "A. Patel"})
    for text in (
        "rates.toml has none for revdb01 or housing01",
        "REVDB01 is old",
        "it answers at 10.99.1.11",
        "at 192.0.2.7",
        "revdb01.anytown.internal does",
        "First.Person said so",
        "A. Patel is away",
    ):
        assert names.clean(text) == ELSEWHERE
    assert names.clean("Move a year later") == "Move a year later"
    assert names.clean("In 10 days, 30% of 4.5 million") == "In 10 days, 30% of 4.5 million"


def test_no_name_address_or_owner_is_in_any_byte() -> None:
    for full in (papers.matter(), papers.impossible()):
        text = drawn(neutral(full, Names(full))).lower()
        for host, owner, _, _ in papers.HOSTS:
            assert host not in text
            assert owner is None or f">{owner.lower()}<" not in text
        for told in ("10.99.1.", "anytown.internal", "revenues system", "unattended-upgrades"):
            assert told not in text


def test_a_system_that_may_be_published_has_the_name_that_a_person_gave() -> None:
    full = papers.matter()
    found = neutral(full, Names(full, publishable={"Revenues system": "Council tax and benefits"}))
    text = html(compose(found, {}))
    assert "Council tax and benefits" in text
    assert "Revenues system" not in text
    assert "System 1" in text or "System 2" in text


def test_the_public_edition_costs_the_same() -> None:
    full = papers.matter()
    shown = neutral(full, Names(full))
    assert shown.preferred.years == full.preferred.years
    assert sum(one.amount.likely for one in shown.costs.lines) == sum(
        one.amount.likely for one in full.costs.lines
    )
    assert len(shown.costs.unpriced) == len(full.costs.unpriced)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with everything that a paper needs, over the recorded practice estate."""
    root = tmp_path_factory.mktemp("paper") / "anytown"
    assert decant("init", str(root), "--council", "Anytown Borough Council", at=root.parent).code == 0
    (root / "hosts.toml").write_text(
        "".join(
            f'[[host]]\nname = "{one.name}"\naddress = "{one.address}"\nuser = "ops"\nowner = "Quexleyfolk"\n'
            f'sudo = "nopasswd"\nrole = "{one.role}"\n\n'
            for one in spec.HOSTS
            if one.role != "infrastructure"
        )
    )
    (root / "planning.toml").write_text(PLANNING)
    (root / "systems.toml").write_text(
        '[[system]]\nname = "zqsystem"\nowner = "Zqowner Hargreaves"\nconfirmed_by = "zqconfirmer"\n'
        'confirmed_on = 2026-11-01\nworkloads = ["db-legacy/mariadb/shop"]\n'
    )
    (root / "assumptions.toml").write_text(
        'egress_gb = { low = 5, likely = 20, high = 60, source = "measured for zqsystem by Zqowner Hargreaves" }\n'
        'log_gb = { low = 1, likely = 2, high = 9, source = "zqconfirmer told us" }\n'
    )
    for words in (
        ["discover", "--replay", str(transcripts())], ["assess"], ["risk"], ["plan"], ["check", "hosts"], ["costs"],
    ):  # fmt: skip
        said = decant(*words, at=root, timeout=240)
        assert said.code in (0, 1), said.err
    return root


def report(root: Path, *words: str) -> Said:
    return decant("plan", "report", *words, at=root, timeout=240)


@pytest.mark.slow
def test_it_writes_three_files_and_notes_each_with_its_digest(root: Path) -> None:
    said = report(root, "--json")
    assert said.code == 0, said.err
    files = said.json["files"]
    assert [one["format"] for one in files] == ["html", "docx", "xlsx"]
    app = App(start=root)
    noted = {entry.payload["sha256"] for entry in app.ledger.entries("paper.written")}
    app.close()
    for one in files:
        path = Path(one["path"])
        assert path.parent == root / ".decant/reports"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == one["sha256"]
        assert one["sha256"] in noted
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_the_public_edition_names_nothing_of_the_estate_in_any_byte(root: Path, tmp_path: Path) -> None:
    said = report(root, "--public", "--output", str(tmp_path / "public"))
    assert said.code == 0, said.err
    text = ""
    for path in sorted((tmp_path / "public").iterdir()):
        content = path.read_bytes()
        text += content.decode() if path.suffix == ".html" else unzipped(content)
    for one in spec.HOSTS:
        assert one.role == "infrastructure" or one.name not in text
        assert one.address not in text
    for told in (
        "Quexleyfolk",
        "A. Patel",
        "practice.test",
        "report-it",
        "nightly-backup",
        "PermitRootLogin",
        "zqsystem",
        "Zqowner",
        "zqconfirmer",
    ):
        assert told not in text
    assert "<svg" in text


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["full", "public"])
@pytest.mark.parametrize("width", [390, 1280])
def test_everybody_can_read_the_page(root: Path, tmp_path: Path, edition: str, width: int) -> None:
    said = report(
        root, "--format", "html", "--output", str(tmp_path), *(["--public"] if edition == "public" else [])
    )
    assert said.code == 0, said.err
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / f"committee-{edition}.html").as_uri())
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        browser.close()
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]] == []
    assert len(found.response["passes"]) > 15
    assert wide <= width
    assert len(asked) == 1


@pytest.mark.slow
def test_what_is_missing_is_said_with_the_command_to_run(root: Path, tmp_path: Path) -> None:
    empty = tmp_path / "new"
    assert decant("init", str(empty), at=tmp_path).code == 0
    said = report(empty)
    assert (said.code, "decant assess" in said.err) == (2, True)
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    app = App(start=copy)
    app.store.retire(Costs, [COSTS_ID])
    app.close()
    said = report(copy)
    assert (said.code, "run `decant costs`" in said.err) == (2, True)


@pytest.mark.slow
def test_it_writes_over_nothing_of_the_workspace_and_asks_before_it_replaces(root: Path, tmp_path: Path) -> None:
    refused = report(root, "--format", "html", "--output", str(root / "stacks"))
    assert refused.code == 4, refused.err
    for expected in (0, 4):
        assert report(root, "--format", "html", "--output", str(tmp_path)).code == expected
    assert report(root, "--format", "html", "--output", str(tmp_path), "--yes").code == 0


@pytest.mark.slow
def test_a_public_name_that_names_a_server_is_refused_and_nothing_is_written(root: Path, tmp_path: Path) -> None:
    """A person may let a system be published, but not a server under its name."""
    whole = (root / "systems.toml").read_text()
    (root / "systems.toml").write_text(
        whole.replace("owner =", 'public_name = "Permits on db-legacy"\nowner =', 1)
    )
    said = report(root, "--public", "--output", str(tmp_path / "named"))
    (root / "systems.toml").write_text(whole)
    assert said.code == 2
    assert "'Permits on db-legacy', which names db-legacy" in said.err
    assert not list((tmp_path / "named").glob("*"))


def test_an_unknown_format_is_refused_with_the_nearest(tmp_path: Path) -> None:
    assert decant("init", str(tmp_path / "a"), at=tmp_path).code == 0
    said = report(tmp_path / "a", "--format", "html,docs")
    assert said.code == 2
    assert "docx" in said.err
    assert json.dumps(said.out) == '""'


def test_what_was_worked_out_of_the_names_is_not_taken_along_into_the_public_edition() -> None:
    full = papers.matter()
    before = [full.legacy, full.assessed, full.by_id, full.in_waves, full.unplanned, full.unpriced, full.last_day]
    assert before
    text = drawn(neutral(full, Names(full))).lower()
    assert not [host for host, *_ in papers.HOSTS if host in text]


def test_both_editions_count_the_same_items_without_a_price() -> None:
    full = papers.matter()
    more = tuple(
        NotPriced(subject=host, what="licences of Windows", why=f"give licence/{host} in rates.toml")
        for host, *_ in papers.HOSTS
    )
    full = full.model_copy(
        update={"costs": full.costs.model_copy(update={"unpriced": (*full.costs.unpriced, *more)})}
    )
    shown = neutral(full, Names(full))
    assert len(shown.unpriced) == len(full.unpriced) == 2 + len(papers.HOSTS)
    grouped = html(compose(shown, {}))
    assert f"{len(papers.HOSTS)} items" in grouped
    assert "give licence/SERVER in rates.toml" in grouped


def test_a_server_that_no_window_takes_is_named_in_one_edition_and_numbered_in_the_other() -> None:
    full = papers.matter()
    stuck = full.plan.model_copy(
        update={
            "waves": full.plan.waves[:3],
            "not_moving": {
                "files01/files/shared": "it cannot be planned: it takes 40 hours, and no window has more than 12"
            },
        }
    )
    full = full.model_copy(update={"plan": stuck})
    said = html(compose(full, {}))
    assert "it takes 40 hours, and no window has more than 12" in said
    assert ">files01<" in said
    shown = neutral(full, Names(full))
    assert len(shown.unplanned) == len(full.unplanned) == 2, (
        "housing01 is to move too, and nothing of it is in a wave"
    )
    public = html(compose(shown, {}))
    assert "What could not be planned" in public
    assert "40 hours" not in public
    assert "files01" not in public


def test_a_chart_that_may_not_be_shown_is_told() -> None:
    charts = dict(papers.charts()) | {"roadmap": None}
    assert "The chart of the waves is in the working edition alone" in html(compose(papers.matter(), charts))
