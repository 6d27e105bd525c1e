"""One move in detail: its phases, freezes and comparisons, each with its time, as the ledger has them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from decant.rows import FreezeRow, MoveDetail, PhaseRow, VerifiedRow
from estate.documents import words
from estate.records.move import Move
from estate.records.verification import Verification

if TYPE_CHECKING:
    from decant.app import App


def detail(app: "App", move: Move) -> MoveDetail:
    """What the ledger has of a move, the oldest first. Raises `EvidenceError` for an entry that does not hold."""

    def noted(action: str) -> list[tuple[datetime, dict[str, Any]]]:
        return [
            (datetime.fromisoformat(one.at), dict(one.payload))
            for one in app.ledger.entries(action)
            if move.id in one.subjects
        ]

    compared = []
    for at, payload in noted("move.verified"):
        found = app.store.get(Verification, payload["verification"])
        compared.append(
            VerifiedRow(
                at=at,
                agrees=payload["agrees"],
                frozen=payload["frozen"],
                items=payload["items"],
                method=payload["method"],
                seconds=found.seconds if found else None,
            )
        )
    return {
        "phases": [
            PhaseRow(phase=payload["to"], since=at, note=payload["note"]) for at, payload in noted("move.phase")
        ],
        "freezes": _freezes(noted("move.freezing"), noted("move.thawed")),
        "verifications": compared,
    }


def _freezes(
    begun: list[tuple[datetime, dict[str, Any]]], ended: list[tuple[datetime, dict[str, Any]]]
) -> list[FreezeRow]:
    """Each time that writes stopped. A freeze taken up again after an interruption is the same one."""
    found: list[FreezeRow] = []
    for at, payload in begun:
        end = next(((when, said) for when, said in ended if when >= at), None)
        if found and end is not None and found[-1]["ended"] == end[0]:
            continue
        if found and end is None and found[-1]["ended"] is None:
            continue
        found.append(
            FreezeRow(
                side=payload["side"],
                at=at,
                ended=end[0] if end else None,
                seconds=end[1]["frozen_seconds"] if end else None,
                served_then=end[1]["side"] if end else None,
            )
        )
    return found


def show(move: Move, said: MoveDetail) -> None:
    """Draw it."""
    from decant.output import table

    table(
        "Phases",
        ["phase", "since", "note"],
        [[one["phase"], words.moment(one["since"]), one["note"]] for one in said["phases"]],
    )
    table(
        "Freezes",
        ["writes stopped on", "at", "for", "then served"],
        [
            [
                _server(move, one["side"]),
                words.moment(one["at"]),
                "not ended yet" if one["seconds"] is None else words.seconds(one["seconds"]),
                "" if one["served_then"] is None else _server(move, one["served_then"]),
            ]
            for one in said["freezes"]
        ],
    )
    table(
        "Comparisons of both sides",
        ["at", "agree", "frozen", "compared", "took", "by"],
        [
            [
                words.moment(one["at"]),
                "yes" if one["agrees"] else "NO",
                "yes" if one["frozen"] else "no",
                f"{one['items']:,}",
                "unknown" if one["seconds"] is None else words.seconds(one["seconds"]),
                one["method"],
            ]
            for one in said["verifications"]
        ],
        numbers=("compared", "took"),
    )


def _server(move: Move, side: str) -> str:
    return f"{move.source if side == 'source' else move.target} ({side})"
