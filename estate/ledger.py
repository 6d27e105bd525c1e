"""The evidence ledger: append-only, hash-chained, each entry signed. `docs/evidence.md` says what it can show.

An entry's header (sequence, time, actor, action, subjects, payload's hash, hash of the entry before) is canonical
JSON; its SHA-256 is the entry's hash, which the next entry carries, and Ed25519 signs it.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from estate import anchors, schema, signing
from estate.canonical import canonical, sha256
from estate.errors import EvidenceError, RefusedError
from estate.paths import Workspace
from estate.records.base import now
from estate.store import Store

START = "0" * 64
"""What the first entry carries as the hash of the entry before."""

_DOMAIN = b"decant.ledger/1\n"


@dataclass(frozen=True)
class Entry:
    """One entry, with the texts exactly as they are stored."""

    sequence: int
    at: str
    actor: str
    action: str
    subjects: tuple[str, ...]
    payload_text: str
    payload_sha256: str
    previous_sha256: str
    entry_sha256: str
    signature: str

    @property
    def payload(self) -> dict[str, Any]:
        """What was done, as data."""
        value: dict[str, Any] = json.loads(self.payload_text)
        return value

    @property
    def header(self) -> str:
        """The canonical text that is hashed and signed."""
        return canonical(
            {
                "sequence": self.sequence,
                "at": self.at,
                "actor": self.actor,
                "action": self.action,
                "subjects": list(self.subjects),
                "payload_sha256": self.payload_sha256,
                "previous_sha256": self.previous_sha256,
            }
        )

    def line(self) -> str:
        """The entry as one line of JSON, for export."""
        whole = {**json.loads(self.header), "entry_sha256": self.entry_sha256, "signature": self.signature}
        return canonical({**whole, "payload": self.payload})


@dataclass(frozen=True)
class Checked:
    """What a verification found to hold."""

    entries: int
    head: str
    anchors: int
    """Anchors that were compared."""
    anchored_sequence: int | None
    """The last entry that an anchor covers."""
    anchored_at: datetime | None
    elsewhere_sequence: int | None
    """The last entry that an anchor kept outside the workspace covers; None where no such anchor was given."""


@dataclass
class Ledger:
    """The ledger of one workspace. Safe to use from several threads and processes."""

    store: Store
    workspace: Workspace
    _key: Ed25519PrivateKey | None = field(default=None, repr=False)
    _anchored: int | None = field(default=None, repr=False)
    """The last entry that an anchor covered when this run first added one."""

    def append(self, action: str, subjects: Sequence[str], payload: Mapping[str, Any], actor: str) -> Entry:
        """Add an entry: `actor` did `action` to `subjects`; `payload` says how, without secrets.

        The first entry makes the signing key. Raises `RefusedError` where the key is missing later on, or where
        entries are gone that an anchor of this workspace covers: nothing is added to what was cut off.
        """
        text = canonical(dict(payload))
        if self._anchored is None:
            self._anchored = anchors.highest(self.workspace.anchors)
        with self.store.database.write() as connection:
            self.store.database.lock(connection, schema.ledger)
            last = connection.execute(
                sa.select(schema.ledger.c.sequence, schema.ledger.c.entry_sha256)
                .order_by(schema.ledger.c.sequence.desc())
                .limit(1)
            ).one_or_none()
            if (0 if last is None else last.sequence) < self._anchored:
                raise RefusedError(
                    f"the ledger was cut off: an anchor covers its entry {self._anchored}, and it ends before",
                    "put .decant/estate.db back from a backup; `decant evidence verify` names the first entry "
                    "that is missing",
                )
            key = self._signing_key(first=last is None)
            draft = Entry(
                sequence=1 if last is None else last.sequence + 1,
                at=now().isoformat(timespec="microseconds"),
                actor=actor,
                action=action,
                subjects=tuple(subjects),
                payload_text=text,
                payload_sha256=sha256(text),
                previous_sha256=START if last is None else last.entry_sha256,
                entry_sha256="",
                signature="",
            )
            signature = base64.b64encode(key.sign(_DOMAIN + draft.header.encode("ascii"))).decode("ascii")
            row = {
                "sequence": draft.sequence,
                "at": draft.at,
                "actor": actor,
                "action": action,
                "subjects": canonical(list(draft.subjects)),
                "payload": text,
                "payload_sha256": draft.payload_sha256,
                "previous_sha256": draft.previous_sha256,
                "entry_sha256": sha256(draft.header),
                "signature": signature,
            }
            connection.execute(sa.insert(schema.ledger).values(**row))
        return _entry(row)

    def count(self) -> int:
        """How many entries there are; nothing is checked."""
        with self.store.database.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(schema.ledger)).scalar_one()

    def entries(self, action: str) -> list[Entry]:
        """Every entry of one action, the oldest first, each with its own hash and signature checked.

        Raises `EvidenceError` for one that does not hold; only `verify` sees gaps and a removed tail.
        """
        if self.count() == 0:
            return []
        key = signing.load_public(self.workspace.ledger_public)
        found = list(self._read(schema.ledger.c.action == action))
        for entry in found:
            _must_hold(entry, key)
        return found

    def verify(self, anchor_files: Iterable[Path] = (), public_key: Path | None = None) -> Checked:
        """Recompute everything: hashes, chain, signatures, gaps, and the anchors, those of `anchor_files` too.

        `public_key` is a copy kept elsewhere; without it the workspace's own is used. Raises `EvidenceError` that
        names the first entry that does not hold, and `UsageError` where what was given is no key or no anchors.
        """
        key = signing.given_public(public_key) if public_key else None
        elsewhere = [anchor for file in anchor_files for anchor in anchors.read(file)]
        known = (anchors.read(self.workspace.anchors) if self.workspace.anchors.exists() else []) + elsewhere
        heads = _by_sequence(known)
        previous, count = START, 0
        if known:
            key = key or signing.load_public(self.workspace.ledger_public)
            if any(anchor.key_sha256 != signing.fingerprint(key) for anchor in known):
                raise _broken(1, "the anchors name another key than the one it is signed with")
        for entry in self._read():
            key = key or signing.load_public(self.workspace.ledger_public)
            if entry.sequence != count + 1:
                raise _broken(count + 1, "it is missing")
            if entry.previous_sha256 != previous:
                raise _broken(entry.sequence, "it does not follow the entry before it")
            _must_hold(entry, key)
            if any(anchored != entry.entry_sha256 for anchored in heads.get(entry.sequence, ())):
                raise _broken(entry.sequence, "it is not the entry that was anchored")
            previous, count = entry.entry_sha256, entry.sequence
        if any(sequence > count for sequence in heads):
            raise _broken(count + 1, f"it is missing, and an anchor covers entry {max(heads)}")
        last = max(known, key=lambda a: a.sequence, default=None)
        return Checked(
            entries=count,
            head=previous,
            anchors=len(known),
            anchored_sequence=last.sequence if last else None,
            anchored_at=last.at if last else None,
            elsewhere_sequence=max((anchor.sequence for anchor in elsewhere), default=None),
        )

    def anchor(self, also: str = "") -> anchors.Anchor | None:
        """Note the head in the workspace's anchors and in `also`, a file elsewhere or `syslog:`; None where empty.

        Raises `UnreachableError` where `also` cannot be written.
        """
        with self.store.database.read() as connection:
            head = connection.execute(
                sa.select(schema.ledger.c.sequence, schema.ledger.c.entry_sha256)
                .order_by(schema.ledger.c.sequence.desc())
                .limit(1)
            ).one_or_none()
        if head is None:
            return None
        made = anchors.Anchor(
            sequence=head.sequence,
            entry_sha256=head.entry_sha256,
            key_sha256=signing.fingerprint(signing.load_public(self.workspace.ledger_public)),
            at=now(),
        )
        anchors.write(made, str(self.workspace.anchors))
        if also:
            anchors.write(made, also)
        return made

    def export(self) -> Iterator[str]:
        """Every entry as one line of JSON, the oldest first."""
        for entry in self._read():
            yield entry.line()

    def _read(self, *where: sa.ColumnElement[bool]) -> Iterator[Entry]:
        query = sa.select(schema.ledger).where(*where).order_by(schema.ledger.c.sequence)
        with self.store.database.read() as connection:
            for row in connection.execution_options(yield_per=500).execute(query).mappings():
                yield _entry(dict(row))

    def _signing_key(self, first: bool) -> Ed25519PrivateKey:
        if self._key is None:
            if first and not self.workspace.ledger_key.exists():
                self._key = signing.make(self.workspace.ledger_key, self.workspace.ledger_public)
            else:
                self._key = signing.load_private(self.workspace.ledger_key)
        return self._key


def _entry(row: Mapping[str, Any]) -> Entry:
    """The stored row as an entry. Raises `EvidenceError` where it cannot be one."""
    sequence = row["sequence"]
    texts = {name: value for name, value in row.items() if name not in {"sequence", "subjects", "payload"}}
    try:
        subjects = json.loads(row["subjects"])
        if canonical(subjects) != row["subjects"] or not isinstance(json.loads(row["payload"]), dict):
            raise ValueError
        row["payload"].encode("ascii")
    except (TypeError, ValueError, RecursionError):
        raise _broken(sequence, "its content cannot be read") from None
    if not isinstance(sequence, int) or not all(isinstance(value, str) for value in texts.values()):
        raise _broken(sequence, "its content cannot be read")
    return Entry(sequence=sequence, subjects=tuple(subjects), payload_text=row["payload"], **texts)


def _must_hold(entry: Entry, key: Ed25519PublicKey) -> None:
    if sha256(entry.payload_text) != entry.payload_sha256:
        raise _broken(entry.sequence, "its payload was changed")
    if sha256(entry.header) != entry.entry_sha256:
        raise _broken(entry.sequence, "its content was changed")
    try:
        signature = base64.b64decode(entry.signature, validate=True)
    except (binascii.Error, ValueError):
        signature = b""
    exact = base64.b64encode(signature).decode("ascii") == entry.signature
    if not exact or not signing.holds(key, signature, _DOMAIN + entry.header.encode("ascii")):
        raise _broken(entry.sequence, "its signature is not of the ledger's key")


def _by_sequence(known: Iterable[anchors.Anchor]) -> dict[int, list[str]]:
    heads: dict[int, list[str]] = {}
    for anchor in known:
        heads.setdefault(anchor.sequence, []).append(anchor.entry_sha256)
    return heads


def _broken(sequence: object, why: str) -> EvidenceError:
    return EvidenceError(
        f"ledger entry {sequence} does not hold: {why}",
        "keep the files as they are, tell your auditor, and compare with the copies kept elsewhere",
    )
