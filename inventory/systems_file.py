"""`systems.toml`: systems as people confirm them. What a person wrote stays as it is, to the byte.

Each `[[system]]` that Decant proposes carries a mark: a digest of its own text. As long as the two fit, nobody has
touched it, and it is replaced by the next proposal. One with other text, or with no mark, is a person's.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from pydantic import Field, ValidationError

from estate import invalid, reading
from estate.errors import UsageError
from estate.records.base import Record
from estate.records.system import Systems
from estate.records.workload import Workload
from inventory.systems import Entry

HEAD = """\
# Systems: workloads that serve one purpose and move together. `decant systems propose` writes what it thinks;
# you decide. To confirm a system, take the # from confirmed_by and put your own id there; change its name, owner
# and workloads as you know them. What you changed stays as you wrote it. What nobody has touched is proposed anew
# each time. Leave out a workload that several systems share: each is planned with what it shares in mind.
"""
_MARK = re.compile(r"^# mark [0-9a-f]{12}[^\n]*\n", re.M)
_BLOCK = re.compile(r"^[ \t]*\[\[[ \t]*system[ \t]*\]\]", re.M)
NO_ID = "your id"
"""What stands where a person's own id is to be put."""
_MEND = "mend it, or move it away and run `decant systems propose`"


class _Written(Record):
    name: str = Field(min_length=1, pattern=r"^[^/\x00-\x1f]+$")
    owner: str = ""
    confirmed_by: str = ""
    confirmed_on: date | None = None
    public_name: str = ""
    workloads: tuple[str, ...] = ()


class _File(Record):
    system: tuple[_Written, ...] = ()


@dataclass(frozen=True)
class SystemsFile:
    """The file as it is: what a person wrote, and the bytes around what nobody has touched."""

    entries: tuple[Entry, ...] = ()
    text: str = HEAD
    """All but the proposals that nobody has touched."""


def load(path: Path) -> SystemsFile:
    """What people wrote in the file; nothing where there is none.

    Raises `UsageError` for a file that is not right: broken, an unknown key, or a workload in two systems.
    """
    if not path.exists():
        return SystemsFile()
    text = reading.text(path, _MEND)
    try:
        written = _File.model_validate(reading.toml(path, _MEND)).system
    except ValidationError as error:
        raise UsageError(
            f"{path}: {invalid.sentence(error)}",
            "each [[system]] takes name, owner, confirmed_by, confirmed_on, public_name and workloads",
        ) from error
    starts = [found.start() for found in _BLOCK.finditer(text)]
    if len(starts) != len(written):
        raise UsageError(f"{path}: each system is to begin with a line [[system]] of its own", _MEND)
    blocks = [text[start:end] for start, end in pairwise([*starts, len(text)])]
    persons = [(one, block) for one, block in zip(written, blocks, strict=True) if not _untouched(block)]
    seen: dict[str, str] = {}
    for one, _ in persons:
        if one.confirmed_by.strip().casefold() == NO_ID:
            raise UsageError(
                f'{path}: {one.name} has confirmed_by = "{NO_ID}"',
                "put your own id there: it goes into the ledger",
            )
        for workload in one.workloads:
            if workload in seen:
                where = f"in {seen[workload]} and in {one.name}" if seen[workload] != one.name else "there twice"
                raise UsageError(
                    f"{path}: {workload} is {where}", "keep one of the two, or none where both share it"
                )
            seen[workload] = one.name
    return SystemsFile(
        tuple(
            Entry(
                one.name,
                one.workloads,
                one.owner or None,
                one.confirmed_by.strip(),
                one.confirmed_on,
                one.public_name.strip(),
            )
            for one, _ in persons
        ),
        (text[: starts[0]] if starts else text) + "".join(block for _, block in persons),
    )


def render(file: SystemsFile, found: Systems) -> str:
    """The file's text: what a person wrote as it was, and after it what is proposed now."""
    blocks = [
        _block(one.name, one.workloads, one.reasons, one.uses, "")
        for one in found.systems
        if one.state == "proposed"
    ]
    seen = {one for entry in file.entries for one in entry.workloads}
    for one in found.systems:
        new = [name for name in one.additions if name not in seen]
        if new:
            blocks.append(_block(one.name, new, one.additions, {}, f"An addition to {one.name}."))
    own = file.text if not file.text or file.text.endswith("\n") else f"{file.text}\n"
    gap = "" if not own or own.endswith("\n\n") or not blocks else "\n"
    return own + gap + "\n".join(blocks)


def _block(
    name: str,
    workloads: Sequence[str],
    reasons: Mapping[str, str],
    uses: Mapping[str, Sequence[str]],
    about: str,
) -> str:
    """One proposal as TOML, with its mark."""
    lines = [f"name = {_quoted(name)}"]
    if not about:
        lines.append('owner = ""')
    lines += [f'# confirmed_by = "{NO_ID}"', "workloads = ["]
    lines += [f"    {_quoted(one)},  # {_comment(reasons.get(one, ''))}" for one in workloads]
    lines.append("]")
    lines += [f"# uses {_comment(one)}, as {_comment(_and(others))}" for one, others in uses.items()]
    if about:
        lines.insert(0, f"# {_comment(about)}")
    body = "\n".join(lines) + "\n"
    return f"[[system]]\n# mark {_digest(body)}: proposed by Decant, touched by nobody\n{body}"


def _and(others: Sequence[str]) -> str:
    return (
        f"{' and '.join(others)} {'does' if len(others) == 1 else 'do'} or hold" if others else "nobody else does"
    )


def _untouched(block: str) -> bool:
    """Whether a block is as Decant wrote it: its mark fits its text, but for how lines end and empty ones after it."""
    heading, _, rest = block.replace("\r\n", "\n").partition("\n")
    mark = _MARK.match(rest)
    if heading.strip() != "[[system]]" or mark is None:
        return False
    body = rest[mark.end() :].rstrip("\n") + "\n"
    return mark[0].startswith(f"# mark {_digest(body)}")


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:12]


def _quoted(text: str) -> str:
    """As a TOML string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _comment(text: str) -> str:
    """On one line, without what TOML allows in no comment."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)


def with_systems(workloads: Iterable[Workload], file: SystemsFile) -> tuple[Workload, ...]:
    """The workloads, each with the system that a person has confirmed for it; None where nobody has."""
    placed = {one: entry.name for entry in file.entries if entry.confirmed_by for one in entry.workloads}
    return tuple(one.model_copy(update={"system": placed.get(one.id)}) for one in workloads)


def owners(file: SystemsFile) -> dict[str, str]:
    """The owner of each workload of a confirmed system that has one."""
    found = {entry.name: entry.owner for entry in file.entries if entry.confirmed_by and entry.owner}
    return {
        one: found[entry.name]
        for entry in file.entries
        if entry.confirmed_by and entry.name in found
        for one in entry.workloads
    }
