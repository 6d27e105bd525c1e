"""The DNS change of a cutover: dynamic updates (RFC 2136), signed with TSIG (RFC 8945).

Every update carries what was seen before as its prerequisite, so that the server itself refuses it where
somebody else changed the name in between. Every change is read back from the authoritative server.
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update

from estate.errors import RefusedError, UnreachableError, UsageError

T = TypeVar("T")

_ADDRESS_TYPES = ("A", "AAAA")
# RFC 2136 section 2.2: prerequisites that do not hold.
_CHANGED = {dns.rcode.YXDOMAIN, dns.rcode.YXRRSET, dns.rcode.NXDOMAIN, dns.rcode.NXRRSET}


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
    """One change of a name, as the authoritative server shows it. `changed` is False where all stood already."""

    name: str
    before: Answer
    after: Answer
    serial_before: int
    serial_after: int

    @property
    def changed(self) -> bool:
        """Whether anything was changed."""
        return self.before != self.after


class DnsSwitch:
    """Points names of one zone at other addresses.

    `server` is the authoritative (primary) server, as an address or a name; `zone` the zone it lets `key`
    update; `timeout` is for each exchange, in seconds. Names are given in full ("reports-db.practice.test").
    All methods raise `UnreachableError` where the server does not answer, and `RefusedError` where it refuses
    the key or the change, or is not authoritative for the zone.
    """

    def __init__(self, server: str, zone: str, key: dns.tsig.Key, port: int = 53, timeout: float = 5.0) -> None:
        self._server = server
        self._zone = _name(zone)
        self._key = key
        self._port = port
        self._timeout = timeout

    def current(self, name: str) -> Answer:
        """What the authoritative server answers for `name` now.

        Raises `UsageError` where the name is outside the zone; `RefusedError` where it is an alias (CNAME),
        which has no address of its own to change.
        """
        owner = self._owner(name)
        addresses: list[str] = []
        ttls: list[int] = []
        for kind in _ADDRESS_TYPES:
            reply = self._ask(owner, kind)
            if reply.get_rrset(reply.answer, owner, dns.rdataclass.IN, dns.rdatatype.CNAME) is not None:
                raise RefusedError(
                    f"{name} is an alias (CNAME) in {self._zone_text}", "name the record that it points to"
                )
            rrset = reply.get_rrset(reply.answer, owner, dns.rdataclass.IN, dns.rdatatype.from_text(kind))
            if rrset is not None:
                addresses += sorted(item.to_text() for item in rrset)
                ttls.append(int(rrset.ttl))
        return Answer(tuple(addresses), min(ttls, default=0))

    def serial(self) -> int:
        """The zone's SOA serial number on the authoritative server."""
        reply = self._ask(self._zone, "SOA")
        rrset = reply.get_rrset(reply.answer, self._zone, dns.rdataclass.IN, dns.rdatatype.SOA)
        if rrset is None:
            raise RefusedError(
                f"{self._server} has no zone {self._zone_text}", "mend [dns] zone or server in decant.toml"
            )
        return int(rrset[0].serial)

    def point(self, name: str, address: str, ttl: int, expected: Answer | None = None) -> Change:
        """Make `name` stand for `address` alone, with `ttl` seconds. Safe to repeat.

        `expected` is what the caller saw when the move was described; its addresses must still be there (or
        the wished one already), else `RefusedError`. Without it, what is there now is taken.
        """
        return self._change(name, Answer((_address(address),), ttl), expected)

    def lower_ttl(self, name: str, ttl: int) -> Change:
        """Keep the addresses and give them a time-to-live of at most `ttl` seconds. Safe to repeat.

        Clients may remember the old answer for its old time-to-live (`Change.before.ttl`): wait that long.
        """
        now = self.current(name)
        return self._change(name, Answer(now.addresses, min(now.ttl, ttl)), now)

    def put_back(self, name: str, before: Answer, expected: Answer | None = None) -> Change:
        """Make `name` stand for what it stood for `before`, time-to-live included. Safe to repeat."""
        return self._change(name, before, expected)

    def _change(self, name: str, wished: Answer, expected: Answer | None) -> Change:
        owner = self._owner(name)
        serial = self.serial()
        before = self.current(name)
        if before == wished:
            return Change(name, before, before, serial, serial)
        if expected is not None and before.addresses not in (expected.addresses, wished.addresses):
            raise RefusedError(
                f"{name} stands for {before}, where {expected} was expected: somebody else changed it",
                "find out who, put it right, and run again",
            )
        update = dns.update.UpdateMessage(self._zone, keyring=self._key, keyname=self._key.name)
        for kind in _ADDRESS_TYPES:
            seen = _of_type(before.addresses, kind)
            if seen:
                # A whole set, as RFC 2136 section 2.4.2 compares it: one `present` for each address.
                for item in seen:
                    update.present(owner, kind, item)
            else:
                update.absent(owner, kind)
        for kind in _ADDRESS_TYPES:
            update.delete(owner, kind)
            for item in _of_type(wished.addresses, kind):
                update.add(owner, wished.ttl, kind, item)
        self._send_update(update, name, before)
        after, serial_after = self.current(name), self.serial()
        if after != wished or serial_after == serial:
            raise RefusedError(
                f"{self._server} took {wished} for {name} but answers {after} (serial {serial_after})",
                "check that [dns] server is the zone's primary, and that nobody else is changing the name",
            )
        return Change(name, before, after, serial, serial_after)

    def _send_update(self, update: dns.update.UpdateMessage, name: str, before: Answer) -> None:
        rcode = self._exchange(update).rcode()
        if rcode == dns.rcode.NOERROR:
            return
        if rcode in _CHANGED:
            raise RefusedError(
                f"{name} no longer stands for {before}: somebody else changed it a moment ago",
                "look with `decant moves` whether another operator is at work, and run again",
            )
        raise RefusedError(
            f"{self._server} refused to change {name} ({dns.rcode.to_text(rcode)})",
            f"let the key {self._key.name} update {self._zone_text} there (BIND: update-policy or allow-update)",
        )

    def _ask(self, owner: dns.name.Name, kind: str) -> dns.message.Message:
        query = dns.message.make_query(owner, kind)
        query.flags &= ~dns.flags.RD  # only what it knows itself
        query.use_tsig(self._key)
        reply = self._exchange(query)
        rcode = reply.rcode()
        if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise RefusedError(
                f"{self._server} answers {dns.rcode.to_text(rcode)} for {owner}",
                "mend [dns] server and zone in decant.toml, or let the key query there",
            )
        if not reply.flags & dns.flags.AA:
            raise RefusedError(
                f"{self._server} is not authoritative for {owner}",
                "name the zone's primary server in [dns] server",
            )
        return reply

    def _exchange(self, message: dns.message.Message) -> dns.message.Message:
        """Send one message over TCP and bring its signed reply back."""
        try:
            return dns.query.tcp(message, self._address(), timeout=self._timeout, port=self._port)
        except (dns.tsig.PeerBadKey, dns.tsig.PeerBadSignature, dns.tsig.BadSignature) as error:
            raise RefusedError(
                f"{self._server} does not accept the TSIG key {self._key.name} ({type(error).__name__})",
                "use the key, name and algorithm that the server's configuration holds",
            ) from error
        except (dns.tsig.PeerBadTime, dns.tsig.BadTime) as error:
            raise RefusedError(
                f"the clocks of {self._server} and this machine differ too much for a signed change",
                "set both by NTP and run again",
            ) from error
        except dns.exception.Timeout as error:
            raise UnreachableError(
                f"the DNS server {self._server} did not answer within {self._timeout:g} s",
                "check [dns] server in decant.toml and the way there (TCP port 53), and run again",
            ) from error
        except (OSError, EOFError, dns.exception.DNSException) as error:
            raise UnreachableError(
                f"the DNS server {self._server} cannot be spoken to ({type(error).__name__})",
                "check [dns] server in decant.toml and the way there (TCP port 53), and run again",
            ) from error

    def _address(self) -> str:
        """The server's first address; `OSError` where its name is not known."""
        return str(socket.getaddrinfo(self._server, self._port, type=socket.SOCK_STREAM)[0][4][0])

    def _owner(self, name: str) -> dns.name.Name:
        owner = _name(name)
        if not owner.is_subdomain(self._zone):
            raise UsageError(
                f"{name} is not in the zone {self._zone_text}", "mend the service's name, or [dns] zone"
            )
        return owner

    @property
    def _zone_text(self) -> str:
        return self._zone.to_text(omit_final_dot=True)


def _name(text: str) -> dns.name.Name:
    return _parsed(text, dns.name.from_text, "a DNS name")


def _address(text: str) -> str:
    return str(_parsed(text, ipaddress.ip_address, "an address"))


def _parsed(text: str, parse: Callable[[str], T], what: str) -> T:
    try:
        return parse(text)
    except (ValueError, dns.exception.DNSException) as error:
        raise UsageError(f"{text!r} is not {what}", "mend it and run again") from error


def _of_type(addresses: tuple[str, ...], kind: str) -> list[str]:
    version = 4 if kind == "A" else 6
    return [item for item in addresses if ipaddress.ip_address(item).version == version]
