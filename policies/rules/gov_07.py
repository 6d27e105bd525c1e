"""GOV-07: personal data has its papers."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, not_applicable, passed, resource


def _check(thing: Resource, context: Context) -> Verdict:
    del context
    personal = _yes(thing, "personal-data")
    special = _yes(thing, "special-category")
    if not (personal or special):
        return not_applicable("it is not tagged as holding personal data")
    missing = [
        paper
        for tag, paper, needed in (
            ("ropa-ref", "the record of processing (ropa-ref)", personal),
            ("dpia-ref", "the impact assessment (dpia-ref)", special),
        )
        if needed and not (reading.text(thing.inputs, f"tags.{tag}") or "").strip()
    ]
    if missing:
        return failed(f"it holds personal data and does not name {' and '.join(missing)}")
    return passed("its papers are named")


def _yes(thing: Resource, tag: str) -> bool:
    return (reading.text(thing.inputs, f"tags.{tag}") or "").lower() in ("yes", "true")


def _group(**tags: str) -> Resource:
    named = {name.replace("_", "-"): said for name, said in tags.items()}
    return resource("resources:ResourceGroup", tags=named)


RULE = ResourceRule(
    id="GOV-07",
    title="Personal data has its record of processing and impact assessment",
    severity="high",
    enforcement="mandatory",
    rationale="UK GDPR asks for a record of every processing, and for an impact assessment where the risk is "
    "high. What has no reference has usually had neither.",
    remedy="Name the entry in the tag ropa-ref, and for special category data the assessment in dpia-ref.",
    controls=ncsc("2", "14.1"),
    types=("*",),
    check=_check,
    passing=(
        _group(personal_data="yes", ropa_ref="ROPA-12"),
        _group(personal_data="yes", ropa_ref="ROPA-12", special_category="yes", dpia_ref="DPIA-3"),
    ),
    failing=(
        _group(personal_data="yes"),
        _group(personal_data="yes", ropa_ref="ROPA-12", special_category="yes"),
    ),
)
