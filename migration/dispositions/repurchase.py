"""Buy the service instead: what it does is sold as a service that councils already pay for."""

from estate.records.assessment import Disposition
from estate.records.facts.packages import Packages
from estate.records.observation import Outcome
from migration.case import Case
from migration.dispositions.base import Opinion, Rule, because, confirm
from migration.tools import VENDOR

_BOUGHT = {
    "dovecot-core": "mailboxes (Exchange Online)",
    "cyrus-imapd": "mailboxes (Exchange Online)",
    "dovecot": "mailboxes (Exchange Online)",
    "zabbix-server-mysql": "monitoring (Azure Monitor)",
    "zabbix-server-pgsql": "monitoring (Azure Monitor)",
    "nagios4": "monitoring (Azure Monitor)",
}


_SOLD = {
    "mail": "mailboxes (Exchange Online)",
    "updates": "updates (Azure Update Manager)",
    "backup": "backup (Azure Backup)",
    "appliance": "the supplier's own service, or its image for Azure",
}
"""By role."""
_CHECK = "check with procurement which agreement covers it"


def _judge(case: Case) -> Opinion:
    serving = case.has(*_SOLD)
    if serving and not case.data:
        return Opinion(
            True,
            reasons=(because(serving), f"what it does can be bought as a service: {_SOLD[serving.role.id]}"),
            against=("its data has to be taken over by the supplier's own means",),
            conditions=(_CHECK, *confirm(serving)),
            tool=VENDOR,
        )
    packages = case.facts.get("packages", Packages)
    if packages is None and case.facts.outcome("packages") is not Outcome.ABSENT:
        return Opinion(None, against=(f"its packages are not known ({case.facts.why('packages')})",), unseen=True)
    found = sorted({_BOUGHT[one.name] for one in (packages.packages if packages else ()) if one.name in _BOUGHT})
    if not found:
        return Opinion(False, against=("nothing on it is known to be sold as a service",))
    others = [one.name for one in case.workloads if one.kind not in ("service", "schedule")]
    if others:
        return Opinion(False, against=(f"it also holds {', '.join(others[:5])}",))
    return Opinion(
        True,
        reasons=(f"what it does can be bought as a service: {', '.join(found)}",),
        against=("its data has to be taken over by the supplier's own means",),
        conditions=(_CHECK,),
        tool=VENDOR,
    )


RULE = Rule(Disposition.REPURCHASE, 30, _judge)
