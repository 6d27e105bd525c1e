"""How much each server uses, from what was observed of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from estate.observed import Observed
from estate.records.usage import Usage
from inventory.observe.rates import usage

if TYPE_CHECKING:
    from estate.store import Store


def usages(store: "Store") -> dict[str, Sequence[Usage]]:
    """What is known of each server's use, by server: Decant's own samples first.

    Reckoned anew for those that were sampled since, also by an observer that was killed.
    """
    observed = Observed(store.database)
    kept = {(one.server, one.source): one for one in store.all(Usage)}
    found: dict[str, list[Usage]] = {}
    fresh: list[Usage] = []
    for server, samples in observed.sampled().items():
        own = kept.get((server, "observe"))
        if own is None or own.samples != samples:
            own = usage(server, "observe", observed.samples(server))
            fresh += [own] if own else []
        found[server] = [own] if own else []
    if fresh:
        store.put(*fresh)
    for (server, source), one in kept.items():
        if source == "sysstat" or server not in found:
            found.setdefault(server, []).append(one)
    return dict(found)
