"""GOV-01: everything is in the United Kingdom."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, not_applicable, passed, resource

_UNITED_KINGDOM = frozenset({"uksouth", "ukwest"})


def _check(thing: Resource, context: Context) -> Verdict:
    del context
    said = reading.text(thing.inputs, "location")
    if said is None:
        return not_applicable("it has no place of its own")
    location = said.replace(" ", "").lower()
    if location == "global":
        return not_applicable("a service without a region")
    if location in _UNITED_KINGDOM:
        return passed(f"location = {location}")
    return failed("it is outside the United Kingdom", f"location = {location}")


RULE = ResourceRule(
    id="GOV-01",
    title="Everything is in the United Kingdom",
    severity="critical",
    enforcement="mandatory",
    rationale="Where data lies decides which law applies to it, and what residents were told.",
    remedy="Use uksouth or ukwest.",
    controls=ncsc("2.1"),
    types=("*",),
    check=_check,
    passing=(
        resource("storage:StorageAccount", location="uksouth"),
        resource("compute:VirtualMachine", location="UK West"),
    ),
    failing=(
        resource("storage:StorageAccount", location="westeurope"),
        resource("resources:ResourceGroup", location="eastus"),
    ),
)
