"""What people know of the risk of a server or a system: `answers.toml`."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ValidationError, create_model, model_validator

from estate import invalid, reading
from estate.documents.words import day
from estate.errors import UsageError
from estate.records.base import Record
from estate.suggest import did_you_mean, same, unknown
from migration.risk.framework import Criterion, framework

OPEN = "?"
"""What stands in the file for an answer that nobody has given yet."""

Kind = Literal["server", "system"]
_REMEDY = "mend that entry; each [[answers]] takes a server or a system, who, when, and scores by criterion"


@dataclass(frozen=True)
class Answer:
    """One answer, and whose it is."""

    points: int
    who: str
    when: date
    note: str = ""
    system: str = ""
    """The system for which it was given, where it was not given for the server itself."""

    def __str__(self) -> str:
        of = f" for the system {self.system}" if self.system else ""
        note = f": {self.note}" if self.note else ""
        return f"answered by {self.who} on {day(self.when)}{of}{note}"


@dataclass(frozen=True)
class Answers:
    """All that is written: answers by server and by system, and which questions are there already, answered or not."""

    servers: Mapping[str, Mapping[str, Answer]]
    systems: Mapping[str, Mapping[str, Answer]]
    asked: Mapping[tuple[Kind, str], frozenset[str]]
    """Criteria, by server or system."""

    def of(self, server: str, systems: Iterable[str] = ()) -> dict[str, Answer]:
        """The answers that hold for a server: its own, else the worst of its systems'."""
        found: dict[str, Answer] = {}
        for system in systems:
            for criterion, answer in self.systems.get(system, {}).items():
                if criterion not in found or answer.points > found[criterion].points:
                    found[criterion] = answer
        return {**found, **self.servers.get(server, {})}


NONE = Answers({}, {}, {})


class _Block(Record):
    """One [[answers]]; `_model` adds a key for each criterion."""

    server: str | None = None
    system: str | None = None
    who: str = ""
    when: Any = OPEN
    note: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> "_Block":
        if (self.server is None) == (self.system is None):
            raise ValueError("name a server or a system, and not both")
        if self.when != OPEN and type(self.when) is not date:
            raise ValueError("when must be a date, as 2027-03-31 without quotes")
        if any(value != OPEN for value in self.scores.values()) and (not self.who.strip() or self.when == OPEN):
            raise ValueError("an answer needs who gave it (who) and on which day (when)")
        return self

    @property
    def subject(self) -> tuple[Kind, str]:
        """Of what it speaks."""
        return ("server", self.server) if self.server is not None else ("system", self.system or "")

    @property
    def scores(self) -> dict[str, Any]:
        """Every criterion that it names, with the score, or `?`."""
        return {one: getattr(self, one) for one in framework().by_id if one in self.model_fields_set}


def _one_of(criterion: Criterion) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value == OPEN or (type(value) is int and 1 <= value <= criterion.most):
            return value
        raise ValueError(f'must be a number from 1 to {criterion.most}, or "?"')

    return check


@cache
def _model() -> type[_Block]:
    keys: dict[str, Any] = {
        one.id: (Annotated[Any, AfterValidator(_one_of(one))], OPEN) for one in framework().criterion
    }
    return create_model("_Answers", __base__=_Block, **keys)


def load(path: Path, servers: Collection[str], systems: Collection[str], today: date | None = None) -> Answers:
    """What is written there; nothing where there is no file.

    Raises `UsageError` for a file that is not right: broken, a server, system or criterion that is not known, a score
    out of range, no name or day, a day that lies after `today`, or one criterion of a server or system twice.
    """
    if not path.exists():
        return NONE
    written = reading.toml(path)
    if set(written) - {"answers"} or not isinstance(written.get("answers", []), list):
        raise UsageError(f"{path} holds something besides [[answers]]", _REMEDY)
    asked: dict[tuple[Kind, str], set[str]] = {}
    given: dict[Kind, dict[str, dict[str, Answer]]] = {"server": {}, "system": {}}
    for number, entry in enumerate(written.get("answers", []), 1):
        one = _read(path, number, entry)
        if today is not None and isinstance(one.when, date) and one.when > today:
            raise UsageError(
                f"{path}: answers {number} is given on {day(one.when)}, which is still to come", "mend its `when`"
            )
        kind, written_as = one.subject
        known = servers if kind == "server" else systems
        name = same(written_as, known)
        if name is None:
            otherwise = f"see `decant {'estate' if kind == 'server' else 'systems'} list`, and mend {path.name}"
            wrong = unknown(kind, written_as, known, otherwise)
            raise UsageError(f"{path}: {wrong.what}", wrong.remedy)
        twice = asked.setdefault((kind, name), set()) & one.scores.keys()
        if twice:
            raise UsageError(f"{path} has {min(twice)} of the {kind} {name} twice", "keep one of the two")
        asked[kind, name] |= one.scores.keys()
        for criterion, points in one.scores.items():
            if points != OPEN:
                answer = Answer(points, one.who, one.when, one.note, name if kind == "system" else "")
                given[kind].setdefault(name, {})[criterion] = answer
    return Answers(given["server"], given["system"], {key: frozenset(names) for key, names in asked.items()})


def _read(path: Path, number: int, entry: object) -> _Block:
    try:
        return _model().model_validate(entry)
    except ValidationError as wrong:
        first = invalid.first(wrong)
        if first["type"] == "extra_forbidden":
            key = str(first["loc"][0])
            raise UsageError(
                f"{path}: answers {number} has {key}, which is no criterion",
                did_you_mean(key, _model().model_fields, f"one of: {', '.join(framework().by_id)}"),
            ) from None
        raise UsageError(f"{path}: answers {number}: {invalid.sentence(wrong)}", _REMEDY) from None
