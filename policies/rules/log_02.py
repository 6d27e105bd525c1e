"""LOG-02: logs are kept for as long as an enquiry needs them."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, passed, resource

_PRODUCTION, _OTHERS = 365, 30
"""Days. A short-lived stack's logs are gone with it, so 30 are enough there."""


def _check(workspace: Resource, context: Context) -> Verdict:
    wanted = _PRODUCTION if context.kind in (None, "production") else _OTHERS
    days = reading.number(workspace.inputs, "retentionInDays") or 30
    if days < wanted:
        return failed(f"logs are kept for less than {wanted} days", f"retentionInDays = {days:.0f}")
    return passed(f"retentionInDays = {days:.0f}")


RULE = ResourceRule(
    id="LOG-02",
    title="Logs are kept long enough",
    severity="medium",
    enforcement="mandatory",
    rationale="Break-ins are found months later; what was not kept cannot be looked at.",
    remedy="Set retentionInDays to 365 in production.",
    controls=ncsc("13.1", "5.2"),
    types=("azure-native:operationalinsights:Workspace",),
    check=_check,
    passing=(resource("operationalinsights:Workspace", retentionInDays=365),),
    failing=(
        resource("operationalinsights:Workspace", retentionInDays=90),
        resource("operationalinsights:Workspace"),
    ),
)
