"""TST-03: no production data in test."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import (
    Context,
    ResourceRule,
    Verdict,
    failed,
    ncsc,
    passed,
    resource,
)


def _check(group: Resource, context: Context) -> Verdict:
    del context
    source = (reading.text(group.inputs, "tags.data-source") or "").lower()
    run = reading.text(group.inputs, "tags.masking-run")
    observed = f"data-source = {source[:30] or 'nothing'}" + (", with a masking run" if run else "")
    if source == "synthetic" or (source == "masked" and run):
        return passed(observed)
    if source == "masked":
        return failed("the data is called masked, and no masking run is named", observed)
    return failed("the data is neither synthetic nor masked", observed)


def _group(**tags: str) -> Resource:
    return resource("resources:ResourceGroup", tags=tags)


RULE = ResourceRule(
    id="TST-03",
    title="Test holds synthetic or masked data only",
    severity="critical",
    enforcement="mandatory",
    rationale="Residents did not give their data for testing, and test is guarded less than production.",
    remedy="Use synthetic data, or masked data with the masking run's id in the tag masking-run.",
    controls=ncsc("2", "3"),
    kinds=frozenset({"test"}),
    types=("azure-native:resources:ResourceGroup",),
    check=_check,
    passing=(
        _group(**{"data-source": "synthetic"}),
        _group(**{"data-source": "masked", "masking-run": "mask-2026-11-03"}),
    ),
    failing=(
        _group(),
        _group(**{"data-source": "production"}),
        _group(**{"data-source": "masked"}),
    ),
)
