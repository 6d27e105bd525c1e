"""HC-11: root alone is root."""

from estate.errors import UndecidedError
from estate.records.facts.users import User, Users
from estate.records.server import ServerFacts
from policies.observed import insist_on_all, need
from policies.rules.base import Context, HostRule, Verdict, cyber_essentials, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    if facts.server.is_windows:
        raise UndecidedError("Windows has no uid 0", "see who is in Administrators: `decant estate show`")
    mighty = sorted(u.name for u in need(facts, "users", Users).users if u.uid == 0)
    others = [name for name in mighty if name != "root"]
    if others:
        return failed("other accounts have root's number", ", ".join(others))
    if not mighty:
        raise UndecidedError("no account with uid 0 was seen", "run `decant discover` again")
    insist_on_all(facts, "users")
    return passed("root alone has uid 0")


def _host(**uids: int) -> ServerFacts:
    return host({"users": Users(users=tuple(User(name=n, uid=i, gid=i) for n, i in uids.items()))})


RULE = HostRule(
    id="HC-11",
    title="Only root has uid 0",
    severity="critical",
    enforcement="mandatory",
    rationale="A second root is how a break-in stays.",
    remedy="Remove the account, and find out who made it.",
    controls=(*ncsc("12"), *cyber_essentials("CE-UAC-05", "CE-SC-01")),
    facts=("users",),
    check=_check,
    passing=(_host(root=0, ops=1000),),
    failing=(_host(root=0, toor=0), _host(admin=0)),
)
