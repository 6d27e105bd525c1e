"""Whether what is known of a server is recent enough not to ask again. Pure."""

import hashlib
import pkgutil
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from estate.canonical import canonical
from estate.records.host import Host
from estate.records.observation import Observation, Outcome
from estate.records.server import Server
from inventory import facts, windows
from inventory.facts.base import NOT_INSTALLED

_FACTS = sorted({info.name for folder in (facts, windows) for info in pkgutil.iter_modules(folder.__path__)})
"""The ids of all facts, which are the names of their files."""
_WORDS = frozenset({"role", "owner", "authority", "contract_end"})
"""What the hosts file says of a server that has nothing to do with how it is reached."""


def way_to(host: Host, hosts: Mapping[str, Host]) -> str:
    """A digest of all that decides what a reading of `host` sees: its settings, those of its jump hosts, the facts.

    Of secrets it covers the references, never a value.
    """
    way, here = [host], host
    while here.jump is not None and here.jump in hosts and hosts[here.jump] not in way:
        here = hosts[here.jump]
        way.append(here)
    settings = [one.model_dump(mode="json", exclude=set(_WORDS)) for one in way]
    return hashlib.sha256(canonical([settings, _FACTS]).encode()).hexdigest()[:16]


def noted(server: Server, seen: Iterable[Observation], tier: int, way: str, before: Server | None) -> Server:
    """`server` with a note of when which tier was read, so that `fresh_since` can tell later.

    A reading in which any fact failed is none; a tool that the host does not have fails no reading, nor does a right
    that the account does not have: both are so the next time.
    """
    if not server.reached:
        return server
    seen = list(seen)
    whole = bool(seen) and not any(_failed(one) for one in seen)
    at = max(one.at for one in seen) if whole else None
    same = before is not None and before.read_by == way
    dear = at if tier == 2 else before.tier2_at if before is not None and same and whole else None
    return server.model_copy(update={"read_by": way, "tier1_at": at, "tier2_at": dear})


def fresh_since(server: Server | None, tier: int, way: str, max_age: float, now: datetime) -> datetime | None:
    """When the facts of `tier` and below were read, where that is `max_age` seconds ago or less; None where not.

    A server that was not reached at the last try is not fresh, nor is one whose last reading failed in part, or was
    made with other settings.
    """
    if server is None or not server.reached or server.read_by != way:
        return None
    times = (server.tier1_at, server.tier2_at)[:tier]
    if None in times:
        return None
    oldest = min(each for each in times if each is not None)
    return oldest if timedelta(0) <= now - oldest <= timedelta(seconds=max_age) else None


def _failed(one: Observation) -> bool:
    return one.outcome is Outcome.FAILED and not one.reason.endswith(NOT_INSTALLED)
