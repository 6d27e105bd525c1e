import base64
import json
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estate import signing
from estate.canonical import canonical, sha256
from estate.errors import DecantError, EvidenceError, RefusedError, UnreachableError, UsageError
from estate.ledger import Ledger
from estate.paths import Workspace
from estate.store import Store, sqlite_url

Tamper = Callable[[str, tuple[Any, ...]], None]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    workspace = Workspace(tmp_path)
    workspace.create()
    store = Store.open(sqlite_url(workspace.database))
    ledger = Ledger(store, workspace)
    for n in range(1, 7):
        ledger.append("test.done", [f"thing-{n}"], {"n": n, "name": "Ysgol Môn"}, actor="ann@host")
    yield ledger
    store.close()


@pytest.fixture
def tamper(ledger: Ledger) -> Tamper:
    """Run a statement behind the ledger's back, the triggers taken away first."""

    def run(statement: str, values: tuple[Any, ...] = ()) -> None:
        with sqlite3.connect(ledger.workspace.database) as raw:
            raw.execute("DROP TRIGGER IF EXISTS ledger_no_update")
            raw.execute("DROP TRIGGER IF EXISTS ledger_no_delete")
            raw.execute(statement, values)

    return run


def rehash(ledger: Ledger, start: int, sign_with: Path | None = None) -> None:
    """What a careful forger does: recompute every hash from `start` on, and sign with what key they have."""
    key = signing.load_private(sign_with) if sign_with else None
    with sqlite3.connect(ledger.workspace.database) as raw:
        raw.row_factory = sqlite3.Row
        previous = ""
        for row in raw.execute("SELECT * FROM ledger ORDER BY sequence").fetchall():
            if row["sequence"] < start:
                previous = row["entry_sha256"]
                continue
            header = {
                **{name: row[name] for name in ("sequence", "at", "actor", "action")},
                "subjects": json.loads(row["subjects"]),
                "payload_sha256": sha256(row["payload"]),
                "previous_sha256": previous or row["previous_sha256"],
            }
            text = canonical(header)
            signature = row["signature"]
            if key:
                signature = base64.b64encode(key.sign(b"decant.ledger/1\n" + text.encode())).decode()
            raw.execute(
                "UPDATE ledger SET payload_sha256 = ?, previous_sha256 = ?, entry_sha256 = ?, signature = ? "
                "WHERE sequence = ?",
                (header["payload_sha256"], header["previous_sha256"], sha256(text), signature, row["sequence"]),
            )
            previous = sha256(text)


class TestKeeping:
    def test_a_whole_ledger_holds(self, ledger: Ledger) -> None:
        checked = ledger.verify()
        assert (checked.entries, checked.anchors, checked.anchored_sequence) == (6, 0, None)

    def test_an_empty_ledger_holds(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path / "new")
        workspace.create()
        ledger = Ledger(Store.open(sqlite_url(workspace.database)), workspace)
        assert ledger.verify().entries == 0
        assert ledger.anchor() is None

    def test_the_signing_key_is_the_owners_alone(self, ledger: Ledger) -> None:
        assert stat.S_IMODE(ledger.workspace.ledger_key.stat().st_mode) == 0o600

    def test_a_signing_key_that_others_may_read_is_refused(self, ledger: Ledger) -> None:
        ledger.workspace.ledger_key.chmod(0o640)
        with pytest.raises(RefusedError, match="others may read"):
            Ledger(ledger.store, ledger.workspace).append("x", [], {}, actor="a")

    def test_a_lost_key_is_never_replaced_behind_our_back(self, ledger: Ledger) -> None:
        ledger.workspace.ledger_key.unlink()
        with pytest.raises(RefusedError, match="signing key"):
            Ledger(ledger.store, ledger.workspace).append("x", [], {}, actor="a")

    def test_nothing_is_added_to_a_ledger_that_was_cut_off(self, ledger: Ledger, tamper: Tamper) -> None:
        ledger.anchor()
        tamper("DELETE FROM ledger WHERE sequence > 3")
        with pytest.raises(RefusedError, match="an anchor covers its entry 6"):
            Ledger(ledger.store, ledger.workspace).append("test.done", [], {}, actor="ann@host")
        assert ledger.count() == 3

    def test_a_torn_line_among_the_anchors_stops_no_work(self, ledger: Ledger) -> None:
        ledger.anchor()
        with ledger.workspace.anchors.open("a") as file:
            file.write('{"at": "20')
        assert Ledger(ledger.store, ledger.workspace).append("test.done", [], {}, actor="ann@host").sequence == 7

    def test_a_store_that_is_gone_is_not_begun_anew(self, ledger: Ledger) -> None:
        ledger.store.close()
        ledger.workspace.database.unlink()
        with pytest.raises(RefusedError, match="is gone, and the evidence ledger with it"):
            Store.of(ledger.workspace)
        assert not ledger.workspace.database.exists()

    @pytest.mark.parametrize("script", ["", "CREATE TABLE other (id)"])
    def test_an_empty_store_in_place_of_the_one_that_was_is_no_new_beginning(
        self, ledger: Ledger, script: str
    ) -> None:
        ledger.store.close()
        ledger.workspace.database.unlink()
        ledger.workspace.database.touch()
        with closing(sqlite3.connect(ledger.workspace.database)) as raw:
            raw.execute(script)
        with pytest.raises(RefusedError, match="is gone, and the evidence ledger with it"):
            Store.of(ledger.workspace)

    def test_the_store_that_holds_the_ledger_opens_again(self, ledger: Ledger) -> None:
        ledger.store.close()
        again = Store.of(ledger.workspace)
        assert Ledger(again, ledger.workspace).verify().entries == 6
        again.close()

    def test_a_payload_nested_past_reading_is_named(self, ledger: Ledger, tamper: Tamper) -> None:
        tamper("UPDATE ledger SET payload = ? WHERE sequence = 4", ("[" * 100_000,))
        with pytest.raises(EvidenceError, match="entry 4 does not hold: its content cannot be read"):
            ledger.verify()

    def test_appends_from_many_threads_make_one_chain(self, ledger: Ledger) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: ledger.append("many", [], {"n": n}, actor="a"), range(40)))
        assert ledger.verify().entries == 46

    @pytest.mark.parametrize("statement", ["UPDATE ledger SET actor = 'eve'", "DELETE FROM ledger"])
    def test_the_database_itself_refuses_a_plain_change(self, ledger: Ledger, statement: str) -> None:
        with sqlite3.connect(ledger.workspace.database) as raw, pytest.raises(sqlite3.Error, match="append-only"):
            raw.execute(statement)

    def test_the_export_can_be_checked_by_anybody_with_the_public_key(self, ledger: Ledger) -> None:
        key = signing.load_public(ledger.workspace.ledger_public)
        previous = "0" * 64
        for line in ledger.export():
            entry = json.loads(line)
            names = ("sequence", "at", "actor", "action", "subjects", "payload_sha256", "previous_sha256")
            header = canonical({name: entry[name] for name in names})
            assert entry["previous_sha256"] == previous
            assert sha256(canonical(entry["payload"])) == entry["payload_sha256"]
            assert sha256(header) == entry["entry_sha256"]
            message = b"decant.ledger/1\n" + header.encode()
            assert signing.holds(key, base64.b64decode(entry["signature"]), message)
            previous = entry["entry_sha256"]

    def test_entries_of_one_action_are_checked_too(self, ledger: Ledger, tamper: Tamper) -> None:
        ledger.append("move.approved", ["m1"], {"who": "bob"}, actor="bob")
        assert [e.payload for e in ledger.entries("move.approved")] == [{"who": "bob"}]
        tamper("UPDATE ledger SET payload = ? WHERE sequence = 7", ('{"who":"eve"}',))
        with pytest.raises(EvidenceError, match="entry 7"):
            ledger.entries("move.approved")


class TestOnPostgreSQL:
    def test_it_holds_and_refuses_a_plain_change(self, store: Store, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        workspace.create()
        ledger = Ledger(store, workspace)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: ledger.append("many", [], {"n": n}, actor="a"), range(12)))
        assert ledger.verify().entries == 12
        for statement in ("UPDATE ledger SET actor = 'eve'", "DELETE FROM ledger"):
            with pytest.raises(DecantError, match="append-only"), store.database.write() as connection:
                connection.exec_driver_sql(statement)


CHANGES = {
    "actor": "eve@host",
    "action": "test.undone",
    "at": "2020-01-01T00:00:00.000000+00:00",
    "subjects": '["other"]',
    "payload": '{"n":99}',
    "payload_sha256": "0" * 64,
    "previous_sha256": "1" * 64,
    "entry_sha256": "2" * 64,
    "signature": "AAAA",
}


def setting(column: str) -> str:
    assert column in CHANGES
    return f"UPDATE ledger SET {column} = ? WHERE sequence = ?"  # noqa: S608 - one of our own columns


class TestTampering:
    @pytest.mark.parametrize("column", CHANGES)
    @pytest.mark.parametrize("sequence", [1, 3, 6])
    def test_a_changed_field_is_named(self, ledger: Ledger, tamper: Tamper, column: str, sequence: int) -> None:
        tamper(setting(column), (CHANGES[column], sequence))
        with pytest.raises(EvidenceError, match=f"entry {sequence} does not hold"):
            ledger.verify()

    @pytest.mark.parametrize("junk", ["not json", "[1", "\u00e9", b"\x00\xff"])
    @pytest.mark.parametrize("column", ["payload", "subjects", "signature"])
    def test_junk_is_named_too(self, ledger: Ledger, tamper: Tamper, column: str, junk: object) -> None:
        tamper(setting(column), (junk, 2))
        with pytest.raises(EvidenceError, match="entry 2 does not hold"):
            ledger.verify()

    @pytest.mark.parametrize("start", [1, 4])
    def test_rehashing_the_chain_without_the_key_is_seen(self, ledger: Ledger, tamper: Tamper, start: int) -> None:
        tamper("UPDATE ledger SET payload = ? WHERE sequence = ?", ('{"n":99}', start))
        rehash(ledger, start)
        with pytest.raises(EvidenceError, match=f"entry {start} does not hold: its signature"):
            ledger.verify()

    def test_another_spelling_of_the_same_signature_is_seen(self, ledger: Ledger, tamper: Tamper) -> None:
        [entry] = [e for e in map(json.loads, ledger.export()) if e["sequence"] == 2]
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        last = entry["signature"][-3]
        spelled = entry["signature"][:-3] + letters[letters.index(last) ^ 1] + "=="
        assert base64.b64decode(spelled) == base64.b64decode(entry["signature"])
        tamper(setting("signature"), (spelled, 2))
        with pytest.raises(EvidenceError, match="entry 2 does not hold"):
            ledger.verify()

    def test_a_removed_entry_is_named(self, ledger: Ledger, tamper: Tamper) -> None:
        tamper("DELETE FROM ledger WHERE sequence = 3")
        with pytest.raises(EvidenceError, match="entry 3 does not hold: it is missing"):
            ledger.verify()

    def test_a_removed_entry_with_the_rest_moved_up_is_seen(self, ledger: Ledger, tamper: Tamper) -> None:
        tamper("DELETE FROM ledger WHERE sequence = 3")
        for sequence in (4, 5, 6):
            tamper("UPDATE ledger SET sequence = ? WHERE sequence = ?", (sequence - 1, sequence))
        with pytest.raises(EvidenceError, match="entry 3 does not hold"):
            ledger.verify()

    def test_swapped_entries_are_seen(self, ledger: Ledger, tamper: Tamper) -> None:
        for old, new in ((2, 99), (5, 2), (99, 5)):
            tamper("UPDATE ledger SET sequence = ? WHERE sequence = ?", (new, old))
        with pytest.raises(EvidenceError, match="entry 2 does not hold"):
            ledger.verify()

    def test_a_made_up_entry_is_seen(self, ledger: Ledger, tamper: Tamper) -> None:
        tamper(
            "INSERT INTO ledger SELECT 7, at, actor, action, subjects, payload, payload_sha256, entry_sha256, "
            "entry_sha256, signature FROM ledger WHERE sequence = 6"
        )
        with pytest.raises(EvidenceError, match="entry 7 does not hold"):
            ledger.verify()

    def test_signed_again_with_another_key_is_seen_by_the_key_kept_elsewhere(
        self, ledger: Ledger, tamper: Tamper, tmp_path: Path
    ) -> None:
        kept = tmp_path / "kept.pub"
        kept.write_bytes(ledger.workspace.ledger_public.read_bytes())
        self._forge(ledger, tamper, tmp_path, sequence=2)
        assert ledger.verify().entries == 6  # by itself the forger's workspace is at one with itself
        with pytest.raises(EvidenceError, match="entry 1 does not hold: its signature"):
            ledger.verify(public_key=kept)

    def test_signed_again_with_another_key_is_seen_by_an_anchor_kept_elsewhere(
        self, ledger: Ledger, tamper: Tamper, tmp_path: Path
    ) -> None:
        kept = tmp_path / "kept.jsonl"
        ledger.anchor(str(kept))
        self._forge(ledger, tamper, tmp_path, sequence=2)
        ledger.workspace.anchors.unlink()
        with pytest.raises(EvidenceError, match="entry 1 does not hold: the anchors name another key"):
            ledger.verify([kept])

    def test_the_key_itself_cannot_change_what_was_anchored(
        self, ledger: Ledger, tamper: Tamper, tmp_path: Path
    ) -> None:
        ledger.anchor()
        tamper("UPDATE ledger SET payload = ? WHERE sequence = 2", ('{"n":99}',))
        rehash(ledger, 2, sign_with=ledger.workspace.ledger_key)
        with pytest.raises(EvidenceError, match="entry 6 does not hold: it is not the entry that was anchored"):
            ledger.verify()

    def _forge(self, ledger: Ledger, tamper: Tamper, tmp_path: Path, sequence: int) -> None:
        other, public = tmp_path / "other.key", tmp_path / "other.pub"
        signing.make(other, public)
        tamper("UPDATE ledger SET payload = ? WHERE sequence = ?", ('{"n":99}', sequence))
        rehash(ledger, 1, sign_with=other)
        ledger.workspace.ledger_public.write_bytes(public.read_bytes())


class TestAnchors:
    def test_a_tail_cut_off_behind_the_last_anchor_is_not_seen(self, ledger: Ledger, tamper: Tamper) -> None:
        ledger.anchor()
        ledger.append("test.done", [], {}, actor="a")
        tamper("DELETE FROM ledger WHERE sequence = 7")
        assert ledger.verify().entries == 6

    @pytest.mark.parametrize("keep", [0, 1, 5])
    def test_a_tail_cut_off_before_an_anchor_is_seen(self, ledger: Ledger, tamper: Tamper, keep: int) -> None:
        ledger.anchor()
        tamper("DELETE FROM ledger WHERE sequence > ?", (keep,))
        with pytest.raises(EvidenceError, match=f"entry {keep + 1} does not hold: it is missing"):
            ledger.verify()

    def test_a_second_place_gets_the_same(self, ledger: Ledger, tmp_path: Path) -> None:
        ledger.anchor(str(tmp_path / "elsewhere.jsonl"))
        assert (tmp_path / "elsewhere.jsonl").read_bytes() == ledger.workspace.anchors.read_bytes()
        checked = ledger.verify([tmp_path / "elsewhere.jsonl"])
        assert (checked.anchors, checked.anchored_sequence) == (2, 6)

    def test_a_second_place_that_is_away_is_said(self, ledger: Ledger, tmp_path: Path) -> None:
        with pytest.raises(UnreachableError, match="cannot be written"):
            ledger.anchor(str(tmp_path / "no" / "elsewhere.jsonl"))

    def test_a_line_that_is_no_anchor_is_said(self, ledger: Ledger) -> None:
        ledger.anchor()
        with ledger.workspace.anchors.open("a") as out:
            out.write("{}\n")
        with pytest.raises(EvidenceError, match="line 2"):
            ledger.verify()

    def test_an_anchor_file_that_is_not_there(self, ledger: Ledger, tmp_path: Path) -> None:
        with pytest.raises(UsageError):
            ledger.verify([tmp_path / "none.jsonl"])

    def test_a_missing_public_key_shows_nothing_to_hold(self, ledger: Ledger) -> None:
        ledger.workspace.ledger_public.unlink()
        with pytest.raises(EvidenceError, match="public key"):
            ledger.verify()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_any_stored_character_is_seen(ledger: Ledger, tamper: Tamper, data: st.DataObject) -> None:
    """One character of one field of one entry, anywhere, changed to another."""
    sequence = data.draw(st.integers(1, 6))
    column = data.draw(st.sampled_from(sorted(CHANGES)))
    with sqlite3.connect(ledger.workspace.database) as raw:
        raw.row_factory = sqlite3.Row
        before = raw.execute("SELECT * FROM ledger WHERE sequence = ?", (sequence,)).fetchone()[column]
    spot = data.draw(st.integers(0, len(before) - 1))
    put = data.draw(st.characters(codec="ascii", exclude_characters=before[spot]))
    after = before[:spot] + put + before[spot + 1 :]
    tamper(setting(column), (after, sequence))
    try:
        with pytest.raises(EvidenceError, match=f"entry {sequence} does not hold"):
            ledger.verify()
    finally:
        tamper(setting(column), (before, sequence))
    ledger.verify()


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(plain)
def test_canonical_text_is_ascii_and_stands_for_its_value(value: Any) -> None:
    text = canonical(value)
    assert text.isascii()
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(st.text(), plain))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)
