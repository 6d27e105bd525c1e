"""The commands about moves, without a server: what they show, and what they refuse."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from decant.schemas import json_schema
from estate.documents import words
from estate.ledger import Ledger
from estate.paths import Workspace
from estate.records.move import Description, Lag, Move, Phase, Residue
from estate.records.plan import Plan, PlannedMove, Wave
from estate.records.server import Server
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
    assert shown(said) == {"schema": "decant.moves/1", "moves": [], "detail": None}
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


def test_a_move_that_is_frozen_now_says_since_when(workspace: Path, store: Store) -> None:
    frozen = {"phase": Phase.CUTTING_OVER, "serving": "target", "frozen_at": AT}
    store.create_move(a_move(**frozen))
    [move] = shown(decant("moves", "--json", at=workspace))["moves"]
    assert datetime.fromisoformat(move["frozen_since"]) == AT
    said = decant("moves", at=workspace)
    assert "not frozen" not in said.out
    assert f"neither side takes writes since {words.moment(AT)}, London time" in said.err + said.out


def test_a_freeze_whose_deadline_has_passed_is_over(workspace: Path, store: Store) -> None:
    past = AT.replace(year=2025)
    store.create_move(a_move(phase=Phase.CUTTING_OVER, frozen_at=past, freeze_deadline=past))
    [move] = shown(decant("moves", "--json", at=workspace))["moves"]
    assert move["frozen_since"] is None
    assert "not frozen" in decant("moves", at=workspace).out


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
    assert "id you mean db-legacy/postgres/reports" in said.err
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


def test_an_approval_without_recorded_signers_is_refused_before_anything_is_shown(
    workspace: Path, store: Store
) -> None:
    store.create_move(a_move(phase=Phase.READY))
    (workspace / "allowed_signers").write_text("eve ssh-ed25519 AAAA\n")
    said = decant("approve", "reports_1", "--key", "nowhere", at=workspace)
    assert said.code == 4
    assert said.out == ""
    assert "decant approvers record" in said.err


def test_the_schemas_of_moves_are_json_schemas() -> None:
    for name in ("decant.moves/1", "decant.move/1", "decant.description/1", "decant.evidence/1"):
        jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(json_schema(name))))


def a_plan(store: Store, target: str, **window: Any) -> None:
    moves = (PlannedMove(workload=DESCRIPTION.workload, target=target, how="decant"),)
    store.put(Plan(id="plan", waves=(Wave(number=1, name="one", moves=moves, **window),), at=AT))


@pytest.mark.parametrize("words", [("--describe",), ("--yes",), ()])
def test_a_move_against_the_plan_is_refused_unless_a_reason_is_given(
    workspace: Path, store: Store, words: tuple[str, ...]
) -> None:
    a_plan(store, "elsewhere")
    said = decant("move", "reports", "--to", "data-target", *words, at=workspace)
    assert said.code == 4
    assert "the plan moves it to elsewhere" in said.err
    assert "--against-plan REASON" in said.err
    assert store.moves() == []
    because = decant("move", "reports", "--to", "data-target", "--describe", "--against-plan=asked", at=workspace)
    assert because.code == 3, because.err  # the next thing in the way: the host


def test_a_move_of_a_server_that_a_person_retired_is_refused(workspace: Path, store: Store) -> None:
    store.put(Server(id="db-legacy", address="127.0.0.1", reached=True, seen_at=AT))
    (workspace / "overrides.toml").write_text(
        '[[override]]\nserver = "db-legacy"\ndisposition = "retire"\nreason = "gone in March"\nwho = "jsmith"\n'
    )
    said = decant("move", "reports", "--to", "data-target", "--yes", at=workspace)
    assert said.code == 4
    assert "jsmith decided that it is to retire: gone in March" in said.err


def test_a_cutover_outside_its_window_is_refused_before_anybody_is_asked(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.READY, verification="v", verified=True))
    a_plan(store, "data-target", window_start=datetime(2099, 1, 1, tzinfo=UTC))
    said = decant("cutover", "reports_1", at=workspace)
    assert said.code == 4
    assert "the window of wave 1 is from 1 January 2099" in said.err
    because = decant("cutover", "reports_1", "--confirm=reports_1", "--against-plan=now or never", at=workspace)
    assert because.code in {2, 4}
    assert "window" not in because.err


@pytest.mark.parametrize("command", ["cutover", "rollback", "accept", "cancel"])
def test_the_phase_is_looked_at_before_anybody_is_asked(workspace: Path, store: Store, command: str) -> None:
    store.create_move(a_move(phase=Phase.ACCEPTED, serving="target"))
    said = decant(command, "reports_1", at=workspace)
    assert said.code == 4
    assert "it is accepted" in said.err
    assert "--confirm=" not in said.err
    assert "--yes" not in said.err


def test_a_mistyped_server_or_move_gets_a_suggestion(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.READY))
    said = decant("move", "reports", "--to", "data-target", "--yes", "--confirm=bd-legacy", at=workspace)
    assert said.code == 2
    assert "id you mean db-legacy" in said.err
    said = decant("moves", "reprots_1", at=workspace)
    assert said.code == 2
    assert "id you mean reports_1" in said.err


def test_a_workload_that_nothing_can_move_is_to_be_moved_by_hand_and_others_are_named(
    workspace: Path, store: Store
) -> None:
    store.put(
        Workload(id="db-legacy/sqlserver/shop", server="db-legacy", kind="sqlserver", name="shop", seen_at=AT)
    )
    said = decant("move", "shop", "--to", "data-target", "--describe", at=workspace)
    assert said.code == 2
    assert "move it by hand" in said.err
    assert "Decant can move db-legacy/postgres/reports" in said.err


def test_what_a_move_under_way_holds_is_not_left_behind(workspace: Path, store: Store) -> None:
    held = (Residue(host="db-legacy", kind="slot", name="decant_reports_1", at=AT),)
    store.create_move(a_move(phase=Phase.READY, residue=held))
    shown_now = decant("moves", at=workspace).out
    assert "1 held, put back at the end" in shown_now
    assert "left behind" not in shown_now
    store.update_move("reports_1", 0, phase=Phase.ACCEPTED, serving="target")
    assert "1 left behind" in decant("moves", at=workspace).out


def test_one_move_is_shown_in_detail_with_every_freeze(workspace: Path, store: Store) -> None:
    store.create_move(a_move(phase=Phase.SOAKING, serving="target"))
    ledger = Ledger(store, Workspace(workspace))

    def note(action: str, **payload: Any) -> None:
        ledger.append(action, ["reports_1", DESCRIPTION.workload], payload, "ann@here")

    ledger.append("move.freezing", ["other_1"], {"side": "source", "deadline_seconds": 300}, "ann@here")
    note("move.phase", **{"from": "ready", "to": "cutting over", "note": ""})
    note("move.freezing", side="source", deadline_seconds=300)
    note("move.freezing", side="source", deadline_seconds=300)  # taken up again after a kill
    note("move.verified", verification="v", agrees=True, frozen=True, items=391_000, method="rows")
    note("move.thawed", side="target", frozen_seconds=8.1)
    note("move.freezing", side="target", deadline_seconds=300)
    note("move.thawed", side="source", frozen_seconds=7.3)
    detail = shown(decant("moves", "reports_1", "--json", at=workspace))["detail"]
    assert [one["phase"] for one in detail["phases"]] == ["cutting over"]
    assert [(one["side"], one["seconds"], one["served_then"]) for one in detail["freezes"]] == [
        ("source", 8.1, "target"),
        ("target", 7.3, "source"),
    ]
    assert [one["items"] for one in detail["verifications"]] == [391_000]
    said = decant("moves", "reports_1", at=workspace)
    assert said.code == 0, said.err
    assert "391,000" in said.out
    assert "decant accept reports_1 --backup-verified" in said.err
    assert (
        decant("moves", at=workspace).err.strip().endswith("Next: decant moves reports_1  (look at how it soaks)")
    )
