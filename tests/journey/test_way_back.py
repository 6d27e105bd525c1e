"""There, back with what was written on the target, there again for good; and an auditor who checks the ledger of it."""

import json
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.decant.face import Said, decant
from tests.journey.person import DATABASE, Person, one_sentence

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.timeout(900)]

SOAK = 10.0
"""Seconds in which people write on the target before the way back."""


@pytest.fixture(scope="module")
def travelled(person: Person) -> Person:
    """One database cut over, rolled back ten seconds later, moved again and accepted, under a writer all along."""
    person.start_load("reports")
    first = cut_over(person)
    assert person.phase(DATABASE) == "soaking"
    time.sleep(SOAK)
    person.must("rollback", first, f"--confirm={first}")
    assert person.phase(DATABASE) == "rolled back"
    time.sleep(2)
    second = cut_over(person)
    assert second != first
    time.sleep(2)
    person.must(*person.accepting(second))
    assert person.phase(DATABASE) == "accepted"
    time.sleep(2)
    return person


def cut_over(person: Person) -> str:
    person.must(*person.moving(DATABASE))
    move = person.move(DATABASE)
    assert move is not None
    person.approve(move.id)
    person.must("cutover", move.id, f"--confirm={move.id}")
    return move.id


def test_nothing_is_lost_and_nothing_is_left(travelled: Person) -> None:
    assert travelled.lost() == {"exit": 0, "lost": 0}
    assert travelled.residue() == []


def test_each_step_is_in_the_ledger_with_who_did_it(travelled: Person) -> None:
    entries = exported(travelled.root)
    actions = [entry["action"] for entry in entries]
    for action, times in (("move.taken_over", 2), ("move.given_back", 1), ("backup.verified", 1)):
        assert actions.count(action) == times, action
    assert {entry["actor"].partition("@")[0] for entry in entries if entry["action"].startswith("move.")} == {
        "first.person"
    }


class Audit:
    """A copy of the journey's workspace, to be tampered with, and what an auditor keeps elsewhere."""

    def __init__(self, travelled: Person, root: Path) -> None:
        self.root = root / "anytown"
        shutil.copytree(travelled.root, self.root)
        assert self.verify().code == 0
        assert decant("evidence", "anchor", at=self.root).code == 0
        self.anchored = len(exported(self.root))
        # What comes after the last anchor: another allowed_signers, as one that is noted already is not noted again.
        with (self.root / "allowed_signers").open("a") as signers:
            signers.write("# looked at once more\n")
        assert decant("approvers", "record", "--yes", at=self.root).code == 0
        assert self.verify().code == 0

    def verify(self) -> Said:
        return decant("evidence", "verify", at=self.root)

    def change(self, statement: str, *values: Any) -> None:
        """Edit the ledger by hand, as somebody who owns the file can."""
        with sqlite3.connect(self.root / ".decant" / "estate.db") as raw:
            raw.execute("DROP TRIGGER IF EXISTS ledger_no_update")
            raw.execute("DROP TRIGGER IF EXISTS ledger_no_delete")
            assert raw.execute(statement, values).rowcount == 1


def exported(root: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in decant("evidence", "export", at=root).out.splitlines()]


@pytest.fixture
def audit(travelled: Person, tmp_path: Path) -> Audit:
    return Audit(travelled, tmp_path)


def entry_of(audit: Audit, action: str) -> int:
    return next(int(entry["sequence"]) for entry in exported(audit.root) if entry["action"] == action)


@pytest.mark.parametrize(
    ("action", "change"),
    [
        ("move.approved", "UPDATE ledger SET payload = replace(payload, 'second.person', 'third.person')"),
        ("move.verified", "UPDATE ledger SET payload = replace(payload, 'items', 'rows')"),
        ("move.given_back", "UPDATE ledger SET at = '2026-01-01T00:00:00+00:00'"),
        ("backup.verified", "DELETE FROM ledger"),
    ],
)
def test_a_change_before_the_anchor_is_exit_1_and_names_the_entry(audit: Audit, action: str, change: str) -> None:
    sequence = entry_of(audit, action)
    audit.change(f"{change} WHERE sequence = ?", sequence)
    said = audit.verify()
    assert said.code == 1
    assert f"ledger entry {sequence} does not hold" in one_sentence(said)


def test_a_change_behind_the_anchor_without_the_key_is_exit_1(audit: Audit) -> None:
    audit.change("UPDATE ledger SET actor = 'eve' WHERE sequence = ?", audit.anchored + 1)
    said = audit.verify()
    assert said.code == 1
    assert f"ledger entry {audit.anchored + 1} does not hold" in one_sentence(said)


def test_a_tail_removed_behind_the_last_anchor_cannot_be_seen_and_the_docs_say_so(audit: Audit) -> None:
    audit.change("DELETE FROM ledger WHERE sequence = ?", audit.anchored + 1)
    assert audit.verify().code == 0
    said = " ".join(Path("docs/evidence.md").read_text("utf-8").split())
    assert "A removed tail after the last anchor is never detected" in said


def test_a_tail_removed_before_the_anchor_is_exit_1(audit: Audit) -> None:
    audit.change("DELETE FROM ledger WHERE sequence = ?", audit.anchored + 1)
    audit.change("DELETE FROM ledger WHERE sequence = ?", audit.anchored)
    said = audit.verify()
    assert said.code == 1
    assert f"ledger entry {audit.anchored} does not hold" in one_sentence(said)
