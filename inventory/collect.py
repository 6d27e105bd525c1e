"""All facts of one host, over one connection: what is sent, what comes back, and the server that it describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from estate.errors import EXIT_UNREACHABLE, DecantError, UnreachableError
from estate.records.base import Record, now
from estate.records.facts.connections import Connections
from estate.records.facts.cpu import Cpu
from estate.records.facts.disks import Disks
from estate.records.facts.filesystems import Filesystems
from estate.records.facts.listeners import Listeners
from estate.records.facts.memory import Memory
from estate.records.facts.os import Os
from estate.records.facts.processes import Processes
from estate.records.host import Host
from estate.records.observation import Observation, Outcome
from estate.records.server import Server
from estate.redact import redact
from estate.transport.base import Result, Transport
from estate.transport.hostkeys import HostKey
from estate.transport.privilege import rooted
from inventory import script
from inventory.facts.base import Fact, Reading
from inventory.script import Answer

P = TypeVar("P", bound=Record)


@dataclass(frozen=True)
class Collected:
    """One host after one try. `observations` are empty where it was not reached: what was known stays known."""

    server: Server
    observations: tuple[Observation, ...] = ()
    exit_code: int = 0
    """0, or that of the error that kept us out."""


@runtime_checkable
class ShowsKey(Protocol):
    """A transport that knows the key its host showed."""

    def host_key(self) -> HostKey:
        """The key of the connection that stands."""


def collect(
    host: Host, transport: Transport, facts: Sequence[Fact], timeout: float, previous: Server | None = None
) -> Collected:
    """Read every fact of one host. Never raises for what is wrong with the host: that is in the outcome."""
    try:
        answer = _ask(host, transport, facts, timeout)
        key = transport.host_key().fingerprint if isinstance(transport, ShowsKey) else None
    except DecantError as wrong:
        return unreached(host, wrong, previous)
    readings = _joined(script.read(facts, answer), answer)
    return Collected(_server(host, readings, key, previous), _observations(host, readings))


def unreached(host: Host, why: DecantError, previous: Server | None = None) -> Collected:
    """A host that we could not read, with what was known of it before."""
    known = previous.model_dump() if previous else {}
    server = Server.model_validate(
        {"seen_at": now(), **known, **_described(host), "reached": False, "unreached_reason": str(why)}
    )
    return Collected(server, exit_code=why.exit_code or EXIT_UNREACHABLE)


def _ask(host: Host, transport: Transport, facts: Sequence[Fact], timeout: float) -> Answer:
    seconds = max(5, int(timeout) - 5)
    if host.sudo != "password" or host.user == "root":
        one = script.compose(facts, sudo=host.sudo == "nopasswd", seconds=seconds)
        return _cut(host, one, transport.run(["sh"], one.text.encode(), timeout, script.OUTPUT_LIMIT))
    # A password cannot be typed inside a script, so what gains from root goes by a channel of its own.
    plain = script.compose([fact for fact in facts if fact.run_as == "user"], sudo=False, seconds=seconds)
    first = _cut(host, plain, transport.run(["sh"], plain.text.encode(), timeout, script.OUTPUT_LIMIT))
    more = script.compose([fact for fact in facts if fact.run_as == "root"], sudo=False, seconds=seconds)
    refused = ""
    try:
        result = rooted(transport, host).run(["sh"], more.text.encode(), timeout, script.OUTPUT_LIMIT)
    except UnreachableError as wrong:
        refused = wrong.what
        result = transport.run(["sh"], more.text.encode(), timeout, script.OUTPUT_LIMIT)
    second = _cut(host, more, result)
    return Answer({**first.sections, **second.sections}, {**first.broken, **second.broken}, first.uid, refused)


def _cut(host: Host, sent: script.Script, result: Result) -> Answer:
    answer = script.cut(sent, result.stdout)
    if answer.uid is None:
        said = (result.stderr or result.stdout).decode("utf-8", "backslashreplace").strip().split("\n")[0]
        why = redact(said)[:120] or f"status {result.status}"
        raise UnreachableError(
            f"{host.name} let {host.user} in but ran no script ({why})",
            "give the account a shell that runs commands",
        )
    return answer


def _joined(readings: dict[str, Reading], answer: Answer) -> dict[str, Reading]:
    """What one fact tells another: the unit of each socket's process, and what sudo said."""
    out = dict(readings)
    processes = _payload(readings, "processes", Processes)
    units = {process.pid: process.unit for process in processes.processes} if processes else {}
    listeners = _payload(readings, "listeners", Listeners)
    if listeners:
        found = tuple(
            one.model_copy(update={"unit": units.get(one.pid)}) if one.pid else one for one in listeners.listeners
        )
        out["listeners"] = _with(readings["listeners"], listeners.model_copy(update={"listeners": found}))
    connections = _payload(readings, "connections", Connections)
    if connections:
        open_now = tuple(
            one.model_copy(update={"unit": units.get(one.pid)}) if one.pid else one
            for one in connections.connections
        )
        out["connections"] = _with(
            readings["connections"], connections.model_copy(update={"connections": open_now})
        )
    if answer.sudo:
        for fact, reading in out.items():
            if reading.privilege:
                field = "partial" if reading.outcome is Outcome.KNOWN else "reason"
                said = f"{getattr(reading, field)} (sudo: {answer.sudo.removeprefix('sudo: ')})"
                out[fact] = Reading(**{**reading.__dict__, field: said})
    return out


def _with(reading: Reading, payload: Listeners | Connections) -> Reading:
    return Reading(reading.outcome, payload, reading.reason, reading.privilege, reading.partial)


def _payload(readings: Mapping[str, Reading], fact: str, kind: type[P]) -> P | None:
    reading = readings.get(fact)
    return reading.payload if reading is not None and isinstance(reading.payload, kind) else None


def _observations(host: Host, readings: Mapping[str, Reading]) -> tuple[Observation, ...]:
    moment = now()
    return tuple(
        Observation(
            server=host.name,
            fact=fact,
            outcome=reading.outcome,
            payload=reading.payload.model_dump(mode="json") if reading.payload is not None else None,
            reason=reading.reason,
            privilege=reading.privilege,
            partial=reading.partial,
            at=moment,
        )
        for fact, reading in readings.items()
    )


def _described(host: Host) -> dict[str, object]:
    """What the hosts file says of a server."""
    return {
        "id": host.name,
        "address": host.address,
        "role": host.role,
        "owner": host.owner,
        "authority": host.authority,
        "contract_end": host.contract_end,
        "legacy_ssh": host.legacy_ssh,
    }


def _server(host: Host, readings: Mapping[str, Reading], key: str | None, previous: Server | None) -> Server:
    system = _payload(readings, "os", Os)
    cpu = _payload(readings, "cpu", Cpu)
    memory = _payload(readings, "memory", Memory)
    disks = _payload(readings, "disks", Disks)
    mounted = _payload(readings, "filesystems", Filesystems)
    # One file system may be mounted at several places.
    by_source = {(fs.source, fs.size_bytes): fs for fs in mounted.filesystems} if mounted else {}
    size = sum(fs.size_bytes for fs in by_source.values()) or (disks.total_bytes if disks else 0)
    return Server.model_validate(
        {
            **_described(host),
            "hostname": system.hostname if system else None,
            "os_id": system.id if system else None,
            "os_version": system.version_id if system else None,
            "os_name": system.name if system else None,
            "kernel": system.kernel if system else None,
            "cpus": cpu.count if cpu else None,
            "memory_bytes": memory.total_bytes if memory else None,
            "disk_bytes": size or None,
            "disk_used_bytes": sum(fs.used_bytes for fs in by_source.values()) if by_source else None,
            "reached": True,
            "host_key": key or (previous.host_key if previous else None),
            "seen_at": now(),
        }
    )
