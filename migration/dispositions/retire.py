"""Switch it off: it holds nothing but its operating system, and nobody was seen using it."""

from estate.records.assessment import Disposition
from migration.case import Case
from migration.dispositions.base import Opinion, Rule


def _judge(case: Case) -> Opinion:
    if case.facts.server.power == "off" and not case.facts.server.reached:
        off = "it is switched off: ask its owner whether anybody misses it"
        return Opinion(None, against=(off,))
    if case.unread:
        return Opinion(None, against=("whether anybody uses it is not known: nobody has read it",))
    if case.workloads:
        return Opinion(False, against=(f"it holds {', '.join(one.name for one in case.workloads[:5])}",))
    if case.clients:
        seen = sorted({f"{one.client} (port {one.port})" for one in case.clients})
        return Opinion(False, against=(f"clients use it: {', '.join(seen[:5])}",))
    if case.unseen:
        return Opinion(None, against=(f"whether anybody uses it could not be seen: {', '.join(case.unseen)}",))
    return Opinion(
        True,
        reasons=("it holds nothing but its operating system", "no client was seen"),
        against=("one look sees one moment: a yearly job leaves no trace",),
        conditions=("ask its owner, then switch it off for a month before it is deleted",),
    )


RULE = Rule(Disposition.RETIRE, 10, _judge)
