"""GOV-03: every resource group says whose it is and what it is for."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, passed, resource

_TAGS = ("service", "owner", "cost-centre", "environment", "data-classification", "personal-data")


def _check(group: Resource, context: Context) -> Verdict:
    del context
    missing = [tag for tag in _TAGS if not (reading.text(group.inputs, f"tags.{tag}") or "").strip()]
    if missing:
        return failed("tags are missing", f"missing: {', '.join(missing)}")
    return passed(f"has {', '.join(_TAGS)}")


_FULL = {
    "service": "reports",
    "owner": "ict",
    "cost-centre": "4711",
    "environment": "production",
    "data-classification": "OFFICIAL",
    "personal-data": "yes",
}

RULE = ResourceRule(
    id="GOV-03",
    title="Resource groups say whose they are",
    severity="medium",
    enforcement="mandatory",
    rationale="Costs, personal data and people to telephone are found by tags; what has none belongs to nobody.",
    remedy=f"Set the tags {', '.join(_TAGS)}.",
    controls=ncsc("5.4", "14.1"),
    types=("azure-native:resources:ResourceGroup",),
    check=_check,
    passing=(resource("resources:ResourceGroup", tags=_FULL),),
    failing=(
        resource("resources:ResourceGroup", tags={k: v for k, v in _FULL.items() if k != "owner"}),
        resource("resources:ResourceGroup", tags=_FULL | {"personal-data": ""}),
        resource("resources:ResourceGroup"),
    ),
)
