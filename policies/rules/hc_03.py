"""HC-03: security updates install by themselves."""

from estate.errors import UndecidedError
from estate.records.facts.updates import Updates
from estate.records.server import ServerFacts
from policies.observed import need
from policies.rules.base import Context, HostRule, Verdict, cyber_essentials, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    updates = need(facts, "updates", Updates)
    if updates.automatic is None:
        raise UndecidedError("it could not be told whether updates install by themselves", "look on the host")
    if updates.automatic:
        return passed(updates.automatic_by or "automatic updates are on")
    if facts.server.role == "target":
        raise UndecidedError(
            "whether Azure installs them cannot be seen from inside the machine",
            "see CMP-07 in `decant check stack`",
        )
    return failed("security updates do not install by themselves")


RULE = HostRule(
    id="HC-03",
    title="Security updates install by themselves",
    severity="high",
    enforcement="mandatory",
    rationale="What waits for a person waits longer than 14 days in the holidays.",
    remedy="Set up unattended-upgrades (Debian, Ubuntu) or dnf-automatic for security updates.",
    controls=(*ncsc("5.1"), *cyber_essentials("CE-SUM-03")),
    facts=("updates",),
    check=_check,
    passing=(host({"updates": Updates(automatic=True, automatic_by="unattended-upgrades")}),),
    failing=(host({"updates": Updates(automatic=False)}),),
)
