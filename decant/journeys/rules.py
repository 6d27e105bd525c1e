"""What a rule says of itself, as plain data."""

from typing import Any

from policies.rules.base import HostRule, ResourceRule, Rule, StackRule


def described(rule: Rule) -> dict[str, Any]:
    """One rule for a table, for JSON, and for the documentation."""
    if isinstance(rule, HostRule):
        looks_at = list(rule.facts)
    elif isinstance(rule, ResourceRule | StackRule):
        looks_at = list(rule.types)
    else:
        looks_at = []
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "enforcement": rule.enforcement,
        "over": rule.scope,
        "kinds": sorted(rule.kinds),
        "looks_at": looks_at,
        "rationale": rule.rationale,
        "remedy": rule.remedy,
        "controls": [control.model_dump() for control in rule.controls],
    }
