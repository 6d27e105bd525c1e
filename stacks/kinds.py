"""The kinds of stack, and what sets each apart. A component asks these; it never asks for a kind by its name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from estate.records.preview import StackKind


@dataclass(frozen=True)
class Kind:
    """What holds for every stack of a kind."""

    purpose: str
    """What it is for, for people."""
    longest: timedelta | None
    """How far ahead `expires_on` may lie; None for a kind that lasts."""
    once: bool
    """Whether that counts from the day it was first built, so that no extension goes beyond it."""
    data: tuple[str, ...]
    """What its data may be: live, synthetic, masked or real (a copy that is not masked)."""
    updates: bool
    """Whether machines may fetch updates from the internet, through the NAT gateway."""
    named_ways_out: bool
    """Whether `[[way_out]]` may name places that its machines may reach."""
    server_room: bool
    """Whether a VPN may join it to the server room."""
    into_server_room: bool
    """Whether its machines may start a connection into the server room; answers always come back."""
    users: bool
    """Whether people in the server room's network work with what runs here."""
    named_people: bool
    """Whether people have access by their own names instead of by a group."""
    one_system: bool
    """Whether it holds one system and no other."""
    stops: bool
    """Whether machines stop every evening."""

    @property
    def lasts(self) -> bool:
        """Whether protect, locks, immutability and purge protection apply, and nothing expires."""
        return self.longest is None


KINDS: Mapping[StackKind, Kind] = MappingProxyType(
    {
        "production": Kind(
            purpose="where people work",
            longest=None,
            once=False,
            data=("live",),
            updates=True,
            named_ways_out=False,
            server_room=True,
            into_server_room=True,
            users=True,
            named_people=False,
            one_system=False,
            stops=False,
        ),
        "test": Kind(
            purpose="where changes are tried, apart from production",
            longest=timedelta(days=30),
            once=False,
            data=("synthetic", "masked"),
            updates=True,
            named_ways_out=False,
            server_room=False,
            into_server_room=False,
            users=False,
            named_people=False,
            one_system=False,
            stops=True,
        ),
        "incident": Kind(
            purpose="where one system is looked into, apart from everybody else",
            longest=timedelta(days=14),
            once=True,
            data=("synthetic", "masked", "real"),
            updates=False,
            named_ways_out=True,
            server_room=False,
            into_server_room=False,
            users=False,
            named_people=True,
            one_system=True,
            stops=True,
        ),
        "rehearsal": Kind(
            purpose="where a move is tried with real data before the night",
            longest=timedelta(days=14),
            once=False,
            data=("real",),
            updates=False,
            named_ways_out=False,
            server_room=True,
            into_server_room=False,
            users=False,
            named_people=False,
            one_system=False,
            stops=False,
        ),
    }
)
