"""`python -m tests.inventory.personal.measure [tune|report]`: precision and recall on the labelled set.

Two levels: whether a column or a file holds a kind, as Decant reports it; and each single value, or line of text.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.personal import judge
from tests.inventory.personal.labelled import KINDS, Part, columns, texts


@dataclass
class Tally:
    """Hits, false alarms and misses."""

    hits: int = 0
    alarms: int = 0
    misses: int = 0

    def note(self, said: bool, true: bool) -> None:
        self.hits += said and true
        self.alarms += said and not true
        self.misses += true and not said

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.alarms)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.misses)


@dataclass(frozen=True)
class Measured:
    """By kind, with "all" for all of them: places (columns and files), and values (and lines)."""

    places: Mapping[str, Tally]
    values: Mapping[str, Tally]
    wrong: tuple[str, ...]


def measure(part: Part) -> Measured:
    """Look through one part of the labelled set."""
    places, values = ({kind: Tally() for kind in (*KINDS, "all")} for _ in range(2))
    wrong: list[str] = []

    def note(tallies: Mapping[str, Tally], kind: str, said: bool, true: bool) -> None:
        for name in (kind, "all"):
            tallies[name].note(said, true)

    for column in columns(part):
        judged = {found.kind: hits for found, hits in judge.judged(column.name, column.values, column.beside)}
        for kind in KINDS:
            said, true = kind in judged, kind in column.holds
            note(places, kind, said, true)
            if said != true:
                wrong.append(f"{'false' if said else 'missed'} {kind}: column {column.name}, {column.values[:3]}")
            for hit, label in zip(judged.get(kind, [False] * len(column.values)), column.kinds, strict=True):
                note(values, kind, hit, label == kind)
    for text in texts(part):
        found = {one.kind for one in judge.text("\n".join(text.lines))}
        by_line = [{one.kind for one in judge.text(line)} for line in text.lines]
        for kind in KINDS:
            note(places, kind, kind in found, kind in text.holds)
            for line, said_of, true_of in zip(text.lines, by_line, text.kinds, strict=True):
                note(values, kind, kind in said_of, kind in true_of)
                if (kind in said_of) != (kind in true_of):
                    wrong.append(f"{'false' if kind in said_of else 'missed'} {kind}: line {line}")
    return Measured(places, values, tuple(wrong))


def table(measured: Measured) -> Iterable[str]:
    """The figures as a table for docs/personal-data.md."""
    yield "| kind | places: precision | recall | values: precision | recall | values of the kind |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for kind in (*KINDS, "all"):
        place, value = measured.places[kind], measured.values[kind]
        yield (
            f"| {kind} | {place.precision:.3f} | {place.recall:.3f} | {value.precision:.3f} | {value.recall:.3f} "
            f"| {value.hits + value.misses} |"
        )


if __name__ == "__main__":
    measured = measure("tune" if "tune" in sys.argv[1:] else "report")
    sys.stdout.write("\n".join(table(measured)) + "\n")
    if "--wrong" in sys.argv:
        sys.stdout.write("\n".join(sorted(set(measured.wrong))) + "\n")
