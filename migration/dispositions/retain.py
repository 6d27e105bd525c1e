"""Leave it where it is: it serves the building itself, or no cloud machine can run it."""

from estate.records.assessment import Disposition
from estate.records.facts.listeners import Listeners
from estate.records.facts.os import Os
from estate.records.observation import Outcome
from migration.case import Case
from migration.dispositions.base import Opinion, Rule, because, confirm

_RUNS_IN_AZURE = frozenset({"x86_64", "amd64", "aarch64", "arm64"})
_SERVES_THE_BUILDING = {
    "cupsd": "printing",
    "dhcpd": "DHCP",
    "dnsmasq": "DNS or DHCP",
    "kea-dhcp4": "DHCP",
    "named": "DNS",
    "radiusd": "network sign-in",
    "freeradius": "network sign-in",
    "unbound": "DNS",
}


_ROLES = ("printing", "DHCP", "network sign-in")
_INSTEAD = {
    "printing": ("printing can be bought as a service instead (Universal Print)",),
    "DHCP": ("switches and firewalls can give out addresses instead",),
}


def _judge(case: Case) -> Opinion:
    os = case.facts.get("os", Os)
    if os is not None and os.architecture and os.architecture not in _RUNS_IN_AZURE:
        return Opinion(
            True,
            reasons=(f"its processor is {os.architecture}, which Azure has no machines for",),
            conditions=("find out whether what it holds exists for another processor",),
        )
    controls = case.has("domain controller")
    serving = case.has(*_ROLES)
    if serving and not controls and not case.data:
        return Opinion(
            True,
            reasons=(because(serving), "it serves the building's network"),
            against=_INSTEAD.get(serving.role.id, ()),
            conditions=("it goes last, when the building needs it no more", *confirm(serving)),
        )
    listeners = case.facts.get("listeners", Listeners)
    if listeners is None and case.facts.outcome("listeners") is not Outcome.ABSENT:
        return Opinion(
            None, against=(f"its listeners are not known ({case.facts.why('listeners')})",), unseen=True
        )
    serves = sorted(
        {
            _SERVES_THE_BUILDING[one.process]
            for one in (listeners.listeners if listeners else ())
            if one.process in _SERVES_THE_BUILDING and not one.local_only
        }
    )
    if not serves or case.workloads:
        return Opinion(False, against=("nothing ties it to the building",))
    return Opinion(
        True,
        reasons=(f"it serves the building's network: {', '.join(serves)}",),
        conditions=("it goes last, when the building needs it no more",),
    )


RULE = Rule(Disposition.RETAIN, 20, _judge)
