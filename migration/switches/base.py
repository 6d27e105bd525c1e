"""What every way to change a name has in common: look first, change only what was seen, and look again."""

import ipaddress
from abc import ABC, abstractmethod
from dataclasses import dataclass

import dns.exception
import dns.name

from estate.errors import RefusedError, UsageError


@dataclass(frozen=True)
class Answer:
    """What a name stands for: its addresses in order, and how many seconds a client may remember them.

    A name that does not exist has no addresses and a `ttl` of 0.
    """

    addresses: tuple[str, ...]
    ttl: int

    def __str__(self) -> str:
        return f"{', '.join(self.addresses) or 'no address'} (TTL {self.ttl} s)"


@dataclass(frozen=True)
class Change:
    """One change of a name, as it is shown afterwards. `changed` is False where all stood already."""

    name: str
    before: Answer
    after: Answer

    @property
    def changed(self) -> bool:
        """Whether anything was changed."""
        return self.before != self.after


class NameSwitch(ABC):
    """Points names of one zone at other addresses. Names are given in full ("reports-db.practice.test").

    All methods raise `UsageError` where a name is outside the zone, `UnreachableError` where who keeps the zone does
    not answer, and `RefusedError` where it refuses us or the change, or somebody else changed the name.
    """

    def __init__(self, zone: str) -> None:
        self.zone = zone_of(zone)

    @abstractmethod
    def current(self, name: str) -> Answer:
        """What the name stands for now, by who keeps the zone. Raises `RefusedError` too where it is an alias (CNAME)."""

    @abstractmethod
    def replace(self, name: str, before: Answer, wished: Answer) -> None:
        """Make `name` stand for `wished`, refused where it no longer stands for `before`."""

    @abstractmethod
    def check(self) -> str:
        """Ask who keeps the zone for something harmless; in a few words, who answered."""

    def point(self, name: str, address: str, ttl: int, expected: Answer | None = None) -> Change:
        """Make `name` stand for `address` alone, with `ttl` seconds. Safe to repeat.

        `expected` is what the caller saw when the move was described; its addresses must still be there (or
        the wished one already), else `RefusedError`. Without it, what is there now is taken.
        """
        return self._change(name, Answer((an_address(address),), ttl), expected)

    def lower_ttl(self, name: str, ttl: int) -> Change:
        """Keep the addresses and give them a time-to-live of at most `ttl` seconds. Safe to repeat.

        Clients may remember the old answer for its old time-to-live (`Change.before.ttl`): wait that long.
        """
        now = self.current(name)
        return self._change(name, Answer(now.addresses, min(now.ttl, ttl)), now)

    def put_back(self, name: str, before: Answer, expected: Answer | None = None) -> Change:
        """Make `name` stand for what it stood for `before`, time-to-live included. Safe to repeat."""
        return self._change(name, before, expected)

    def owner(self, name: str) -> dns.name.Name:
        """The name as one of the zone."""
        found = zone_of(name)
        if not found.is_subdomain(self.zone):
            raise UsageError(
                f"{name} is not in the zone {self.zone_text}", "mend the service's name, or [dns] zone"
            )
        return found

    @property
    def zone_text(self) -> str:
        """The zone for people, with no dot behind it."""
        return self.zone.to_text(omit_final_dot=True)

    def _change(self, name: str, wished: Answer, expected: Answer | None) -> Change:
        before = self.current(name)
        if before == wished:
            return Change(name, before, before)
        if expected is not None and before.addresses not in (expected.addresses, wished.addresses):
            raise RefusedError(
                f"{name} stands for {before}, where {expected} was expected: somebody else changed it",
                "find out who, put it right, and run again",
            )
        self.replace(name, before, wished)
        after = self.current(name)
        if after != wished:
            raise RefusedError(
                f"{wished} was taken for {name}, and now it stands for {after}",
                "check that [dns] names who keeps the zone, and that nobody else is changing the name",
            )
        return Change(name, before, after)


def changed_meanwhile(name: str, before: Answer) -> RefusedError:
    """The refusal where a name was changed between our look and our change."""
    return RefusedError(
        f"{name} no longer stands for {before}: somebody else changed it a moment ago",
        "look with `decant moves` whether another operator is at work, and run again",
    )


def zone_of(text: str) -> dns.name.Name:
    """A name as DNS has it. Raises `UsageError` where it can be none."""
    try:
        return dns.name.from_text(text)
    except (ValueError, dns.exception.DNSException) as error:
        raise UsageError(f"{text!r} is not a DNS name", "mend it and run again") from error


def an_address(text: str) -> str:
    """An address as one writes it. Raises `UsageError` where it is none."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise UsageError(f"{text!r} is not an address", "mend it and run again") from error


def of_type(addresses: tuple[str, ...], kind: str) -> list[str]:
    """Those addresses that an `A` or an `AAAA` record holds."""
    version = 4 if kind == "A" else 6
    return [item for item in addresses if ipaddress.ip_address(item).version == version]
