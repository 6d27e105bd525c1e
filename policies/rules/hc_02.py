"""HC-02: no security update is waiting."""

from datetime import UTC, datetime, timedelta

from estate.documents.words import day
from estate.errors import UndecidedError
from estate.records.facts.updates import PendingUpdate, Updates
from estate.records.server import ServerFacts
from policies.observed import need
from policies.rules.base import (
    EXAMPLE_DAY,
    Context,
    HostRule,
    Verdict,
    cyber_essentials,
    failed,
    host,
    ncsc,
    passed,
)

_FRESH = timedelta(days=14)
"""Package lists older than this do not tell: a fix of critical risk has to be in within 14 days."""


def _check(facts: ServerFacts, context: Context) -> Verdict:
    updates = need(facts, "updates", Updates)
    waiting = [u.name for u in updates.pending or () if u.security]
    if waiting:
        names = ", ".join(sorted(waiting)[:10]) + (" and more" if len(waiting) > 10 else "")
        return failed(f"{len(waiting)} security updates are waiting", names)
    if updates.pending is None:
        raise UndecidedError("the host has no list of what could be updated", "run `apt update` or its like there")
    if updates.lists_updated_at is None or context.today - updates.lists_updated_at.date() > _FRESH:
        when = day(updates.lists_updated_at) if updates.lists_updated_at else "a day unknown"
        raise UndecidedError(f"the package lists are of {when}", "run `apt update` or its like there")
    return passed("no security update is waiting")


_TODAY = datetime(EXAMPLE_DAY.year, EXAMPLE_DAY.month, EXAMPLE_DAY.day, tzinfo=UTC)


def _update(security: bool) -> PendingUpdate:
    return PendingUpdate(name="openssl", installed="3.0.11-1", available="3.0.15-1", security=security)


RULE = HostRule(
    id="HC-02",
    title="No security update is waiting",
    severity="critical",
    enforcement="mandatory",
    rationale="Most break-ins use a weakness that had a fix; critical ones must be in within 14 days.",
    remedy="Install the updates in the next window.",
    controls=(*ncsc("5.1"), *cyber_essentials("CE-SUM-04")),
    facts=("updates",),
    check=_check,
    passing=(
        host({"updates": Updates(pending=(), lists_updated_at=_TODAY)}),
        host({"updates": Updates(pending=(_update(False),), lists_updated_at=_TODAY)}),
    ),
    failing=(
        host({"updates": Updates(pending=(_update(True),), lists_updated_at=_TODAY)}),
        host({"updates": Updates(pending=(_update(True),))}),
    ),
)
