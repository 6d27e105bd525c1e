"""Subscription: both built in one, where whoever may change one may change the other. One tenant is only said."""

from estate.records.preview import UNKNOWN
from stacks.separation.base import Found, Join, Step
from stacks.separation.side import Side
from stacks.settings.base import NOBODY

_OPEN = {NOBODY, UNKNOWN.lower(), "[secret]"}


def _find(a: Side, b: Side) -> Found:
    found = Found()
    for shared in sorted(a.subscriptions & b.subscriptions):
        between = Step("Azure", f"subscription {shared}", "holds")
        found.ways.append(
            (Step(a.name, "everything in it", "is built in"), between, Step(b.name, "everything in it"))
        )
    for side in (a, b):
        given = side.provided["subscriptionId"]
        if not given or given & _OPEN:
            found.unjudged.append(f"the subscription of {side.name} is not filled in or not known")
        if len(given) > 1:
            found.unjudged.append(
                f"{side.name} has several Azure providers: which builds what, a preview does not say"
            )
    for tenant in sorted((a.provided["tenantId"] & b.provided["tenantId"]) - _OPEN):
        found.said.append(f"both are in the Entra tenant {tenant}: who administers it may give access to both")
    return found


JOIN = Join(id="subscription", title="shared subscription", find=_find)
