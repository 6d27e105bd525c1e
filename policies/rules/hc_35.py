"""HC-35: PostgreSQL lets nobody in without a password, and offers TLS."""

from estate.errors import UndecidedError
from estate.records.facts.postgresql import PostgresCluster, Postgresql
from estate.records.server import ServerFacts
from policies.observed import insist_on_all, known
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

_CLEAR = frozenset({"trust", "password"})
"""Methods of pg_hba that ask for nothing, or for a password in the clear."""


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    found = known(facts, "postgresql", Postgresql)
    if found is None:
        return not_applicable("no PostgreSQL")
    wrong = sorted({fault for cluster in found.clusters for fault in _faults(cluster)})
    if wrong:
        return failed("PostgreSQL lets clients in too easily", "; ".join(wrong))
    insist_on_all(facts, "postgresql")
    unseen = [str(c.port) for c in found.clusters if not c.hba or "ssl" not in c.settings]
    if unseen:
        raise UndecidedError(
            f"pg_hba or ssl of port {', '.join(unseen)} was not seen", "allow Decant to ask as postgres"
        )
    return passed(f"{len(found.clusters)} servers")


def _faults(cluster: PostgresCluster) -> list[str]:
    faults = []
    for line in cluster.hba:
        words = line.split()
        if words and words[0].startswith("host") and any(word in _CLEAR for word in words[3:]):
            faults.append(f"port {cluster.port}: pg_hba {line}")
    if cluster.settings.get("ssl") == "off":
        faults.append(f"port {cluster.port}: ssl = off")
    return faults


def _host(hba: str, ssl: str = "on") -> ServerFacts:
    cluster = PostgresCluster(port=5432, version="15.8", databases=(), settings={"ssl": ssl}, hba=(hba,))
    return host({"postgresql": Postgresql(clusters=(cluster,))})


RULE = HostRule(
    id="HC-35",
    title="PostgreSQL asks for a password and offers TLS",
    severity="high",
    enforcement="mandatory",
    rationale="A line with trust lets in whoever can reach the port; without TLS the password can be read on "
    "the way.",
    remedy="Use scram-sha-256 in pg_hba.conf (hostssl where clients can), and turn ssl on.",
    controls=(*ncsc("1", "10"), *cyber_essentials("CE-SC-05", "CE-UAC-02")),
    facts=("postgresql",),
    check=_check,
    passing=(_host("hostssl reports reports_app 10.0.0.0/8 scram-sha-256"), _host("local all all peer")),
    failing=(
        _host("host all all 10.0.0.0/8 trust"),
        _host("host all all 10.0.0.0/8 password"),
        _host("host all all 10.0.0.0/8 md5", ssl="off"),
    ),
)
