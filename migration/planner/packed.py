"""The simplest of plans, which looks at what must hold alone: whether rules can hold is often seen by it at once."""

import numpy as np

from migration.planner.tables import Numbers, Tables


def packed(tables: Tables) -> Numbers | None:
    """A window for every job: what has the least time first, of these the largest, each in the first with room.

    None where one found no room, and where there is an order or a pilot, of which it knows nothing.
    """
    if tables.befores or tables.pilots:
        return None
    at = np.zeros(len(tables.allowed), np.int64)
    sizes = np.zeros(len(tables.allowed))
    for limit in tables.limits:
        sizes = np.maximum(sizes, limit.use / limit.scale)
    last = tables.allowed.shape[1] - 1 - tables.allowed[:, ::-1].argmax(axis=1)
    left = [limit.most.copy() for limit in tables.limits]
    for job in np.lexsort((-sizes, last)).tolist():
        room = tables.allowed[job].copy()
        for limit, rest in zip(tables.limits, left, strict=True):
            if use := limit.use[job]:
                room &= (limit.pool < 0) | (rest >= use)[limit.pool]
        if not room.any():
            return None
        window = at[job] = int(room.argmax())
        for limit, rest in zip(tables.limits, left, strict=True):
            if limit.pool[window] >= 0:
                rest[limit.pool[window]] -= limit.use[job]
    return at
