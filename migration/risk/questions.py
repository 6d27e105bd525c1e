"""Writes what has to be asked into `answers.toml`, below what is there."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from estate.documents.words import day
from estate.errors import UsageError
from estate.records.risk import Risk, Score
from migration.risk.answers import OPEN, Answers, Kind
from migration.risk.framework import framework

_HEAD = """\
# What only people know of the risk of a server, by the government's Legacy IT Risk Assessment Framework.
# `decant risk --ask` adds the questions that are open; what is written here stays as it is.
# An answer for a system (of systems.toml) holds for each of its servers that has none of its own.
#
# [[answers]]
# server = "db01"                 # or: system = "revenues"
# who = "jsmith"
# when = 2026-11-22
# note = "two people know it, one leaves in June"
# skills = 4
# safety = "?"                    # nobody has answered yet
#
# The criteria, and what each score means. Scores look three years ahead.
"""


def template() -> str:
    """An `answers.toml` without an answer: how to write one, and every criterion."""
    lines = [_HEAD]
    for one in framework().criterion:
        levels = "; ".join(f"{score} {words}" for score, words in enumerate(one.levels, 1))
        lines.append(f"#\n# {one.id} ({one.code}): {one.question}\n#   {levels}\n")
    return "".join(lines)


@dataclass(frozen=True)
class Question:
    """The criteria of one server or system that have no answer and are not in the file yet."""

    kind: Kind
    name: str
    scores: tuple[Score, ...]


def questions(
    risks: Sequence[Risk], systems_of: Mapping[str, Sequence[str]], answers: Answers
) -> tuple[Question, ...]:
    """What has to be asked: of a server's system where it is in one, so that a thing is asked once."""
    found: dict[tuple[Kind, str], dict[str, Score]] = {}
    for risk in risks:
        subjects: Iterable[tuple[Kind, str]] = [("system", name) for name in systems_of.get(risk.subject, ())]
        for subject in subjects or [("server", risk.subject)]:
            for score in risk.open:
                if score.criterion not in answers.asked.get(subject, ()):
                    found.setdefault(subject, {}).setdefault(score.criterion, score)
    order = list(framework().by_id)
    return tuple(
        Question(kind, name, tuple(sorted(scores.values(), key=lambda one: order.index(one.criterion))))
        for (kind, name), scores in found.items()
    )


def added(text: str, asked: Sequence[Question], today: date) -> str:
    """The text of the file with the questions below it. Raises `UsageError` where they cannot stand below that text."""
    parts = [text if text.endswith("\n") or not text else f"{text}\n"]
    for question in asked:
        lines = [
            f"\n# Asked on {day(today)}.",
            "[[answers]]",
            f"{question.kind} = {json.dumps(question.name, ensure_ascii=False)}",
            'who = ""',
            f'when = "{OPEN}"',
        ]
        for score in question.scores:
            criterion = framework().by_id[score.criterion]
            lines.append(
                f'{criterion.id} = "{OPEN}"'.ljust(24)
                + f"# {criterion.code}, 1 to {criterion.most}: {criterion.title}"
            )
        parts.append("\n".join(lines) + "\n")
    whole = "".join(parts)
    try:
        tomllib.loads(whole.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        raise UsageError(
            "questions cannot be added below what is in answers.toml", "write its answers as [[answers]] tables"
        ) from None
    return whole
