"""Which findings still hold. The store keeps the newest of each rule and subject, also of a resource that is
gone.

All findings of one check carry one instant. For each stack, and for each server, those of the last check
hold; older ones are of what was there before.
"""

from collections.abc import Iterable

from estate.records.base import Instant
from estate.records.finding import Finding


def current(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of the last check of each stack and of each server, in their order."""
    everything = list(findings)
    last: dict[tuple[str, str], Instant] = {}
    for finding in everything:
        about = (finding.scope, checked(finding))
        last[about] = max(finding.at, last.get(about, finding.at))
    return [f for f in everything if f.at == last[f.scope, checked(f)]]


def checked(finding: Finding) -> str:
    """The stack or the server that was checked when this was found."""
    if finding.scope == "host":
        return finding.subject
    if finding.subject.startswith("urn:pulumi:"):
        return finding.subject.removeprefix("urn:pulumi:").partition("::")[0]
    return finding.subject.partition("/")[0]
