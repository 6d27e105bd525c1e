"""Move a whole virtualisation platform unchanged. Never proposed for single servers."""

from estate.records.assessment import Disposition
from estate.records.facts.os import Os
from migration.case import Case
from migration.dispositions.base import Opinion, Rule

_NOT_TOLD = (None, "", "container", "vm-other")


def _judge(case: Case) -> Opinion:
    os = case.facts.get("os", Os)
    seen = os.virtualisation if os is not None else None
    # Who runs the machine knows what it runs on; from inside it is a guess, and a container sees nothing below it.
    runs_on = case.facts.server.platform or (seen if seen not in _NOT_TOLD else None)
    if runs_on is None:
        inside = ": it is a container" if seen == "container" else ""
        return Opinion(None, against=(f"what it runs on could not be told{inside}",))
    if runs_on != "vmware":
        where = "on no hypervisor" if runs_on in ("none", "physical") else f"on {runs_on}"
        return Opinion(False, against=(f"it runs {where}, not on VMware",))
    return Opinion(
        False,
        against=("Azure VMware Solution begins at three whole hosts: a choice for an estate, not for a server",),
    )


RULE = Rule(Disposition.RELOCATE, 60, _judge)
