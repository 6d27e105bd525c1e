"""Servers with facts, made up for tests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from estate.records.base import Record
from estate.records.facts.addresses import Address, Addresses
from estate.records.facts.connections import Connection, Connections
from estate.records.facts.listeners import Listener, Listeners
from estate.records.observation import Observation, Outcome
from estate.records.server import Server, ServerFacts

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def server(
    name: str,
    address: str = "10.0.0.1",
    role: Literal["legacy", "target"] = "legacy",
    unknown: Mapping[str, Outcome] | None = None,
    **facts: Record,
) -> ServerFacts:
    """A server with the facts given; `unknown` names facts that were not read, and how that ended."""
    seen = {
        fact: Observation(
            server=name, fact=fact, outcome=Outcome.KNOWN, payload=payload.model_dump(mode="json"), at=AT
        )
        for fact, payload in facts.items()
    }
    for fact, outcome in (unknown or {}).items():
        seen[fact] = Observation(server=name, fact=fact, outcome=outcome, reason="for the test", at=AT)
    return ServerFacts(Server(id=name, address=address, role=role, reached=True, seen_at=AT), seen)


def listens(*ports: int, unit: str | None = None) -> Listeners:
    """TCP listeners on every address."""
    return Listeners(
        listeners=tuple(Listener(protocol="tcp", address="*", port=port, unit=unit) for port in ports)
    )


def talks(*ends: tuple[str, int, str, int], process: str | None = None) -> Connections:
    """Open connections: own address and port, then the peer's."""
    return Connections(
        connections=tuple(
            Connection(local_address=a, local_port=b, peer_address=c, peer_port=d, process=process)
            for a, b, c, d in ends
        )
    )


def at_address(*addresses: str) -> Addresses:
    """The addresses of one interface."""
    return Addresses(addresses=tuple(Address(interface="eth0", address=one, prefix=24) for one in addresses))
