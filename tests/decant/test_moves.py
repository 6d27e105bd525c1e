"""The commands about moves, without a server: what they show, and what they refuse."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from decant.schemas import json_schema
from estate.records.move import Description, Lag, Move, Phase
from estate.records.workload import Workload
from estate.store import Store, sqlite_url
from tests.decant.face import decant

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOSTS = """
[[host]]
name = "db-legacy"
address = "127.0.0.1"
port = 1

[[host]]
name = "data-target"
address = "127.0.0.1"
port = 1
role = "target"
"""
DESCRIPTION = Description(
    workload="db-legacy/postgres/reports",
    target="data-target",
    kind="postgres",
    method="logical replication",
    steps=("copy", "follow"),
    bytes=5_000_000,
    expected_seconds=12.0,
    expected_frozen_seconds=2.0,
    rights=("superuser on both",),
    changes=("a slot",),
    restarts=("db-legacy",),
    lossless_rollback=True,
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert decant("init", "anytown", at=tmp_path).code == 0
    (tmp_path / "anytown" / "hosts.toml").write_text(HOSTS)
    return tmp_path / "anytown"


@pytest.fixture
def store(workspace: Path) -> Iterator[Store]:
    opened = Store.open(sqlite_url(workspace / ".decant" / "estate.db"))
    opened.put(
        Workload(
            id=DESCRIPTION.workload,
            server="db-legacy",
            kind="postgres",
            name="reports",
            bytes=5_000_000,
            seen_at=AT,
        )
    )
    yield opened
    opened.close()


def a_move(**changes: Any) -> Move:
    move = Move(
        id="reports_1",
        workload=DESCRIPTION.workload,
        kind="postgres",
        source="db-legacy",
        target="data-target",
        description=DESCRIPTION,
        description_sha256="ab" * 32,
        started_by="ann",
        created_at=AT,
        changed_at=AT,
    )
    return move.model_copy(update=changes)


def shown(said: Any) -> dict[str, Any]:
    found: dict[str, Any] = said.json
    jsonschema.validate(found, json_schema(found["schema"]))
    return found


def test_no_move_yet_is_an_empty_list_and_never_a_bare_one(workspace: Path) -> None:
    said = decant("moves", "--json", at=workspace)
    assert said.code == 0, said.err
    assert shown(said) == {"schema": "decant.moves/1", "moves": []}
    assert "none" in decant("moves", at=workspace).out


def test_a_move_is_shown_with_what_others_rely_on(workspace: Path, store: Store) -> None:
    lag = Lag(bytes=0, text="nothing", zero=True)
    store.create_move(a_move(phase=Phase.READY, bytes=5_000_000, lag=lag, verified=True))
    [move] = shown(decant("moves", "--json", at=workspace))["moves"]
    assert {k: move[k] for k in ("id", "workload", "target", "phase", "bytes", "verified", "residue")} == {
        "id": "reports_1",
        "workload": "db-legacy/postgres/reports",
        "target": "data-target",
        "phase": "ready",
        "bytes": 5_000_000,
        "verified": True,
        "residue": [],
    }
    assert (move["lag"]["zero"], move["frozen_seconds"]) == (True, None)
    assert move["next"] == "decant approve reports_1"
    said = decant("moves", "reports", at=workspace)
    assert said.code == 0, said.err
    assert "logical replication" in said.out
    assert said.err.strip().endswith("Next: decant approve reports_1")


def test_a_flow_that_cannot_be_looked_at_is_unknown_and_not_whole(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.SOAKING, serving="target"))
    said = decant("moves", "--json", at=workspace)
    assert said.code == 0, said.err
    [move] = shown(said)["moves"]
    assert move["flow"].startswith("unknown: ")


def test_residue_that_cannot_be_looked_for_is_unknown_and_not_none(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.ACCEPTED, serving="target"))
    said = decant("moves", "--residue", "--json", at=workspace)
    assert said.code == 3, said.err
    [move] = shown(said)["moves"]
    assert move["residue_unknown"].startswith("unknown: ")


@pytest.mark.parametrize(
    "words",
    [
        ("cutover", "reports_1", "--confirm=reports_1"),
        ("rollback", "reports_1", "--confirm=reports_1"),
        ("accept", "reports_1", "--confirm=reports_1", "--backup-verified", "x"),
    ],
)
def test_a_command_that_does_not_go_with_the_phase_says_what_does(
    workspace: Path, store: Store, words: tuple[str, ...]
) -> None:
    store.create_move(a_move(phase=Phase.SEEDING))
    said = decant(*words, at=workspace)
    assert said.code == 4
    assert "it is seeding" in said.err
    assert "decant move db-legacy/postgres/reports --to data-target" in said.err


def test_what_stops_a_service_needs_its_name_and_yes_is_not_enough(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.READY))
    said = decant("cutover", "reports_1", at=workspace)
    assert said.code == 4
    assert "--confirm=reports_1" in said.err
    assert decant("cutover", "reports_1", "--yes", at=workspace).code == 2
    wrong = decant("cutover", "reports_1", "--confirm=reports", at=workspace)
    assert wrong.code == 4
    assert "nothing was changed" in wrong.err


def test_an_accept_without_a_backup_is_refused(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.SOAKING, serving="target"))
    said = decant("accept", "reports_1", "--confirm=reports_1", at=workspace)
    assert said.code == 2
    assert "--backup-verified" in said.err


def test_the_loss_is_accepted_by_the_moves_own_name(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.BROKEN, serving="target"))
    said = decant("rollback", "reports_1", "--confirm=reports_1", "--accept-loss=other", at=workspace)
    assert said.code == 2
    assert "--accept-loss=reports_1" in said.err


def test_starting_asks_first_and_names_the_flag(workspace: Path, store: Store) -> None:
    said = decant("move", "reports", "--to", "data-target", at=workspace)
    assert said.code == 4
    assert "--yes" in said.err
    assert store.moves() == []


def test_a_workload_or_target_that_is_mistyped_gets_a_suggestion(workspace: Path, store: Store) -> None:
    del store
    said = decant("move", "reprots", "--to", "data-target", "--describe", at=workspace)
    assert said.code == 2
    assert "did you mean db-legacy/postgres/reports" in said.err
    said = decant("move", "reports", "--to", "data-taget", "--describe", "--json", at=workspace)
    assert said.code == 2
    assert "data-target" in said.json["error"]["remedy"]


def test_an_unreachable_source_is_exit_3_and_starts_nothing(workspace: Path, store: Store) -> None:
    said = decant("move", "reports", "--to", "data-target", "--yes", at=workspace)
    assert said.code in {3, 4}, said.err
    assert "Traceback" not in said.err
    assert store.moves() == []


def test_a_stored_description_is_shown_again_without_reaching_anything(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.SYNCING))
    said = decant("move", "reports", "--to", "data-target", "--describe", "--json", at=workspace)
    assert said.code == 0, said.err
    assert shown(said)["description"]["restarts"] == ["db-legacy"]


def test_an_approval_shows_what_it_is_for_and_needs_recorded_signers(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.READY))
    (workspace / "allowed_signers").write_text("eve ssh-ed25519 AAAA\n")
    said = decant("approve", "reports_1", "--key", "nowhere", at=workspace)
    assert said.code == 4
    assert "logical replication" in said.out
    assert "decant approvers record" in said.err


def test_the_schemas_of_moves_are_json_schemas() -> None:
    for name in ("decant.moves/1", "decant.move/1", "decant.description/1", "decant.evidence/1"):
        jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(json_schema(name))))
