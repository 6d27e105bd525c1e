"""Move a whole virtualisation platform unchanged. Never proposed for single servers."""

from estate.records.assessment import Disposition
from estate.records.facts.os import Os
from migration.case import Case
from migration.dispositions.base import Opinion, Rule


def _judge(case: Case) -> Opinion:
    os = case.facts.get("os", Os)
    if os is None or os.virtualisation is None:
        return Opinion(None, against=("what it runs on could not be told",))
    if os.virtualisation != "vmware":
        return Opinion(False, against=("it does not run on VMware",))
    return Opinion(
        False,
        against=("Azure VMware Solution begins at three whole hosts: a choice for an estate, not for a server",),
    )


RULE = Rule(Disposition.RELOCATE, 60, _judge)
