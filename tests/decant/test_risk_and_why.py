"""`decant assess`, `risk` and `why` over servers that were read, imported, or of which nothing is known."""

from pathlib import Path

import pytest

from estate import past
from estate.store import Store, sqlite_url
from tests.decant.face import decant
from tests.inventory.sources.exports import workbook
from tests.migration.windows_estate import SERVERS, rows

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of Windows servers that VMware told of and nobody read, assessed."""
    root = tmp_path_factory.mktemp("imported")
    assert decant("init", ".", at=root).code == 0
    workbook(root / "vmware.xlsx", {"vInfo": rows()})
    assert decant("import", "rvtools", "vmware.xlsx", at=root).code == 0
    assert decant("assess", at=root).code == 1
    return root


def test_init_writes_a_template_that_answers_nothing(imported: Path) -> None:
    assert "[[answers]]" in (imported / "answers.toml").read_text()
    assert decant("risk", "any-sql01", at=imported).code == 0


def test_an_estate_of_which_nothing_was_read_is_assessed_and_said_to_rest_on_imports(imported: Path) -> None:
    said = decant("assess", at=imported)
    assert said.code == 1
    assert "any-dc01" in said.out
    assert "Nobody has looked inside any of these servers" in said.err or "Too little is known of" in said.err
    only = decant("assess", "any-app01", "any-web01", at=imported)
    assert "Nobody has looked inside any of these servers" in only.err


def test_reasons_come_with_long_and_the_table_is_short_without(imported: Path) -> None:
    short, long = decant("assess", "any-dc01", at=imported), decant("assess", "any-dc01", "--long", at=imported)
    assert "harms the directory" not in short.out
    assert "harms the directory" in long.out
    assert "Next: decant why any-dc01" in short.err


def test_the_forecast_counts_servers_by_day(imported: Path) -> None:
    forecast = decant("assess", "--json", at=imported).json["forecast"]
    assert [one["days"] for one in forecast["horizons"]] == [0, 90, 180]
    assert forecast["of"] == len(SERVERS)
    assert {"any-dc01", "any-sql02", "any-app02"} <= set(forecast["horizons"][0]["out"])
    assert {"any-misc01", "any-lnx01"} <= set(forecast["unknown"])


def test_status_tells_how_many_are_out_of_support(imported: Path) -> None:
    assess = next(one for one in decant("status", "--json", at=imported).json["stages"] if one["name"] == "assess")
    assert "out of support: " in assess["detail"]


def test_nothing_of_a_server_that_nobody_read_is_scored_by_guess(imported: Path) -> None:
    said = decant("risk", "any-misc01", "--json", at=imported).json
    (row,) = said["risks"]
    assert (row["lowest"], row["highest"], row["rating"], row["legacy"]) == (1, 30, "open", None)
    assert {one["basis"] for side in ("likelihood", "impact") for one in row["risk"][side]} == {"open"}


def test_questions_are_added_once_and_what_was_written_stays(imported: Path) -> None:
    path = imported / "answers.toml"
    ours = '\n# mine\n[[answers]]\nserver = "any-web01"\nwho = "jsmith"\nwhen = 2026-11-22\nskills = 6\n'
    path.write_text(path.read_text() + ours)
    before = path.read_text()
    assert decant("risk", "any-web01", "--ask", at=imported).code == 0
    after = path.read_text()
    assert after.startswith(before)
    assert after.count('server = "any-web01"') == 2
    again = decant("risk", "any-web01", "--ask", at=imported)
    assert "every open question already" in again.err
    assert path.read_text() == after
    (row,) = decant("risk", "any-web01", "--json", at=imported).json["risks"]
    skills = next(one for one in row["risk"]["likelihood"] if one["criterion"] == "skills")
    assert (skills["points"], skills["basis"]) == (6, "answered")
    path.write_text(before.removesuffix(ours))


@pytest.mark.parametrize("command", ["assess", "risk"])
def test_answers_that_are_not_right_are_bad_use(imported: Path, command: str) -> None:
    path = imported / "answers.toml"
    before = path.read_text()
    try:
        path.write_text('[[answers]]\nserver = "any-dc01"\nskill = 4\n')
        said = decant(command, at=imported)
    finally:
        path.write_text(before)
    assert said.code == 2
    assert "Did you mean skills?" in said.err


def test_why_tells_all_that_is_stored_and_what_is_not_there_yet(imported: Path) -> None:
    said = decant("why", "any-dc01", at=imported)
    assert said.code == 0
    for part in (
        "replatform",
        "What speaks against it",
        "Support",
        "Size",
        "Risk: ",
        "Not there yet",
        "decant plan",
    ):
        assert part in said.out
    found = decant("why", "any-dc01", "--json", at=imported).json
    assert found["assessment"]["tool"] == "by hand"
    assert {one["command"] for one in found["missing"]} == {"decant costs", "decant plan"}


def test_why_of_a_server_that_is_not_there_says_what_is_close(imported: Path) -> None:
    said = decant("why", "any-dc1", at=imported)
    assert said.code == 2
    assert "any-dc01" in said.err


def test_what_is_forgotten_leaves_no_score_behind(imported: Path) -> None:
    assert decant("estate", "forget", "any-rds01", "--confirm", "any-rds01", at=imported).code in (0, 1)
    store = Store.open(sqlite_url(imported / ".decant" / "estate.db"))
    scored = {subject for subject, _ in past.every(store.database, "Risk")}
    store.close()
    assert "any-rds01" not in scored
    assert len(scored) == len(SERVERS) - 1


def test_an_empty_inventory_is_said_to_be_empty(tmp_path: Path) -> None:
    assert decant("init", ".", at=tmp_path).code == 0
    for command in ("assess", "risk"):
        said = decant(command, at=tmp_path)
        assert said.code == 2
        assert "no legacy server is known yet" in said.err
