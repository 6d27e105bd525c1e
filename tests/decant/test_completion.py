"""What a shell completes: commands and names, read from the workspace and from nothing else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from estate.records.move import Move
from estate.records.server import Server
from estate.records.workload import Workload
from estate.store import Store, sqlite_url
from practice.handover import hosts_toml
from tests.decant.face import decant

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DATABASE = "db-legacy/postgres/reports"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a hosts file, two servers, a workload and a move. None of its hosts can be reached."""
    root = tmp_path_factory.mktemp("council") / "anytown"
    assert decant("init", str(root), at=root.parent).code == 0
    (root / "hosts.toml").write_text(hosts_toml(root / "no-key"))
    store = Store.open(sqlite_url(root / ".decant" / "estate.db"))
    for name in ("db-legacy", "seen-once"):
        store.put(Server(id=name, address="192.0.2.1", reached=False, seen_at=AT))
    store.put(Workload(id=DATABASE, server="db-legacy", kind="postgres", name="reports", seen_at=AT))
    store.create_move(
        Move(
            id="reports_1",
            workload=DATABASE,
            kind="postgres",
            source="db-legacy",
            target="data-target",
            created_at=AT,
            changed_at=AT,
        )
    )
    store.close()
    return root


def completed(line: str, at: Path) -> list[str]:
    """What bash is offered for the last word of `line`, by the protocol of the script that `completion` prints."""
    words = line.split(" ")
    asked = {"_DECANT_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    said = decant(at=at, environment=asked)
    assert said.code == 0, said.err
    assert not said.err
    return [offer.partition(",")[2] for offer in said.out.splitlines() if offer]


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("decant dis", ["discover"]),
        ("decant stack pre", ["preview"]),
        ("decant discover db", ["db-legacy"]),
        ("decant hosts trust data", ["data-target"]),
        ("decant estate show seen", ["seen-once"]),
        ("decant assess seen", ["seen-once"]),
        ("decant check hosts db", ["db-legacy"]),
        ("decant stack preview pro", ["production"]),
        ("decant check stack ", ["production", "test"]),
        ("decant move db-legacy/", [DATABASE]),
        ("decant move rep", [DATABASE]),
        ("decant move reports --to data", ["data-target"]),
        ("decant move reports --to data-target --confirm db", ["db-legacy"]),
        ("decant approve rep", ["reports_1"]),
        ("decant cutover rep", ["reports_1"]),
        ("decant rollback reports_1 --confirm rep", ["reports_1"]),
        ("decant practice shell web", ["web-legacy"]),
        ("decant rules show net-01", ["NET-01"]),
        ("decant schema show decant.moves", ["decant.moves/1"]),
        ("decant check stack production --fail-on cri", ["critical"]),
    ],
)
def test_names_are_completed_offline(workspace: Path, line: str, offers: list[str]) -> None:
    assert completed(line, workspace) == offers


def test_a_workspace_named_before_the_command_is_the_one_that_is_read(workspace: Path, tmp_path: Path) -> None:
    assert completed(f"decant --workspace {workspace} cutover ", tmp_path) == ["reports_1"]


@pytest.mark.parametrize("line", ["decant cutover ", "decant discover ", "decant stack preview "])
def test_outside_a_workspace_no_name_is_offered_and_nothing_is_said(tmp_path: Path, line: str) -> None:
    assert completed(line, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_cannot_be_read_offers_nothing(tmp_path: Path) -> None:
    assert decant("init", at=tmp_path).code == 0
    (tmp_path / ".decant/estate.db").write_bytes(b"not a database, and long enough to be taken for one" * 99)
    assert completed("decant cutover ", tmp_path) == []
