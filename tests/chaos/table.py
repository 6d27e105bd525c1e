"""The table of the matrix: faults in rows, points in columns, what was lost in each cell, and why some are empty. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.chaos.faults import FAULTS
from tests.chaos.points import POINTS

LETTERS = "abcdefghijkl"
KINDS = ("postgres", "files")


@dataclass(frozen=True)
class Cell:
    """One fault that struck one mover at one point."""

    kind: str
    fault: str
    point: str
    ended: str
    """How the command under way ended: `went on`, `exit N`, `killed`, `taken over`, `at rest`."""
    lost: int


def lost(cells: Iterable[Cell]) -> int:
    """Acknowledged writes that were lost, each counted where it was seen first: at the worst cell."""
    return max((cell.lost for cell in cells), default=0)


def struck(cells: Iterable[Cell]) -> str:
    """How many of the pairs that apply came about."""
    every = [
        (kind, fault.name, point.name)
        for kind in KINDS
        for fault in FAULTS
        for point in POINTS
        if not fault.why_not(kind, point)
    ]
    return f"{len(every) - len(uncovered(cells))} of {len(every)} pairs that apply"


def uncovered(cells: Iterable[Cell]) -> list[str]:
    """Every pair that applies and did not come about."""
    seen = {(cell.kind, cell.fault, cell.point) for cell in cells}
    return [
        f"{kind}: {fault.name} while {point.name}"
        for kind in KINDS
        for fault in FAULTS
        for point in POINTS
        if not fault.why_not(kind, point) and (kind, fault.name, point.name) not in seen
    ]


def draw(cells: Sequence[Cell]) -> str:
    """The table of each mover that has a cell, its legend, and the reasons for what does not apply."""
    reasons: list[str] = []
    lines: list[str] = []
    for kind in [one for one in KINDS if any(cell.kind == one for cell in cells)]:
        lines += ["", f"{kind}: acknowledged writes lost, by fault and phase"]
        wide = max(len(fault.name) for fault in FAULTS)
        lines.append(" " * wide + "".join(f"{LETTERS[n]:>5}" for n in range(len(POINTS))))
        for fault in FAULTS:
            row = []
            for point in POINTS:
                why = fault.why_not(kind, point)
                if why and why not in reasons:
                    reasons.append(why)
                struck = [c for c in cells if (c.kind, c.fault, c.point) == (kind, fault.name, point.name)]
                row.append(f"-{reasons.index(why) + 1}" if why else _shown(struck))
            lines.append(f"{fault.name:<{wide}}" + "".join(f"{text:>5}" for text in row))
    lines += ["", *(f"{LETTERS[n]} {point.name}" for n, point in enumerate(POINTS))]
    lines += ["", "0 went on by itself; 0r ended cleanly, or was killed, and the way on that it named finished it"]
    lines += ["? did not come about in this run", *(f"-{n} {why}" for n, why in enumerate(reasons, 1))]
    return "\n".join(lines[1:])


def _shown(struck: Sequence[Cell]) -> str:
    if not struck:
        return "?"
    worst = max(struck, key=lambda cell: cell.lost)
    return f"{worst.lost}{'' if worst.ended in {'went on', 'at rest'} else 'r'}"
