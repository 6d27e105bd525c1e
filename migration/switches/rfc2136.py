"""By DNS itself: dynamic updates (RFC 2136), signed with TSIG (RFC 8945).

Every update carries what was seen before as its prerequisite, so that the server itself refuses it where
somebody else changed the name in between. Every change is read back from the authoritative server.
"""

import socket

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

from estate.errors import RefusedError, UnreachableError
from migration.switches.base import Answer, NameSwitch, changed_meanwhile, of_type

_ADDRESS_TYPES = ("A", "AAAA")
# RFC 2136 section 2.2: prerequisites that do not hold.
_CHANGED = {dns.rcode.YXDOMAIN, dns.rcode.YXRRSET, dns.rcode.NXDOMAIN, dns.rcode.NXRRSET}


class DnsSwitch(NameSwitch):
    """Changes names by dynamic updates.

    `server` is the authoritative (primary) server, as an address or a name; `zone` the zone it lets `key`
    update; `timeout` is for each exchange, in seconds. A server that is not authoritative for the zone is
    refused. See `NameSwitch`.
    """

    def __init__(self, server: str, zone: str, key: dns.tsig.Key, port: int = 53, timeout: float = 5.0) -> None:
        super().__init__(zone)
        self._server = server
        self._key = key
        self._port = port
        self._timeout = timeout

    def current(self, name: str) -> Answer:
        """See `NameSwitch.current`: the authoritative server's answer."""
        owner = self.owner(name)
        addresses: list[str] = []
        ttls: list[int] = []
        for kind in _ADDRESS_TYPES:
            reply = self._ask(owner, kind)
            if reply.get_rrset(reply.answer, owner, dns.rdataclass.IN, dns.rdatatype.CNAME) is not None:
                raise RefusedError(
                    f"{name} is an alias (CNAME) in {self.zone_text}", "name the record that it points to"
                )
            rrset = reply.get_rrset(reply.answer, owner, dns.rdataclass.IN, dns.rdatatype.from_text(kind))
            if rrset is not None:
                addresses += sorted(item.to_text() for item in rrset)
                ttls.append(int(rrset.ttl))
        return Answer(tuple(addresses), min(ttls, default=0))

    def serial(self) -> int:
        """The zone's SOA serial number on the authoritative server."""
        reply = self._ask(self.zone, "SOA")
        rrset = reply.get_rrset(reply.answer, self.zone, dns.rdataclass.IN, dns.rdatatype.SOA)
        if rrset is None:
            raise RefusedError(
                f"{self._server} has no zone {self.zone_text}", "mend [dns] zone or server in decant.toml"
            )
        return int(rrset[0].serial)

    def check(self) -> str:
        """See `NameSwitch.check`."""
        return f"{self._server} answers for {self.zone_text}, serial {self.serial()}"

    def replace(self, name: str, before: Answer, wished: Answer) -> None:
        """See `NameSwitch.replace`: the server itself holds the update against `before`."""
        owner, serial = self.owner(name), self.serial()
        update = dns.update.UpdateMessage(self.zone, keyring=self._key, keyname=self._key.name)
        for kind in _ADDRESS_TYPES:
            seen = of_type(before.addresses, kind)
            if seen:
                # A whole set, as RFC 2136 section 2.4.2 compares it: one `present` for each address.
                for item in seen:
                    update.present(owner, kind, item)
            else:
                update.absent(owner, kind)
        for kind in _ADDRESS_TYPES:
            update.delete(owner, kind)
            for item in of_type(wished.addresses, kind):
                update.add(owner, wished.ttl, kind, item)
        self._send_update(update, name, before)
        if self.serial() == serial:
            raise RefusedError(
                f"{self._server} took {wished} for {name} and has the serial {serial} still",
                "check that [dns] server is the zone's primary, and that nobody else is changing the name",
            )

    def _send_update(self, update: dns.update.UpdateMessage, name: str, before: Answer) -> None:
        rcode = self._exchange(update).rcode()
        if rcode == dns.rcode.NOERROR:
            return
        if rcode in _CHANGED:
            raise changed_meanwhile(name, before)
        raise RefusedError(
            f"{self._server} refused to change {name} ({dns.rcode.to_text(rcode)})",
            f"let the key {self._key.name} update {self.zone_text} there (BIND: update-policy or allow-update)",
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
