import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from estate import approvals
from estate.canonical import canonical, sha256
from estate.errors import EvidenceError, RefusedError, UsageError
from estate.ledger import Ledger
from estate.paths import Workspace
from estate.records.move import Description, Move
from estate.store import Store, sqlite_url

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def described(**changes: object) -> Move:
    description = Description(
        workload="db/postgres/reports",
        target="data-target",
        kind="postgres",
        method="logical replication",
        steps=("seed",),
        bytes=1000,
        expected_seconds=5.0,
        expected_frozen_seconds=1.0,
        rights=(),
        changes=(),
        lossless_rollback=True,
    ).model_copy(update=changes)
    return Move(
        id="m1",
        workload=description.workload,
        kind="postgres",
        source="db",
        target=description.target,
        description=description,
        description_sha256=sha256(canonical(description)),
        started_by="ann",
        created_at=AT,
        changed_at=AT,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    workspace = Workspace(tmp_path)
    workspace.create()
    store = Store.open(sqlite_url(workspace.database))
    yield Ledger(store, workspace)
    store.close()


def person(ledger: Ledger, name: str, allow: bool = True, options: str = "") -> Path:
    """A real SSH key of somebody, allowed to approve or not."""
    key = ledger.workspace.root / f"{name}_key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)],
        check=True,
        capture_output=True,
    )
    if allow:
        public = key.with_suffix(".pub").read_text()
        with ledger.workspace.allowed_signers.open("a") as out:
            out.write(f"{name} {options} {public}" if options else f"{name} {public}")
    return key


def test_a_second_person_approves_and_it_holds_later(ledger: Ledger) -> None:
    key = person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    made = approvals.approve(ledger, described(), "cutover", key, None, "bob")
    assert made.principal == "bob"
    assert approvals.require(ledger, described(), "cutover") == made
    assert ledger.verify().entries == 2


def test_without_approval_it_is_refused_with_the_command(ledger: Ledger) -> None:
    person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    with pytest.raises(RefusedError, match="decant approve m1"):
        approvals.require(ledger, described(), "cutover")


def test_who_started_the_move_cannot_approve_it(ledger: Ledger) -> None:
    key = person(ledger, "Ann")
    approvals.record_signers(ledger, "ann")
    with pytest.raises(RefusedError, match="Ann started m1"):
        approvals.approve(ledger, described(), "cutover", key, None, "ann")


def test_a_key_that_nobody_allowed_is_refused(ledger: Ledger) -> None:
    person(ledger, "bob")
    stranger = person(ledger, "eve", allow=False)
    approvals.record_signers(ledger, "ann")
    with pytest.raises(RefusedError, match="of nobody in allowed_signers"):
        approvals.approve(ledger, described(), "cutover", stranger, None, "eve")


@pytest.mark.parametrize("options", ['valid-before="20200101"', 'namespaces="git"'])
def test_a_key_past_its_time_or_for_another_use_is_refused(ledger: Ledger, options: str) -> None:
    key = person(ledger, "bob", options=options)
    approvals.record_signers(ledger, "ann")
    with pytest.raises(RefusedError, match="of nobody"):
        approvals.approve(ledger, described(), "cutover", key, None, "bob")


def test_an_approval_binds_to_what_was_described(ledger: Ledger) -> None:
    key = person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    approvals.approve(ledger, described(), "cutover", key, None, "bob")
    with pytest.raises(RefusedError, match="what was approved has changed"):
        approvals.require(ledger, described(restarts=("db",)), "cutover")


def test_an_approval_is_for_one_action(ledger: Ledger) -> None:
    key = person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    approvals.approve(ledger, described(), "cutover", key, None, "bob")
    with pytest.raises(RefusedError):
        approvals.require(ledger, described(), "accept")


def test_an_edited_description_is_refused_even_with_its_old_hash(ledger: Ledger) -> None:
    key = person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    move = described()
    assert move.description is not None
    edited = move.model_copy(update={"description": move.description.model_copy(update={"steps": ("other",)})})
    with pytest.raises(RefusedError, match="was changed after it was made"):
        approvals.approve(ledger, edited, "cutover", key, None, "bob")


def test_a_changed_signers_file_is_refused_until_the_ledger_knows_it(ledger: Ledger) -> None:
    key = person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    approvals.approve(ledger, described(), "cutover", key, None, "bob")
    person(ledger, "carol")
    with pytest.raises(RefusedError, match="decant approvers record"):
        approvals.require(ledger, described(), "cutover")
    noted = approvals.record_signers(ledger, "ann")
    assert noted.payload["principals"] == ["bob", "carol"]
    assert approvals.require(ledger, described(), "cutover").principal == "bob"


def test_an_approver_who_was_removed_no_longer_counts(ledger: Ledger) -> None:
    key = person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    approvals.approve(ledger, described(), "cutover", key, None, "bob")
    ledger.workspace.allowed_signers.write_text("# nobody\n")
    approvals.record_signers(ledger, "ann")
    with pytest.raises(RefusedError, match="of nobody"):
        approvals.require(ledger, described(), "cutover")


def test_an_older_approval_holds_where_the_newer_one_s_approver_was_removed(ledger: Ledger) -> None:
    bob, carol = person(ledger, "bob"), person(ledger, "carol")
    approvals.record_signers(ledger, "ann")
    first = approvals.approve(ledger, described(), "cutover", bob, None, "bob")
    approvals.approve(ledger, described(), "cutover", carol, None, "carol")
    lines = ledger.workspace.allowed_signers.read_text().splitlines(keepends=True)
    ledger.workspace.allowed_signers.write_text("".join(line for line in lines if line.startswith("bob ")))
    approvals.record_signers(ledger, "ann")
    assert approvals.require(ledger, described(), "cutover") == first


def test_a_signature_from_another_workspace_is_no_approval_here(ledger: Ledger, tmp_path: Path) -> None:
    key = person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    approvals.approve(ledger, described(), "cutover", key, None, "bob")
    (given,) = ledger.entries("move.approved")
    real = Workspace(tmp_path / "real")
    real.create()
    real.allowed_signers.write_text(ledger.workspace.allowed_signers.read_text())
    store = Store.open(sqlite_url(real.database))
    other = Ledger(store, real)
    approvals.record_signers(other, "ann")
    expected = approvals.text(other, described(), "cutover")
    for signed in (given.payload["approval"], expected):
        other.append("move.approved", ["m1"], {**given.payload, "approval": signed}, "eve")
        with pytest.raises(RefusedError, match=r"decant approve m1|of another text"):
            approvals.require(other, described(), "cutover")
    store.close()


def test_an_entry_that_was_written_into_the_ledger_by_hand_is_no_approval(ledger: Ledger) -> None:
    person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    message = approvals.text(ledger, described(), "cutover")
    ledger.append("move.approved", ["m1"], {"approval": message, "principal": "bob", "signature": "x"}, "eve")
    with pytest.raises(RefusedError, match="of nobody"):
        approvals.require(ledger, described(), "cutover")
    with ledger.store.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER ledger_no_update")
        connection.exec_driver_sql("UPDATE ledger SET actor = 'bob' WHERE sequence = 2")
    with pytest.raises(EvidenceError, match="entry 2"):
        approvals.require(ledger, described(), "cutover")


def test_no_signers_file_is_said_with_its_form(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="write a line"):
        approvals.require(ledger, described(), "cutover")


def test_a_key_that_is_not_there(ledger: Ledger, tmp_path: Path) -> None:
    person(ledger, "bob")
    approvals.record_signers(ledger, "ann")
    with pytest.raises(RefusedError, match="cannot sign"):
        approvals.approve(ledger, described(), "cutover", tmp_path / "none", None, "bob")


def test_a_move_that_was_not_described_cannot_be_approved(ledger: Ledger) -> None:
    bare = described().model_copy(update={"description": None})
    with pytest.raises(RefusedError, match="not described yet"):
        approvals.text(ledger, bare, "cutover")


def test_a_key_is_taken_for_nobody_elses_name(ledger: Ledger) -> None:
    key = person(ledger, "bob")
    person(ledger, "carol")
    approvals.record_signers(ledger, "ann")
    with pytest.raises(RefusedError, match="is bob's and not carol's"):
        approvals.approve(ledger, described(), "cutover", key, "carol", "bob")
    with pytest.raises(UsageError, match="nobody was named"):
        approvals.approve(ledger, described(), "cutover", None, None, "bob")


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An ssh-agent of this test's own."""
    started = subprocess.run(["ssh-agent", "-c"], check=True, capture_output=True, text=True).stdout
    for line in started.splitlines():
        if line.startswith("setenv"):
            _setenv, name, value = line.rstrip(";").split()
            monkeypatch.setenv(name, value)
    yield
    subprocess.run(["ssh-agent", "-k"], check=True, capture_output=True)


def test_the_ssh_agent_signs_for_a_name(ledger: Ledger, agent: None) -> None:
    key = person(ledger, "bob", options='namespaces="decant-approval"')
    approvals.record_signers(ledger, "ann")
    with pytest.raises(RefusedError, match="cannot sign"):
        approvals.approve(ledger, described(), "cutover", None, "bob", "bob")
    subprocess.run(["ssh-add", "-q", str(key)], check=True)
    assert approvals.approve(ledger, described(), "cutover", None, "bob", "bob").principal == "bob"
    with pytest.raises(RefusedError, match="no key of eve"):
        approvals.approve(ledger, described(), "cutover", None, "eve", "eve")
