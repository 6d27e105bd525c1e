"""The targets of a plan as settings of workload stacks, one a system: `decant stack preview` then says what they cost."""

import hashlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any, get_args

import tomlkit
from pydantic import TypeAdapter, ValidationError

from estate import invalid, reading
from estate.catalogue.sizes import sizes
from estate.documents.words import day, some
from estate.errors import UsageError
from estate.records.assessment import Assessment, ManagedDatabase
from estate.records.plan import Plan, Wave
from migration.plan import Estate
from stacks.settings.file import over, template
from stacks.settings.targets import DatabaseName, Postgres
from stacks.settings.whole import StackSettings

if TYPE_CHECKING:
    from decant.app import App

PLATFORM = "production"
SERVICES = {"postgres": "Azure Database for PostgreSQL", "mariadb": "Azure Database for MySQL"}
"""What can take the place of a machine that holds nothing else, by the kind of its databases."""
STORAGE_GIB = get_args(Postgres.model_fields["storage_gib"].annotation)
MYSQL_STORAGE_GIB = 16384
"""The most that its server takes."""
LONGEST_NAME = 30
"""Of a stack's name."""
USUAL = "Standard_D2as_v5"
"""The template's size, where nothing says what a server needs."""
GIB = 1 << 30
ROOM = 1.3
"""A data disk is so much larger than what it takes today."""
ON_SYSTEM_DISK_GIB = 24
"""What a machine's system disk takes besides its system; more gets a disk of its own."""
OS_DISK_GIB = 1024
"""The most that a stack's system disk may have."""
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
    databases: dict[str, None] = field(default_factory=dict)
    waves: list[Wave] = field(default_factory=list)


@dataclass(frozen=True)
class Exported:
    """The settings of a workload stack for each system, by the name of the stack, and what is in none, with the reason."""

    texts: Mapping[str, str]
    left_out: tuple[str, ...]


def workload_stacks(app: "App", plan: Plan, estate: Estate) -> Exported:
    """A stack of its own for each system of the plan, on the workspace's production platform, else the template's.

    Raises `UsageError` where what comes of it would not be valid.
    """
    path = app.workspace.stacks / f"{PLATFORM}.toml"
    below = tomllib.loads(reading.text(path) if path.is_file() else template(PLATFORM, PLATFORM))
    machines, left_out = _machines(plan, estate)
    if not machines:
        raise UsageError(
            "no workload of the plan needs a machine that a stack could build",
            "see `decant plan show` for what moves",
        )
    assessed = {one.server: one for one in estate.assessments}
    of_system: dict[str, list[_Machine]] = defaultdict(list)
    for machine in machines:
        of_system[machine.system].append(machine)
    texts = {_stack(system): _text(plan, system, held, assessed) for system, held in sorted(of_system.items())}
    for name, text in texts.items():
        try:
            StackSettings.model_validate(over(tomllib.loads(text), below))
        except ValidationError as wrong:
            raise UsageError(
                f"the settings of the stack {name} would not be valid: {invalid.sentence(wrong)}",
                f"mend {path} first",
            ) from None
    return Exported(texts, tuple(left_out))


def _stack(system: str) -> str:
    """The name of a system's stack: no longer than a stack's name may be, and never that of another system's."""
    whole = f"{PLATFORM}-{system}"
    if len(whole) <= LONGEST_NAME:
        return whole
    code = hashlib.sha256(system.encode()).hexdigest()[:4]
    return f"{whole[: LONGEST_NAME - 5].rstrip('-')}-{code}"


def _text(plan: Plan, system: str, machines: Sequence[_Machine], assessed: Mapping[str, Assessment]) -> str:
    head = (
        f"# What `decant plan export` made of the plan of {day(plan.at)} for one system. It stands on {PLATFORM}: what is\n"
        "# not said here is as that stack has it. Look through it, then put it into the workspace's folder stacks.\n"
        f"platform = {_quoted(PLATFORM)}\nsystems = [{_quoted(system)}]\n"
    )
    return "\n".join((head, *(_target(one, assessed) for one in machines)))


def _machines(plan: Plan, estate: Estate) -> tuple[list[_Machine], list[str]]:
    known = {one.id: one for one in estate.workloads}
    found: dict[str, _Machine] = {}
    names: dict[str, str] = {}
    windows: set[str] = set()
    gone: set[str] = set()
    for wave in plan.waves:
        for move in wave.moves:
            workload = known.get(move.workload)
            if workload is None:
                gone.add(move.workload)
                continue
            if move.state == "done":
                continue
            if workload.server in estate.windows and move.target is None:
                windows.add(workload.server)
                continue
            wanted = move.target or f"{workload.server}-new"
            machine = found.get(wanted)
            if machine is None:
                name = _slug(wanted, names.values())
                names[wanted] = name
                machine = found[wanted] = _Machine(name, _slug(workload.system or workload.server, ()))
            machine.sources[workload.server] = None
            machine.kinds.add(workload.kind)
            machine.data += workload.bytes or 0
            if workload.kind in SERVICES:
                machine.databases[workload.name] = None
            if workload.bytes is None and workload.kind in (*_DATA, "machine"):
                machine.unknown.append(workload.id)
            if wave not in machine.waves:
                machine.waves.append(wave)
    left_out = [
        f"{one} runs Windows, and the stacks build machines with Linux: Azure Migrate makes its machine"
        for one in sorted(windows)
    ]
    left_out += [
        f"{one} is in the plan and no longer in the inventory: `decant plan` makes it anew" for one in sorted(gone)
    ]
    return list(found.values()), left_out


def _target(machine: _Machine, assessed: Mapping[str, Assessment]) -> str:
    """A managed database where that takes the place of the machine, else the machine."""
    sizes_ = [assessed[one].size for one in machine.sources if one in assessed]
    managed = sizes_[0].database if len(machine.sources) == len(sizes_) == 1 and sizes_[0] else None
    if managed is not None and managed.instead:
        for kind, service in SERVICES.items():
            if managed.service == service and machine.kinds == {kind}:
                return _database(machine, managed, "postgres" if kind == "postgres" else "mysql")
    return _vm(machine, assessed)


def _database(machine: _Machine, managed: ManagedDatabase, table: str) -> str:
    sizes_ = STORAGE_GIB if table == "postgres" else (min(managed.storage_gib, MYSQL_STORAGE_GIB),)
    gib = next((one for one in sizes_ if one >= managed.storage_gib), sizes_[-1])
    takes = TypeAdapter(DatabaseName)
    named = [one for one in machine.databases if _valid(takes, one)]
    others = [one for one in machine.databases if one not in named]
    databases = ", ".join(map(_quoted, named))
    lines = [
        f"[[{table}]]",
        _takes_over(machine),
        f"# size: {managed.why}",
        f"name = {_quoted(machine.name)}",
        f"system = {_quoted(machine.system)}",
        f"tier = {_quoted(managed.tier)}",
        f"size = {_quoted(managed.sku)}",
        f"storage_gib = {gib}",
        f"databases = [{databases}]",
    ]
    if others:
        lines.append("# no name that Azure takes: " + ", ".join(map(_quoted, others)))
    if table == "mysql":
        variable = f"DECANT_{machine.name.upper().replace('-', '_')}_FIRST_PASSWORD"
        lines += [
            "# What Azure wants to make the server with; nobody can sign in with it. A reference, never the password.",
            f'first_password = "env:{variable}"',
        ]
    return "\n".join(lines) + "\n"


def _valid(as_what: TypeAdapter[str], text: str) -> bool:
    try:
        as_what.validate_python(text)
    except ValidationError:
        return False
    return True


def _takes_over(machine: _Machine) -> str:
    when = "; ".join(
        f"wave {one.number}" + (f", {day(one.expected)}" if one.expected else "") for one in machine.waves
    )
    servers = ", ".join(map(_quoted, machine.sources))
    return f"# of {when}\ntakes_over = [{servers}]"


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
    size, basis = _size([assessed[one] for one in machine.sources if one in assessed], len(machine.sources))
    lines = [
        "[[vm]]",
        _takes_over(machine),
        f"# {basis}",
        f"name = {_quoted(machine.name)}",
        f"system = {_quoted(machine.system)}",
        f"size = {_quoted(size)}",
        f'subnet = "{"data" if machine.kinds & set(_DATA) else "app"}"',
    ]
    if "machine" in machine.kinds:
        return "\n".join((*lines, *_disks_of([assessed.get(one) for one in machine.sources]))) + "\n"
    if machine.unknown:
        lines.insert(2, f"# not known, so in no disk: the size of {some(machine.unknown, 3)}")
    gib = min(32767, max(4, ceil(machine.data * ROOM / GIB)))
    if machine.kinds & set(_DATA) or gib > ON_SYSTEM_DISK_GIB:
        kind = "Premium_LRS" if machine.kinds & {"postgres", "mariadb"} else "StandardSSD_LRS"
        lines.append(f'disks = [{{ name = "data", gib = {gib}, kind = "{kind}" }}]')
    return "\n".join(lines) + "\n"


def _disks_of(moving: Sequence[Assessment | None]) -> Iterator[str]:
    """The disks of servers that move whole, as their sizes have them: of one server its system disk, the rest as data."""
    held = [one.size.disks if one is not None and one.size is not None else () for one in moving]
    if not all(held):
        yield "# the disks of its servers are not known: fill in os_disk_gib, and disks"
    data = [disk for disks in held for disk in disks]
    if len(held) == 1 and data and data[0].gib <= OS_DISK_GIB:
        system = data.pop(0)
        yield f"os_disk_gib = {max(30, system.gib)}"
        yield f'os_disk_kind = "{system.kind}"'
    if data:
        rows = (
            f'    {{ name = "data{at}", gib = {one.gib}, kind = "{one.kind}" }},' for at, one in enumerate(data, 1)
        )
        yield "\n".join(("disks = [", *rows, "]"))


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
