"""TST-02: what is not production has an end."""

from datetime import date

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, passed, resource

_MOST_DAYS = 30
"""How far ahead the end may lie; it is put off while the stack is needed."""


def _check(group: Resource, context: Context) -> Verdict:
    said = reading.text(group.inputs, "tags.expires-on")
    if said is None:
        return failed("it says no end", "no tag expires-on")
    try:
        ends = date.fromisoformat(said)
    except ValueError:
        return failed("its end is no date", f"expires-on = {said[:20]}")
    observed = f"expires-on = {ends.isoformat()}"
    if ends < context.today:
        return failed("its end is past: destroy it", observed)
    if (ends - context.today).days > _MOST_DAYS:
        return failed(f"its end is more than {_MOST_DAYS} days away", observed)
    return passed(observed)


def _group(**tags: str) -> Resource:
    return resource("resources:ResourceGroup", tags=tags)


RULE = ResourceRule(
    id="TST-02",
    title="What is not production says when it ends",
    severity="high",
    enforcement="mandatory",
    rationale="Test environments that nobody ends are forgotten, unpatched, and hold data.",
    remedy="Set the tag expires-on to a date, at most 30 days ahead.",
    controls=ncsc("2.4", "5.4"),
    kinds=frozenset({"test", "incident", "rehearsal"}),
    types=("azure-native:resources:ResourceGroup",),
    check=_check,
    passing=(_group(**{"expires-on": "2026-12-15"}), _group(**{"expires-on": "2026-11-22"})),
    failing=(
        _group(),
        _group(**{"expires-on": "next year"}),
        _group(**{"expires-on": "2026-11-21"}),
        _group(**{"expires-on": "2027-11-22"}),
    ),
)
