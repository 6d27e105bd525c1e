"""HC-01: the operating system is in support."""

from estate.catalogue.lifecycle import product_of_os, support_of
from estate.errors import UndecidedError
from estate.records.facts.os import Os
from estate.records.server import ServerFacts
from policies.observed import need
from policies.rules.base import Context, HostRule, Verdict, cyber_essentials, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    system = _system(facts)
    observed = system.name or f"{system.id} {system.version_id}"
    product = product_of_os(system.id) or system.id
    support = support_of(product, system.version_id, context.today, context.lifecycle)
    if support.status == "unknown":
        raise UndecidedError(f"{observed}: {support.reason}", "look up its end of support by hand")
    if support.status == "ended":
        return failed(f"{observed}: {support.reason}", observed)
    return passed(f"{observed}: {support.reason}")


def _system(facts: ServerFacts) -> Os:
    """What the server said itself; of one that nobody read, what an import says."""
    about = facts.server
    if facts.outcome("os") is None and about.os_id:
        return Os(
            hostname=about.hostname or about.id,
            id=about.os_id,
            version_id=about.os_version or "",
            name=about.os_name or "",
        )
    return need(facts, "os", Os)


def _os(id_: str, version: str) -> Os:
    return Os(hostname="example", id=id_, version_id=version)


RULE = HostRule(
    id="HC-01",
    title="The operating system is in support",
    severity="critical",
    enforcement="mandatory",
    rationale="Nobody mends what is out of support; Cyber Essentials fails an organisation for it.",
    remedy="Move what runs here to a release in support, or retire it.",
    controls=(*ncsc("5.1"), *cyber_essentials("CE-SUM-01", "CE-SUM-02")),
    facts=("os",),
    check=_check,
    unread_too=True,
    passing=(host({"os": _os("debian", "12")}), host({"os": _os("ubuntu", "24.04")})),
    failing=(host({"os": _os("debian", "11")}), host({"os": _os("rhel", "7.9")})),
)
