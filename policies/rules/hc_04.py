"""HC-04: updates that need a restart have had one."""

from estate.errors import UndecidedError
from estate.records.facts.updates import Updates
from estate.records.server import ServerFacts
from policies.observed import need
from policies.rules.base import Context, HostRule, Verdict, cyber_essentials, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    updates = need(facts, "updates", Updates)
    if updates.reboot_required is None:
        raise UndecidedError("it could not be told whether a restart is due", "look on the host")
    if updates.reboot_required:
        return failed("a restart is due: updates are installed and not in use")
    return passed("no restart is due")


RULE = HostRule(
    id="HC-04",
    title="No restart is due",
    severity="high",
    enforcement="advisory",
    rationale="A mended kernel protects nobody until it runs.",
    remedy="Restart the server in the next window.",
    controls=(*ncsc("5.1"), *cyber_essentials("CE-SUM-04")),
    facts=("updates",),
    check=_check,
    passing=(host({"updates": Updates(reboot_required=False)}),),
    failing=(host({"updates": Updates(reboot_required=True)}),),
)
