"""GOV-04: the classification is one of the government's."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, not_applicable, passed, resource

_CLASSES = ("PUBLIC", "OFFICIAL", "OFFICIAL-SENSITIVE")


def _check(thing: Resource, context: Context) -> Verdict:
    del context
    said = reading.text(thing.inputs, "tags.data-classification")
    if said is None:
        return not_applicable("it carries no classification of its own")
    if said in _CLASSES:
        return passed(f"data-classification = {said}")
    return failed(f"the classification is not {' or '.join(_CLASSES)}", f"data-classification = {said[:40]}")


RULE = ResourceRule(
    id="GOV-04",
    title="Data classifications are the government's",
    severity="medium",
    enforcement="mandatory",
    rationale="Other rules ask more of what is OFFICIAL-SENSITIVE; a spelling of one's own slips past them.",
    remedy=f"Use {', '.join(_CLASSES)}.",
    controls=ncsc("2", "5.4"),
    types=("*",),
    check=_check,
    passing=(resource("resources:ResourceGroup", tags={"data-classification": "OFFICIAL-SENSITIVE"}),),
    failing=(resource("resources:ResourceGroup", tags={"data-classification": "confidential"}),),
)
