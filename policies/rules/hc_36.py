"""HC-36: shares know who reads them."""

from estate.records.facts.shares import Share, Shares
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


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    found = known(facts, "shares", Shares)
    if found is None:
        return not_applicable("no share")
    open_ = sorted(
        f"{s.protocol} {s.name}" for s in found.shares if s.guest or (s.protocol == "nfs" and "*" in s.clients)
    )
    if open_:
        return failed("a share lets in guests, or every machine", ", ".join(open_))
    insist_on_all(facts, "shares")
    if not found.shares:
        return not_applicable("no share")
    return passed(f"{len(found.shares)} shares")


def _host(**share: object) -> ServerFacts:
    made = Share.model_validate({"protocol": "smb", "name": "shared", "path": "/srv/shared", **share})
    return host({"shares": Shares(shares=(made,))})


RULE = HostRule(
    id="HC-36",
    title="Shares let in no guests",
    severity="high",
    enforcement="mandatory",
    rationale="A share open to guests is open to whoever plugs in, and leaves no name in the log.",
    remedy="Set guest ok = no (Samba), name the clients (NFS), and give rights to groups.",
    controls=(*ncsc("9", "10"), *cyber_essentials("CE-SC-05", "CE-UAC-02")),
    facts=("shares",),
    check=_check,
    passing=(_host(guest=False), _host(protocol="nfs", clients=("10.0.0.5",))),
    failing=(_host(guest=True), _host(protocol="nfs", clients=("*",))),
)
