"""What a rule says of itself, as plain data and as the table of docs/policies.md."""

from decant.rows import RuleRow
from policies.rulebook import rules
from policies.rules.base import KINDS, HostRule, ResourceRule, Rule, StackRule

_SHORT = {"ncsc-cloud": "NCSC", "cyber-essentials": "CE"}
"""Frameworks as the table's column writes them; another one needs its own."""


def described(rule: Rule) -> RuleRow:
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
        "controls": list(rule.controls),
    }


def _bare(control: str) -> str:
    return control.removeprefix("CE-")


def markdown() -> str:
    """Every rule as the tables of docs/policies.md, one for stacks and one for servers."""
    parts = []
    for title, scopes in (("Over stacks", ("resource", "stack")), ("Over servers", ("host",))):
        parts += [
            f"### {title}",
            "",
            "| rule | what | severity | for | evidence for |",
            "| --- | --- | --- | --- | --- |",
        ]
        for rule in rules().values():
            if rule.scope in scopes:
                every = rule.scope == "host" or rule.kinds == KINDS
                kinds = "all" if every else ", ".join(sorted(rule.kinds))
                controls = ", ".join(f"{_SHORT[c.framework]} {_bare(c.id)}" for c in rule.controls)
                severity = rule.severity + (" (advisory)" if rule.enforcement == "advisory" else "")
                parts.append(f"| {rule.id} | {rule.title} | {severity} | {kinds} | {controls} |")
        parts.append("")
    return "\n".join(parts)
