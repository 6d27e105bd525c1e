"""GOV-05: somebody is told before the money is gone."""

from collections.abc import Sequence

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import (
    Context,
    StackRule,
    Verdict,
    failed,
    ncsc,
    not_applicable,
    passed,
    plain_type,
    resource,
)

_BUDGET = "azure-native:consumption:Budget"
_GROUP = "azure-native:resources:ResourceGroup"
_CONTACTS = ("contactEmails", "contactGroups", "contactRoles")


def _check(resources: Sequence[Resource], context: Context) -> Verdict:
    del context
    budgets = [r for r in resources if plain_type(r.type) == _BUDGET]
    below = _platforms(resources)
    if not budgets and below:
        return not_applicable(f"the budget is that of the platform it stands on, {', '.join(sorted(below))}")
    if not budgets:
        return failed("the stack has no budget")
    silent = [b.name for b in budgets if not _tells_somebody(b)]
    if silent:
        return failed("a budget tells nobody", f"without a contact: {', '.join(sorted(silent))}")
    return passed(f"budgets that tell somebody: {', '.join(sorted(b.name for b in budgets))}")


def _platforms(resources: Sequence[Resource]) -> set[str]:
    """The platforms that all of its groups say they stand on; empty for what stands on none."""
    groups = [r for r in resources if plain_type(r.type) == _GROUP]
    named = {reading.text(group.inputs, "tags.platform") or "" for group in groups}
    return set() if "" in named else named


def _tells_somebody(budget: Resource) -> bool:
    return any(
        reading.items(notification, contact)
        for notification in reading.named_groups(budget.inputs, "notifications").values()
        if reading.flag(notification, "enabled") is not False
        for contact in _CONTACTS
    )


def _budget(**notification: object) -> Resource:
    return resource("consumption:Budget", "monthly", amount=500, notifications={"at80": notification})


RULE = StackRule(
    id="GOV-05",
    title="The stack has a budget that tells somebody",
    severity="medium",
    enforcement="mandatory",
    rationale="Public money: a mistake in a setting can cost a month's budget in a night.",
    remedy="Add a budget in pounds with a notification to a named contact.",
    controls=ncsc("5.4", "13.2"),
    types=(_BUDGET, _GROUP),
    check=_check,
    passing=((_budget(enabled=True, contactEmails=["ict@example.gov.uk"]),), (_budget(contactRoles=["Owner"]),)),
    failing=(
        (),
        (resource("resources:ResourceGroup", tags={"stack": "production"}),),
        (_budget(enabled=True, contactEmails=[]),),
        (_budget(enabled=False, contactRoles=["Owner"]),),
    ),
)
