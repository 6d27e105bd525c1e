"""All facts of one host, over one connection: what is sent, what comes back, and the server that it describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from estate.errors import EXIT_UNREACHABLE, DecantError, OutOfTimeError, UnreachableError
from estate.records.base import now
from estate.records.facts.cpu import Cpu
from estate.records.facts.disks import Disks
from estate.records.facts.filesystems import Filesystems
from estate.records.facts.memory import Memory
from estate.records.facts.os import Os
from estate.records.host import Host
from estate.records.observation import Observation
from estate.records.server import Server
from estate.redact import redact
from estate.transport.base import Transport
from estate.transport.hostkeys import HostKey
from estate.transport.privilege import rooted
from inventory import script
from inventory.facts.base import Fact, Reading
from inventory.joins import joined, payload_of
from inventory.script import Answer
from inventory.system import system_of
from inventory.windows import _script as powershell
from inventory.windows import windows_facts

SLOWER = 2
"""How many times the limit of tier 1 tier 2 has for itself."""


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
    host: Host,
    transport: Transport,
    facts: Sequence[Fact],
    timeout: float,
    previous: Server | None = None,
    earlier: Mapping[str, Observation] | None = None,
) -> Collected:
    """Read every fact of one host. Never raises for what is wrong with the host: that is in the outcome.

    `facts` are those for `sh`; a Windows server is asked for its own, of the same tiers. `timeout` is what tier 1
    may take, in seconds; tier 2 has twice that for itself. `earlier` holds the newest observation of each fact from
    before.
    """
    try:
        facts = _answered(host, transport, facts)
        answer = _ask(host, transport, facts, timeout)
        key = transport.host_key().fingerprint if isinstance(transport, ShowsKey) else None
    except DecantError as wrong:
        return unreached(host, wrong, previous)
    readings = joined(script.read(facts, answer), answer, earlier or {})
    return Collected(_server(host, readings, key, previous), _observations(host, readings))


def _answered(host: Host, transport: Transport, facts: Sequence[Fact]) -> Sequence[Fact]:
    """The facts as they are, or of a Windows server its own of the same tiers."""
    if system_of(host, transport) == "posix":
        return facts
    tiers = {fact.tier for fact in facts}
    return [fact for fact in windows_facts().values() if fact.tier in tiers]


def unreached(host: Host, why: DecantError, previous: Server | None = None) -> Collected:
    """A host that we could not read, with what was known of it before."""
    known = previous.model_dump() if previous else {}
    server = Server.model_validate(
        {"seen_at": now(), **known, **_described(host), "reached": False, "unreached_reason": str(why)}
    )
    return Collected(server, exit_code=why.exit_code or EXIT_UNREACHABLE)


def _ask(host: Host, transport: Transport, facts: Sequence[Fact], timeout: float) -> Answer:
    """Tier 1, then tier 2 by a channel and with a time of its own: what is slow there costs nothing of tier 1."""
    cheap = [fact for fact in facts if fact.tier == 1]
    dear = [fact for fact in facts if fact.tier == 2]
    first = _tier(host, transport, cheap or dear, timeout if cheap else timeout * SLOWER)
    if not (cheap and dear):
        return first
    try:
        # A sudo that refused or hung once is not asked again.
        second = _tier(host, transport, dear, timeout * SLOWER, sudo=not first.sudo)
    except UnreachableError as wrong:
        second = Answer(broken={fact.id: wrong.what for fact in dear})
    return _both(first, second)


def _tier(host: Host, transport: Transport, facts: Sequence[Fact], timeout: float, sudo: bool = True) -> Answer:
    rooted_facts = [fact for fact in facts if fact.run_as == "root"]
    allowed = sudo and host.user != "root" and bool(rooted_facts)
    if not (allowed and host.sudo == "password"):
        answer = _run(host, transport, facts, timeout, sudo=allowed and host.sudo == "nopasswd")
        if not answer.hung:
            return answer
        again = _run(host, transport, rooted_facts, timeout, sudo=False)
        return _both(replace(answer, sudo="it did not answer in time"), again)
    # A password cannot be typed inside a script, so what gains from root goes by a channel of its own.
    plain = [fact for fact in facts if fact.run_as == "user"]
    first = _run(host, transport, plain, timeout, sudo=False)
    try:
        return _both(first, _run(host, rooted(transport, host), rooted_facts, timeout, sudo=False))
    except UnreachableError as wrong:
        second = _run(host, transport, rooted_facts, timeout, sudo=False)
        return replace(_both(first, second), sudo=wrong.what)


def _both(first: Answer, second: Answer) -> Answer:
    """What was asked again counts as it was answered then."""
    sections = {**first.sections, **second.sections}
    broken = {fact: why for fact, why in {**first.broken, **second.broken}.items() if fact not in sections}
    return Answer(sections, broken, first.uid, first.sudo or second.sudo)


def _run(host: Host, transport: Transport, facts: Sequence[Fact], timeout: float, sudo: bool) -> Answer:
    """One script. Raises `UnreachableError` where the host ran no part of it."""
    seconds = max(5, int(timeout) - 5)
    windows = any(fact.system == "windows" for fact in facts)
    sent = powershell.compose(facts, seconds) if windows else script.compose(facts, sudo=sudo, seconds=seconds)
    try:
        argv = powershell.ARGV if windows else ("sh",)
        result = transport.run(argv, sent.text.encode(), timeout, script.OUTPUT_LIMIT)
    except OutOfTimeError as late:
        answer = script.cut(sent, late.stdout)
        if answer.uid is None:
            raise
        slow = f"the host took longer than {timeout:g} seconds"
        return replace(answer, broken=dict.fromkeys(answer.broken, slow))
    answer = script.cut(sent, result.stdout)
    if answer.uid is None:
        said = powershell.plain_errors(result.stderr or result.stdout).strip().split("\n")[0]
        why = redact(said)[:120] or f"status {result.status}"
        raise UnreachableError(
            f"{host.name} let {host.user} in but ran no script ({why})",
            "give the account a shell that runs commands"
            + ("" if windows else '; to a Windows server write system = "windows" in the hosts file'),
        )
    return answer


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
    system = payload_of(readings, "os", Os)
    cpu = payload_of(readings, "cpu", Cpu)
    memory = payload_of(readings, "memory", Memory)
    disks = payload_of(readings, "disks", Disks)
    mounted = payload_of(readings, "filesystems", Filesystems)
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
