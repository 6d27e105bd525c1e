"""HC-32: databases do not answer every network."""

from estate.records.facts.listeners import Listener, Listeners
from estate.records.server import ServerFacts
from policies.observed import insist_on_all, need
from policies.rules.base import Context, HostRule, Verdict, cyber_essentials, failed, host, ncsc, passed

_PORTS = {
    1433: "SQL Server",
    1521: "Oracle",
    3306: "MariaDB or MySQL",
    5432: "PostgreSQL",
    6379: "Redis",
    9200: "Elasticsearch",
    11211: "memcached",
    27017: "MongoDB",
}
_PROCESSES = {
    "sqlservr": "SQL Server",
    "postgres": "PostgreSQL",
    "mariadbd": "MariaDB or MySQL",
    "mysqld": "MariaDB or MySQL",
}
_EVERY = frozenset({"0.0.0.0", "::", "*"})  # noqa: S104 - what a host shows


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    open_ = set()
    for listener in need(facts, "listeners", Listeners).listeners:
        product = _PROCESSES.get(listener.process or "") or _PORTS.get(listener.port)
        if product is not None and listener.address in _EVERY:
            open_.add(f"{product} on {listener.address} port {listener.port}")
    if open_:
        return failed("a database listens on all interfaces", ", ".join(sorted(open_)))
    insist_on_all(facts, "listeners")
    return passed("no database listens on all interfaces")


def _host(address: str, port: int, process: str | None = None) -> ServerFacts:
    listener = Listener(protocol="tcp", address=address, port=port, process=process)
    return host({"listeners": Listeners(listeners=(listener,))})


RULE = HostRule(
    id="HC-32",
    title="Databases do not listen on all interfaces",
    severity="high",
    enforcement="advisory",
    rationale="A database that listens everywhere is as closed as the outermost firewall, and no more.",
    remedy="Bind it to the address that its applications use, or to the host itself.",
    controls=(*ncsc("11"), *cyber_essentials("CE-SC-03", "CE-FW-04")),
    facts=("listeners",),
    check=_check,
    passing=(_host("10.0.0.5", 5432, "postgres"), _host("127.0.0.1", 3306), _host("0.0.0.0", 443)),  # noqa: S104
    failing=(_host("0.0.0.0", 5433, "postgres"), _host("::", 3306)),  # noqa: S104
)
