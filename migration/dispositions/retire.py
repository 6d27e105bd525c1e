"""Switch it off: it holds nothing but its operating system, and nobody was seen using it."""

from estate.records.assessment import Disposition
from migration.case import Case
from migration.dispositions.base import Opinion, Rule, because, confirm


def _judge(case: Case) -> Opinion:
    if case.facts.server.power == "off" and not case.facts.server.reached:
        off = "it is switched off: ask its owner whether anybody misses it"
        return Opinion(None, against=(off,))
    platform = case.has("virtual platform")
    if platform:
        return Opinion(
            True,
            reasons=(because(platform), "it goes when the platform does"),
            against=("until the last machine has left, everything on the platform needs it",),
            conditions=("switch it off last, when no machine is left on the platform", *confirm(platform)),
        )
    if case.unread:
        return Opinion(None, against=("whether anybody uses it is not known: nobody has read it",), unseen=True)
    if case.workloads:
        return Opinion(False, against=(f"it holds {', '.join(one.name for one in case.workloads[:5])}",))
    serving = next((one for one in case.roles if not one.weak), None)
    if serving:
        return Opinion(False, against=(because(serving),))
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
