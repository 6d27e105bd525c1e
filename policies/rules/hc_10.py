"""HC-10: no account has an empty password."""

from estate.errors import UndecidedError
from estate.records.facts.users import Users
from estate.records.server import ServerFacts
from policies.observed import need
from policies.rules.base import Context, HostRule, Verdict, cyber_essentials, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    users = need(facts, "users", Users).users
    empty = sorted(u.name for u in users if u.password == "empty")  # noqa: S105 - a state, not a password
    if empty:
        return failed("accounts have an empty password", ", ".join(empty))
    if facts.server.is_windows:
        raise UndecidedError("Windows says of no account whether its password is empty", "look at its policy")
    if any(u.password == "unknown" for u in users):  # noqa: S105 - a state, not a password
        raise UndecidedError("/etc/shadow could not be read", "allow Decant sudo and run `decant discover` again")
    return passed(f"none of {len(users)} accounts")


def _host(**passwords: str) -> ServerFacts:
    users = [{"name": name, "uid": 1000, "gid": 1000, "password": state} for name, state in passwords.items()]
    return host({"users": Users.model_validate({"users": users})})


RULE = HostRule(
    id="HC-10",
    title="No account has an empty password",
    severity="critical",
    enforcement="mandatory",
    rationale="Whoever knows the name is in.",
    remedy="Lock the account (`passwd -l NAME`) or give it a password.",
    controls=(*ncsc("10"), *cyber_essentials("CE-SC-02")),
    facts=("users",),
    check=_check,
    passing=(_host(root="locked", ops="set"),),
    failing=(_host(root="set", guest="empty"), _host(root="unknown", guest="empty")),
)
