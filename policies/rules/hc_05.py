"""HC-05: databases, web servers and language runtimes are in support."""

from estate.catalogue.products import support_of_products
from estate.errors import UndecidedError
from estate.records.facts.os import Os
from estate.records.facts.packages import Package, Packages
from estate.records.facts.runtimes import Runtime, Runtimes
from estate.records.server import ServerFacts
from policies.observed import insist_on_all, known, need
from policies.rules.base import (
    Context,
    HostRule,
    Verdict,
    cyber_essentials,
    failed,
    host,
    ncsc,
    not_applicable,
    passed,
)


def _check(facts: ServerFacts, context: Context) -> Verdict:
    need(facts, "packages", Packages)
    need(facts, "os", Os)
    products = support_of_products(facts, context.today, table=context.lifecycle)
    found = {one.name: one for one in products}
    ended = sorted(name for name, support in found.items() if support.status == "ended")
    if ended:
        return failed("; ".join(f"{n}: {found[n].reason}" for n in ended), ", ".join(ended))
    # What lies outside of packages may be old too.
    known(facts, "runtimes", Runtimes)
    insist_on_all(facts, "packages")
    insist_on_all(facts, "runtimes")
    unknown = sorted(name for name, support in found.items() if support.status == "unknown")
    if unknown:
        raise UndecidedError(f"no support dates for {', '.join(unknown)}", "look up their end of support by hand")
    if not found:
        return not_applicable("none of the products with known dates is installed")
    return passed(", ".join(sorted(found)))


def _host(os_version: str, runtimes: tuple[Runtime, ...] = (), **packages: str) -> ServerFacts:
    return host(
        {
            "os": Os(hostname="example", id="debian", version_id=os_version),
            "runtimes": Runtimes(runtimes=runtimes),
            "packages": Packages(
                manager="dpkg",
                packages=tuple(Package(name=n.replace("_", "-"), version=v) for n, v in packages.items()),
            ),
        }
    )


RULE = HostRule(
    id="HC-05",
    title="Databases, web servers and runtimes are in support",
    severity="high",
    enforcement="mandatory",
    rationale="A database out of support gets no fixes however new the machine below it is. What a "
    "distribution in "
    "support built itself counts as supported: it carries the fixes back.",
    remedy="Upgrade it, or move what uses it to a version in support.",
    controls=(*ncsc("5.1"), *cyber_essentials("CE-SUM-01", "CE-SUM-02")),
    facts=("packages", "os", "runtimes"),
    check=_check,
    passing=(
        _host("12", postgresql_15="15.8-0+deb12u1", bash="5.2"),
        _host("12", nginx="1.22.1-9+deb12u1"),
    ),
    failing=(
        _host("11", postgresql_13="13.16-0+deb11u1"),
        _host("12", postgresql_13="13.16-1.pgdg120+1"),
        _host("12", (Runtime(name="php", version="7.4", path="/opt/php74/bin/php", packaged=False),)),
    ),
)
