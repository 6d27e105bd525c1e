"""Move a whole virtualisation platform unchanged. Never proposed for single servers."""

from estate.records.assessment import Disposition
from estate.records.facts.os import Os
from migration.case import Case
from migration.dispositions.base import Opinion, Rule


def _judge(case: Case) -> Opinion:
    os = case.facts.get("os", Os)
    runs_on = os.virtualisation if os is not None and os.virtualisation else case.facts.server.platform
    if runs_on is None:
        return Opinion(None, against=("what it runs on could not be told",))
    if runs_on != "vmware":
        return Opinion(False, against=("it does not run on VMware",))
    return Opinion(
        False,
        against=("Azure VMware Solution begins at three whole hosts: a choice for an estate, not for a server",),
    )


RULE = Rule(Disposition.RELOCATE, 60, _judge)
