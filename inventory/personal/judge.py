"""From a sample to what is in it: a column of a table, or a piece of text. Holds values, returns counts.

A column is judged as a whole: what its name says, what share of its values has the form, and what share of those
passes the check. A kind whose check passes by chance (a check digit) must pass far more often than chance. In
running text each candidate stands for itself, with the words before it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inventory.personal.detectors import all_detectors
from inventory.personal.detectors.base import FOUND, NAMED, OTHER, Detector, plain

Confidence = Literal["high", "medium", "low"]
VALUE_LIMIT = 1 << 20
"""Characters of one text that are looked at."""
BEFORE = 48
"""Characters before a candidate whose words count as its label."""
MOSTLY = 0.6
"""A column holds a kind of value where this share of its values has the form."""
FEW = 8
"""Fewer values than this say nothing as a column: each stands for itself, as in running text."""
RULED_OUT = 0.001
"""Below this probability, that all these values pass a check is no chance."""
WHOLLY = 0.2
"""How much surer it is where a column is called so and most of its values are of the kind."""
TIMES_CHANCE = 5
"""How much more often than chance a check must pass before a column counts without a name that says so."""


@dataclass(frozen=True)
class Found:
    """One kind of personal data in a sample: how many values, of how many that were looked at."""

    kind: str
    matches: int
    confidence: Confidence


def column(name: str, values: Sequence[str], beside: Sequence[str] = ()) -> list[Found]:
    """The kinds that a column holds; `beside` are the names of the table's other columns."""
    return [found for found, _ in judged(name, values, beside)]


def judged(name: str, values: Sequence[str], beside: Sequence[str] = ()) -> list[tuple[Found, list[bool]]]:
    """As `column`, with which values counted: for the measurement alone."""
    given = [value.strip() for value in values]
    context, neighbours = plain(name), " ".join(map(plain, beside))
    results = []
    for detector in all_detectors().values():
        hits, scores = _of(detector, context, neighbours, given)
        if any(hits):
            mean = sum(scores) / len(scores)
            wholly = detector.named.search(context) and sum(hits) >= MOSTLY * sum(map(bool, given))
            sure = _confidence(detector, mean + (WHOLLY if wholly else 0))
            results.append((Found(detector.id, sum(hits), sure), hits))
    return results


def _of(detector: Detector, context: str, beside: str, values: Sequence[str]) -> tuple[list[bool], list[float]]:
    nothing: tuple[list[bool], list[float]] = ([False] * len(values), [])
    whole = [detector.pattern.fullmatch(value) is not None for value in values]
    filled = sum(map(bool, values))
    if filled and sum(whole) >= MOSTLY * filled:
        alone = [detector.check(value) if fits else 0.0 for value, fits in zip(values, whole, strict=True)]
        valid = sum(score > 0 for score in alone) / sum(whole)
        called = detector.named.search(context) or (detector.beside and detector.beside.search(beside))
        other = detector.other.search(context)
        if detector.chance and valid < min(0.5, 2 * detector.chance):
            return nothing
        beyond = _beyond_chance(detector, valid, sum(score > 0 for score in alone))
        if detector.chance and not called and not beyond and sum(whole) >= FEW:
            return nothing
        lift = NAMED if called or (beyond and not other) else 0.0
        if not lift and sum(score >= FOUND for score in alone) < MOSTLY * sum(whole):
            # Nothing says what the column is, and too few of its values do: the others are there by chance.
            return nothing
        lift -= OTHER if other else 0
        scores = [score + lift if score > 0 else 0.0 for score in alone]
        best = sum(scores) / max(1, sum(score > 0 for score in alone))
        # What a column is, its values are: a single one that looks less sure does not differ from the rest.
        hits = [score > 0 and max(score, best) >= FOUND for score in scores]
        return hits, [max(score, best) for score, hit in zip(scores, hits, strict=True) if hit]
    if not detector.in_text:
        return nothing
    hits, kept = [], []
    for value in values:
        best = max((score for score in _scores(detector, value, context)), default=0.0)
        hits.append(best >= FOUND)
        if best >= FOUND:
            kept.append(best)
    return hits, kept


def _beyond_chance(detector: Detector, share: float, count: int) -> bool:
    """Whether so many pass the check that this is no chance: far above its share, and one in ten thousand."""
    if not detector.chance:
        return False
    return share >= min(0.9, TIMES_CHANCE * detector.chance) and bool(detector.chance**count < RULED_OUT)


def text(content: str) -> list[Found]:
    """The kinds in running text, with how often each."""
    found = []
    for detector in all_detectors().values():
        if not detector.in_text:
            continue
        scores = [score for score in _scores(detector, content[:VALUE_LIMIT], "") if score >= FOUND]
        if scores:
            found.append(Found(detector.id, len(scores), _confidence(detector, max(scores))))
    return found


def _scores(detector: Detector, value: str, context: str) -> Iterator[float]:
    for match in detector.pattern.finditer(value):
        before = _label(value[max(0, match.start() - BEFORE) : match.start()])
        yield detector.score(match[0], f"{context} {plain(before)}".strip())


def _label(before: str) -> str:
    """The words that belong to what follows: of this sentence or field, and after any number before it."""
    # A full stop after a short word is that of an abbreviation: "no.", "d.o.b.".
    sentence = re.split(r"[\n\r]|(?<=[a-z]{4})\. |\"[,}]|(?<=\d)[,)\s]+(?=[A-Za-z])", before)[-1]
    fields = [field for field in re.split(r"[;|]", sentence) if re.search(r"[A-Za-z]", field)]
    return fields[-1] if fields else ""


def _confidence(detector: Detector, score: float) -> Confidence:
    if detector.weak:
        return "low"
    score = round(score, 3)
    return "high" if score >= 0.85 else "medium" if score >= 0.65 else "low"


def merged(parts: Sequence[Sequence[Found]]) -> Mapping[str, Found]:
    """Several samples of one place as one: matches added, the best confidence."""
    order: tuple[Confidence, ...] = ("low", "medium", "high")
    total: dict[str, Found] = {}
    for found in (one for part in parts for one in part):
        before = total.get(found.kind)
        total[found.kind] = (
            found
            if before is None
            else Found(
                found.kind,
                before.matches + found.matches,
                max(before.confidence, found.confidence, key=order.index),
            )
        )
    return dict(sorted(total.items()))
