"""HC-22: logs leave the host, and the audit daemon runs."""

from estate.errors import UndecidedError
from estate.records.facts.logging import Logging
from estate.records.server import ServerFacts
from policies.observed import need
from policies.rules.base import Context, HostRule, Verdict, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    logs = need(facts, "logging", Logging)
    wrong = []
    if not logs.forwards_to:
        wrong.append("logs stay on the host")
    if logs.auditd is False:
        wrong.append("the audit daemon does not run")
    if wrong:
        return failed(" and ".join(wrong))
    if facts.server.is_windows:
        raise UndecidedError("Decant does not read what Windows audits", "look at its audit policy (auditpol)")
    if logs.auditd is None:
        raise UndecidedError("it could not be told whether the audit daemon runs", "look on the host")
    return passed(f"to {', '.join(logs.forwards_to)}, with auditd")


RULE = HostRule(
    id="HC-22",
    title="Logs leave the host and the audit daemon runs",
    severity="medium",
    enforcement="advisory",
    rationale="Whoever breaks in wipes the logs that are there; only those sent away tell what happened.",
    remedy="Send the logs to the log workspace, and install auditd.",
    controls=ncsc("13.1", "5.2"),
    facts=("logging",),
    check=_check,
    passing=(host({"logging": Logging(forwards_to=("logs.example",), auditd=True)}),),
    failing=(
        host({"logging": Logging(forwards_to=(), auditd=True)}),
        host({"logging": Logging(forwards_to=("logs.example",), auditd=False)}),
        host({"logging": Logging(forwards_to=())}),
    ),
)
