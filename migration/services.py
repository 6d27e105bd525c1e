"""The DNS names of a move's services: their time-to-live before it, the switch, and what is put back after it.

What a name stood for before is kept among the move's notes, so that a rollback, a cancel or an accept, by whatever
process, can put it back.
"""

import ipaddress
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from estate.errors import RefusedError, UsageError
from estate.records.base import now
from estate.records.host import Host
from estate.records.move import Move, Residue
from estate.records.workload import Workload
from migration.switches.base import Answer, Change, NameSwitch

KIND = "dns"


class Services:
    """Switches names by DNS.

    `switch` opens the way to the DNS server when a name is first looked at or switched, so that a key that cannot
    be read stops nothing else; it is None where the workspace names no server. `ttl` is in seconds; `named` holds
    the names that the workspace gives to workloads, by the workload's id.
    """

    def __init__(
        self,
        switch: Callable[[], NameSwitch] | None,
        zone: str = "",
        ttl: int = 5,
        named: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self._switch = switch
        self._opened: NameSwitch | None = None
        self._zone = zone
        self._ttl = ttl
        self._named = named

    def names(self, workload: Workload) -> tuple[str, ...]:
        """The names of a workload that a move will switch, in full; none without a DNS server to switch them."""
        if self._switch is None:
            return ()
        known = dict.fromkeys((*self._named.get(workload.id, ()), *workload.services))
        return tuple(name if "." in name else f"{name}.{self._zone}" for name in known)

    def describe(self, move: Move, target: Host) -> tuple[list[str], list[str], list[str]]:
        """What will change about the names for a time, what of it stays, and what a person should know."""
        changes = [
            f"DNS: {name} has a time-to-live of {self._ttl} s, from preparing until the move ends"
            for name in move.services
        ]
        lasting = [
            f"DNS: {name} has the address {target.address} from the cutover on; a rollback gives it its old one back"
            for name in move.services
        ]
        warnings = [] if changes else ["no DNS name is switched: clients must be told the new address"]
        return changes, lasting, warnings

    def check(self, move: Move, source: Collection[str], target: Host) -> None:
        """See that every name can be switched: before a move has noted what it stood for, that it stands for the source.

        `source` has the addresses that the source is known by. Raises `UsageError` or `RefusedError` where one cannot.
        """
        if move.services:
            _address(target)
        for name in move.services:
            seen = self._dns(name).current(name)
            before = self._before(move, name)
            if not seen.addresses:
                raise RefusedError(
                    f"{name} has no address to switch", "mend [[service]] in decant.toml, or the zone"
                )
            if before is None and not set(seen.addresses) <= {*source, target.address}:
                raise RefusedError(
                    f"{name} stands for {seen}, and {move.source} is known by {', '.join(sorted(source))}: "
                    "it may be another server's name",
                    f"mend [[service]] in decant.toml; or `decant discover {move.source}`, where the server has that "
                    "address by now",
                )
            if before is not None and seen.addresses not in (before.addresses, (target.address,)):
                raise RefusedError(
                    f"{name} stands for {seen}, and stood for {before} when the move began",
                    "find out who changed it and put it right, then run again",
                )

    def prepare(self, move: Move, record: Callable[[Residue], None], forget: Callable[[Residue], None]) -> None:
        """Note what each name stands for, then lower its time-to-live. Safe to repeat.

        A note from before an interruption that came before the lowering is made anew: clients are waited for from
        when the time-to-live was lowered.
        """
        for name in move.services:
            seen = self._dns(name).current(name)
            old = json.dumps({"addresses": seen.addresses, "ttl": seen.ttl})
            for noted in move.residue:
                if (noted.kind, noted.name, noted.old) == (KIND, name, old) and seen.ttl > self._ttl:
                    forget(noted)
            record(Residue(host=self._zone, kind=KIND, name=name, old=old, at=now()))
            self._dns(name).lower_ttl(name, self._ttl)

    def wait_seconds(self, move: Move) -> float:
        """For how long clients may still remember an answer from before the time-to-live was lowered."""
        left = 0.0
        for noted in move.residue:
            before = self._before(move, noted.name) if noted.kind == KIND else None
            if before is not None and before.ttl > self._ttl:
                ends = noted.at + timedelta(seconds=before.ttl)
                left = max(left, (ends - now()).total_seconds())
        return left

    def to_target(self, move: Move, target: Host) -> list[Change]:
        """Point every name at the target. Safe to repeat."""
        return [
            self._dns(name).point(name, target.address, self._ttl, self._before(move, name))
            for name in move.services
        ]

    def to_source(self, move: Move, target: Host) -> list[Change]:
        """Make every name stand for what it stood for before. Safe to repeat."""
        changes = []
        for name in move.services:
            before = self._before(move, name)
            if before is None:
                # An end that was interrupted put it back, and forgot it, already.
                if target.address not in self._dns(name).current(name).addresses:
                    continue
                raise RefusedError(f"nothing is noted of what {name} stood for", "point it at the source by hand")
            changes.append(self._dns(name).put_back(name, before, Answer((target.address,), self._ttl)))
        return changes

    def check_serves(self, move: Move, target: Host) -> None:
        """Raise `RefusedError` where a name does not stand for the target alone."""
        for name in move.services:
            seen = self._dns(name).current(name)
            if seen.addresses != (target.address,):
                raise RefusedError(
                    f"{name} stands for {seen} and not for the target {target.name}",
                    "find out who changed it and put it right, then run again",
                )

    def settle(self, move: Move, target: Host, forget: Callable[[Residue], None]) -> None:
        """At the end of a move: give the names their old time-to-live, or all of it where the source serves."""
        for noted in move.residue:
            before = self._before(move, noted.name) if noted.kind == KIND else None
            if before is None:
                continue
            if move.serving == "target":
                self._dns(noted.name).point(noted.name, target.address, before.ttl)
            else:
                self._dns(noted.name).put_back(noted.name, before, Answer((target.address,), self._ttl))
            forget(noted)

    def _before(self, move: Move, name: str) -> Answer | None:
        for noted in move.residue:
            if (noted.kind, noted.name) == (KIND, name) and noted.old is not None:
                old = json.loads(noted.old)
                return Answer(tuple(old["addresses"]), int(old["ttl"]))
        return None

    def _dns(self, name: str) -> NameSwitch:
        if self._switch is None:
            raise UsageError(f"{name} is to be switched and no DNS server is named", "set [dns] in decant.toml")
        if self._opened is None:
            self._opened = self._switch()
        return self._opened


def _address(host: Host) -> None:
    try:
        ipaddress.ip_address(host.address)
    except ValueError:
        raise UsageError(
            f"{host.name} is known as {host.address}, and a DNS name can only be pointed at an IP address",
            "give its IP address in hosts.toml",
        ) from None
