"""The targets of a plan as settings of a stack: `decant stack preview` then says what they cost."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

import tomlkit
from pydantic import ValidationError

from estate import invalid, reading
from estate.catalogue.sizes import sizes
from estate.documents.words import day, some
from estate.errors import UsageError
from estate.records.assessment import Assessment
from estate.records.plan import Plan, Wave
from migration.plan import Estate
from stacks.settings.file import template
from stacks.settings.whole import StackSettings

if TYPE_CHECKING:
    from decant.app import App

STACK = "production"
USUAL = "Standard_D2as_v5"
"""The template's size, where nothing says what a server needs."""
GIB = 1 << 30
ROOM = 1.3
"""A data disk is so much larger than what it takes today."""
_DATA = ("files", "mariadb", "postgres")


@dataclass
class _Machine:
    """One machine that workloads move to."""

    name: str
    system: str
    sources: dict[str, None] = field(default_factory=dict)
    data: int = 0
    unknown: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    waves: list[Wave] = field(default_factory=list)


@dataclass(frozen=True)
class Settings:
    """The text of the settings, and what is not in it, with the reason."""

    text: str
    left_out: tuple[str, ...]


def settings(app: "App", plan: Plan, estate: Estate) -> Settings:
    """The stack of the workspace, else the template's, with the plan's targets instead of its own.

    Raises `UsageError` where what comes of it would not be valid.
    """
    path = app.workspace.stacks / f"{STACK}.toml"
    document = tomlkit.parse(reading.text(path) if path.is_file() else template(STACK, STACK))
    machines, left_out = _machines(plan, estate)
    if not machines:
        raise UsageError(
            "no workload of the plan needs a machine that a stack could build",
            "see `decant plan show` for what moves",
        )
    for key in ("systems", "vm", "postgres"):
        if key in document:
            document.remove(key)
    body = tomlkit.dumps(document).rstrip("\n") + "\n"
    assessed = {one.server: one for one in estate.assessments}
    systems = sorted({one.system for one in machines})
    head = (
        f"# What `decant plan export` made of the plan of {day(plan.at)}: its machines, and the rest as {path.name} of\n"
        "# the workspace has it. Look through it, then put it in that file's place.\n"
    )
    # Keys of the first table come before every other table.
    text = f"{head}systems = {tomlkit.item(systems).as_string()}\n{body}\n" + "\n".join(
        _vm(one, assessed) for one in machines
    )
    try:
        StackSettings.model_validate(tomlkit.parse(text).unwrap())
    except ValidationError as wrong:
        raise UsageError(
            f"the settings of the stack would not be valid: {invalid.sentence(wrong)}", f"mend {path} first"
        ) from None
    return Settings(text, tuple(left_out))


def _machines(plan: Plan, estate: Estate) -> tuple[list[_Machine], list[str]]:
    kinds = {one.id: one for one in estate.workloads}
    found: dict[str, _Machine] = {}
    names: dict[str, str] = {}
    windows: set[str] = set()
    for wave in plan.waves:
        for move in wave.moves:
            workload = kinds.get(move.workload)
            if workload is None or move.state == "done":
                continue
            if workload.server in estate.windows and move.target is None:
                windows.add(workload.server)
                continue
            wanted = move.target or f"{workload.server}-new"
            machine = found.get(wanted)
            if machine is None:
                name = _slug(wanted, names.values())
                names[wanted] = name
                machine = found[wanted] = _Machine(name, _slug(workload.system or wave.name, ()))
            machine.sources[workload.server] = None
            machine.kinds.add(workload.kind)
            machine.data += workload.bytes or 0
            if workload.bytes is None and workload.kind in (*_DATA, "machine"):
                machine.unknown.append(workload.id)
            if wave not in machine.waves:
                machine.waves.append(wave)
    left_out = [
        f"{one} runs Windows, and the stacks build machines with Linux: Azure Migrate makes its machine"
        for one in sorted(windows)
    ]
    return list(found.values()), left_out


def _slug(text: str, taken: Iterable[str]) -> str:
    """A name as a stack takes it, that nobody has."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    plain = (plain if plain[:1].isalpha() else f"m-{plain}")[:36].strip("-")
    plain = plain if len(plain) > 1 else f"{plain}1"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}-{number}", number + 1
    return name


def _vm(machine: _Machine, assessed: Mapping[str, Assessment]) -> str:
    when = "; ".join(
        f"wave {one.number}" + (f", {day(one.expected)}" if one.expected else "") for one in machine.waves
    )
    size, basis = _size([assessed[one] for one in machine.sources if one in assessed], len(machine.sources))
    lines = [
        "[[vm]]",
        f"# takes over from {', '.join(machine.sources)}: {when}",
        f"# {basis}",
        f"name = {_quoted(machine.name)}",
        f"system = {_quoted(machine.system)}",
        f"size = {_quoted(size)}",
        f'subnet = "{"data" if machine.kinds & set(_DATA) else "app"}"',
    ]
    if machine.unknown:
        lines.insert(2, f"# not known, so in no disk: the size of {some(machine.unknown, 3)}")
    gib = min(32767, max(4, ceil(machine.data * ROOM / GIB)))
    if machine.kinds & set(_DATA):
        kind = "Premium_LRS" if machine.kinds & {"postgres", "mariadb"} else "StandardSSD_LRS"
        lines.append(f'disks = [{{ name = "data", gib = {gib}, kind = "{kind}" }}]')
    return "\n".join(lines) + "\n"


def _size(assessments: Sequence[Assessment], servers: int) -> tuple[str, str]:
    """The smallest size of the catalogue that holds what all of the servers need."""
    known = [one.size for one in assessments if one.size is not None]
    if len(known) < servers or not known:
        return USUAL, "what its servers need is not known: the size is the template's"
    if len(known) == 1 and known[0].sku in sizes():
        return known[0].sku, f"size: {known[0].basis}"
    cpus, memory = sum(one.vcpus for one in known), sum(one.memory_bytes for one in known)
    fitting: dict[tuple[int, int], str] = defaultdict(str)
    for name, one in sizes().items():
        if one.vcpus >= cpus and one.memory_bytes >= memory and one.max_data_disks and not one.burstable:
            fitting[one.vcpus, one.memory_gib] = name
    if not fitting:
        return USUAL, "no size of the catalogue holds what its servers need together: the size is the template's"
    return fitting[min(fitting)], f"size: what {servers} servers need together"


def _quoted(text: str) -> str:
    value: Any = tomlkit.item(text)
    return str(value.as_string())
