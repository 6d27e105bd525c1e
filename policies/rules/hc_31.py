"""HC-31: certificates do not run out unnoticed."""

from datetime import UTC, datetime, timedelta

from estate.documents.words import day
from estate.errors import UndecidedError
from estate.records.facts.certificates import Certificate, Certificates
from estate.records.server import ServerFacts
from policies.observed import insist_on_all, known
from policies.rules.base import Context, HostRule, Verdict, failed, host, ncsc, not_applicable, passed

_LEFT = timedelta(days=30)


def _check(facts: ServerFacts, context: Context) -> Verdict:
    found = known(facts, "certificates", Certificates)
    if found is None:
        return not_applicable("no certificate")
    soon = sorted(
        f"{c.subject or c.path} until {day(c.not_after)}"
        for c in found.certificates
        if c.not_after.date() - context.today <= _LEFT
    )
    if soon:
        return failed("a certificate has run out, or does within 30 days", "; ".join(soon))
    insist_on_all(facts, "certificates")
    if found.unreadable:
        raise UndecidedError(
            f"{len(found.unreadable)} certificate files could not be read", "look at them on the host"
        )
    if not found.certificates:
        return not_applicable("no certificate")
    return passed(f"{len(found.certificates)} certificates run for more than 30 days")


def _host(year: int, month: int, day: int) -> ServerFacts:
    until = datetime(year, month, day, tzinfo=UTC)
    return host(
        {"certificates": Certificates(certificates=(Certificate(path="/a.pem", subject="CN=a", not_after=until),))}
    )


RULE = HostRule(
    id="HC-31",
    title="Certificates run for more than 30 days",
    severity="high",
    enforcement="mandatory",
    rationale="A certificate that runs out takes its service down, on a day that nobody chose.",
    remedy="Renew it, and let it be renewed automatically from then on.",
    controls=ncsc("1"),
    facts=("certificates",),
    check=_check,
    passing=(_host(2027, 6, 1),),
    failing=(_host(2026, 12, 1), _host(2026, 11, 1)),
)
