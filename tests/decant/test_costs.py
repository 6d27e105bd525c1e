"""`decant costs`: from a workspace to figures that can be traced; and list prices fetched from a stand-in for the API."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from decant.journeys.without_servers import transcripts
from practice.handover import hosts_toml
from tests.decant.face import Said, decant
from tests.decant.published import held
from tests.estate.retail_answers import answer, disk, item, known
from tests.migration.costing.sums import worked_out

Answer = Callable[[str, str], tuple[int, bytes]]
"""From the address of the server and the path that was asked for to a status and a body."""


@contextmanager
def api(answers: Answer) -> Iterator[str]:
    """An address at which these answers are given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers(f"http://127.0.0.1:{self.server.server_port}", self.path)  # type: ignore[attr-defined]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            del words

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/retail/prices"
    finally:
        server.shutdown()
        server.server_close()


def in_pages(here: str, path: str) -> tuple[int, bytes]:
    """Prices of all sizes and disks as in the book but for two sizes and a disk; one size is on a second page."""
    query = parse_qs(urlsplit(path).query)
    if "$skip" in query:
        return 200, answer([item("Standard_D4as_v5", 0.2)])
    asked = query["$filter"][0]
    assert query["currencyCode"] == ["'GBP'"]
    others = known(asked, skip=("Standard_D2as_v5", "Standard_D4as_v5"))
    if "D2as_v5" in asked:
        return 200, answer([*others, item("Standard_D2as_v5", 0.1)], f"{here}/api/retail/prices?$skip=1")
    return 200, answer([*others, disk("P10", 20.0)] if "Premium SSD" in asked else others)


@pytest.fixture(scope="module")
def discovered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the practice estate was discovered, and nothing assessed."""
    root = tmp_path_factory.mktemp("council") / "anytown"
    assert decant("init", str(root), "--council", "Anytown", at=root.parent).code == 0
    (root / "hosts.toml").write_text(hosts_toml(root / "no-key-is-needed"))
    assert decant("discover", "--replay", str(transcripts()), at=root).code in (0, 1)
    return root


@pytest.fixture
def council(discovered: Path, tmp_path: Path) -> Path:
    """A copy of it, assessed."""
    import shutil

    root = tmp_path / "anytown"
    shutil.copytree(discovered, root)
    assert decant("assess", at=root).code in (0, 1)
    return root


def settings(root: Path, url: str) -> None:
    with (root / "decant.toml").open("a") as out:
        out.write(f'\n[prices]\nurl = "{url}"\nseconds = 20\n')


def refreshed(root: Path, answers: Answer, *options: str) -> Said:
    """Run a refresh against these answers."""
    with api(answers) as url:
        kept = (root / "decant.toml").read_text()
        settings(root, url)
        said = decant("costs", "refresh", *options, at=root)
        (root / "decant.toml").write_text(kept)
    return said


def test_before_anything_was_discovered_or_assessed_it_says_what_to_do_first(
    discovered: Path, tmp_path: Path
) -> None:
    assert decant("init", str(tmp_path / "new"), at=tmp_path).code == 0
    empty = decant("costs", at=tmp_path / "new")
    assert (empty.code, "decant discover" in empty.err) == (2, True)
    unassessed = decant("costs", at=discovered)
    assert (unassessed.code, "run `decant assess`" in unassessed.err) == (2, True)


def test_every_figure_can_be_worked_out_again_and_totals_are_the_sums_of_the_lines(council: Path) -> None:
    said = decant("costs", "--json", at=council)
    assert said.code == 0, said.err
    found = held(said.json, "costs")
    lines = found["costs"]["lines"]
    for side, total in (("on-premises", "today"), ("azure", "azure"), ("move", "once")):
        for end in ("low", "likely", "high"):
            parts = sum(one["amount"][end] for one in lines if one["side"] == side)
            assert found[total][end] == pytest.approx(parts, abs=0.006)
        assert 0 < found[total]["low"] <= found[total]["likely"] <= found[total]["high"]
    for one in lines:
        assert worked_out(one["reckoning"]) == pytest.approx(one["amount"]["likely"], rel=1e-5, abs=0.011)
    assert found["stays"]["high"] == 0
    assert "costs.reckoned" in decant("evidence", "export", at=council).out


def test_tables_show_totals_ranges_what_has_no_price_and_the_sources(council: Path) -> None:
    said = decant("costs", "--by", "server", at=council)
    assert "db-legacy" in said.out
    assert "all " in said.out
    assert "Without a price, and counted nowhere" in said.out
    assert "network/link" in said.out
    assert "List prices without VAT" in said.out
    assert "Decant's own judgement" in said.err
    one = decant("costs", "show", "db-legacy", at=council)
    assert "730 hours × 12 × £" in one.out
    assert "price book: libcloud" in one.out
    assert "watts_virtual: 35 watts (15 to 70; our judgement)" in one.out
    unknown = decant("costs", "show", "db-legaci", at=council)
    assert (unknown.code, "Did you mean db-legacy" in unknown.err) == (2, True)


def test_an_estate_that_nobody_observed_is_costed_as_it_is_and_that_is_said(council: Path) -> None:
    assessed = decant("assess", "--json", at=council).json["assessments"]
    assert all("as it is" in one["size"]["basis"] for one in assessed)
    assert all("not observed" in one["size"]["disks_why"] for one in assessed)
    assert decant("costs", at=council).code == 0


def test_the_councils_own_rates_and_assumptions_are_used(council: Path) -> None:
    sku = decant("assess", "--json", at=council).json["assessments"][0]["size"]["sku"]
    (council / "rates.toml").write_text(
        f'[[rate]]\nmeter = "vm/{sku}"\ngbp = 0.01\ndated = 2026-10-01\n'
        '[[rate]]\nmeter = "network/link"\ngbp = 500\ndated = 2026-10-01\n'
    )
    (council / "assumptions.toml").write_text("hours_a_month = 100\n")
    lines = decant("costs", "--json", at=council).json["costs"]["lines"]
    by_id = {one["id"]: one for one in lines}
    assert by_id["azure/network/estate/link"]["amount"]["likely"] == 6000
    computed = [one for one in lines if one["category"] == "compute" and one["source"] == "rates.toml"]
    assert computed
    assert {one["amount"]["likely"] for one in computed} == {12.0}


def test_costs_that_are_older_than_the_files_they_rest_on_are_told(council: Path) -> None:
    def plan_stage() -> str:
        stages = decant("status", "--json", at=council).json["stages"]
        found: str = next(one["detail"] for one in stages if one["name"] == "plan")
        return found

    assert decant("costs", at=council).code in (0, 1)
    assert "`decant costs`" not in plan_stage()
    rates = council / "rates.toml"
    rates.write_text(rates.read_text() + "\n# looked through\n")
    assert "`decant costs` is older than rates.toml, which was changed on" in plan_stage()
    assert decant("costs", at=council).code in (0, 1)
    assert "`decant costs`" not in plan_stage()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("rates.toml", '[[rate]]\nmeter = "vm/x"\ngbp = 1\ndated = 2026-01-01\n', "nothing is priced as"),
        ("rates.toml", 'currency = "USD"\n', "must be GBP"),
        ("rates.toml", '[[rate]]\nmeter = "today/db-legac"\ngbp = 1\ndated = 2026-01-01\n', "today/db-legacy"),
        ("rates.toml", '[[rate]]\nmeter = "network/link"\ngbp = nan\ndated = 2026-01-01\n', "must be a number"),
        ("assumptions.toml", "egress = 1\n", "did you mean egress_gb"),
        ("assumptions.toml", "egress_gb = -1\n", "must be from 0 to"),
        (".decant/catalogue/prices.json", "{}", "decant costs refresh"),
    ],
)
def test_a_file_that_is_not_right_is_named_with_what_is_wrong(
    council: Path, name: str, text: str, says: str
) -> None:
    (council / name).write_text(text)
    said = decant("costs", at=council)
    assert (said.code, says.lower() in said.err.lower(), said.out) == (2, True, "")


def test_list_prices_are_fetched_page_by_page_and_come_before_the_book(council: Path) -> None:
    said = refreshed(council, in_pages)
    assert said.code == 0, said.err
    assert "51 list prices in pounds" in said.err
    kept = json.loads((council / ".decant/catalogue/prices.json").read_text())
    assert {
        "vm/Standard_D2as_v5": 0.1,
        "vm/Standard_D4as_v5": 0.2,
        "disk/Premium_LRS/P10": 20.0,
    }.items() <= {meter: one["gbp"] for meter, one in kept["prices"].items()}.items()
    assert "Azure Retail Prices API: 51 list prices" in decant("costs", at=council).out
    assert "prices.refreshed" in decant("evidence", "export", at=council).out
    preview = decant("stack", "preview", "test", "--json", at=council)
    assert "Azure Retail Prices API" in preview.json["estimate"]["source"]


def _dollars(here: str, path: str) -> tuple[int, bytes]:
    return 200, answer([item("Standard_D2as_v5", 0.1)], currency="USD")


def _elsewhere(here: str, path: str) -> tuple[int, bytes]:
    return 200, answer([item("Standard_D2as_v5", 0.1)], "https://elsewhere.example/prices")


def _endless(here: str, path: str) -> tuple[int, bytes]:
    return 200, answer([item("Standard_D2as_v5", 0.1)], f"{here}{path}")


def _nothing(here: str, path: str) -> tuple[int, bytes]:
    return 200, answer([])


def _broken(here: str, path: str) -> tuple[int, bytes]:
    return 200, b"<html>"


def _refused(here: str, path: str) -> tuple[int, bytes]:
    return 503, b""


def _gone(here: str, path: str) -> tuple[int, bytes]:
    return 404, b""


def _few(here: str, path: str) -> tuple[int, bytes]:
    return 200, answer([item("Standard_D2as_v5", 0.1)])


def _absurd(here: str, path: str) -> tuple[int, bytes]:
    asked = parse_qs(urlsplit(path).query)["$filter"][0]
    dear = [item("Standard_E4as_v5", 9_999_999.0)] if "E4as_v5" in asked else []
    return 200, answer([*known(asked, skip=("Standard_E4as_v5",)), *dear])


def _free(here: str, path: str) -> tuple[int, bytes]:
    asked = parse_qs(urlsplit(path).query)["$filter"][0]
    return 200, answer([one | {"retailPrice": 0.0} for one in known(asked)])


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (_dollars, "answered in USD and not in pounds (GBP)"),
        (_elsewhere, "names another host for its next page"),
        (_endless, "more than 60 pages"),
        (_nothing, "no answer held a price"),
        (_broken, "no list of prices"),
        (_refused, "status 503"),
        (_gone, "no list of prices at that address"),
        (_few, "of 8 sizes of the series Dasv5, 1 have a price"),
        (_absurd, "vm/Standard_E4as_v5 costs £9,999,999.00; the list before has £0.2304"),
        (_free, "no answer held a price"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_an_answer_that_cannot_be_used_changes_nothing_and_what_stays_is_said(
    council: Path, answers: Answer, says: str
) -> None:
    assert "that ship with Decant stay in force" in refreshed(council, answers).err
    assert refreshed(council, in_pages).code == 0
    before = (council / ".decant/catalogue/prices.json").read_bytes()
    said = refreshed(council, answers)
    assert (said.code, says in said.err) == (3, True), said.err
    assert "0 days ago, stay in force" in said.err
    assert (council / ".decant/catalogue/prices.json").read_bytes() == before


def test_a_person_can_accept_a_list_that_looks_wrong_and_the_ledger_keeps_why(council: Path) -> None:
    assert decant("costs", "refresh", "--accept-refused", at=council).code == 2
    assert "prices.refused.json" in refreshed(council, _absurd).err
    # What is taken is the list that somebody could look at, whatever the service would answer by now.
    said = refreshed(council, _few, "--accept-refused")
    assert (said.code, "Accepted all the same" in said.err + said.out) == (0, True), said.err
    kept = json.loads((council / ".decant/catalogue/prices.json").read_text())["prices"]
    assert kept["vm/Standard_E4as_v5"]["gbp"] == 9_999_999.0
    assert "vm/Standard_E4as_v5 costs" in decant("evidence", "export", at=council).out
    cautions = decant("costs", "--json", at=council).json["costs"]["cautions"]
    assert any(one.startswith("the list prices were taken though ") for one in cautions), cautions
    assert refreshed(council, in_pages).code == 0, "the book still holds, whatever was accepted"


def test_a_refused_list_that_was_edited_is_not_the_one_that_was_looked_at(council: Path) -> None:
    assert refreshed(council, _absurd).code == 3
    kept = council / ".decant/catalogue/prices.refused.json"
    kept.write_text(kept.read_text().replace("9999999.0", "1.0"))
    said = decant("costs", "refresh", "--accept-refused", at=council)
    assert (said.code, "was changed since it was refused" in said.err) == (2, True), said.err
    assert not (council / ".decant/catalogue/prices.json").exists()


def test_an_address_that_is_not_https_is_refused(council: Path) -> None:
    settings(council, "http://prices.example/api")
    said = decant("costs", "refresh", at=council)
    assert (said.code, "https" in said.err) == (2, True)


def test_refresh_prints_its_schema(council: Path) -> None:
    with api(in_pages) as url:
        settings(council, url)
        said = decant("costs", "refresh", "--json", at=council)
    found: dict[str, Any] = held(said.json, "costs refresh")
    assert (found["changed"], found["accepted"]) == (51, [])
