"""HC-08: SSH lets in no empty password."""

from estate.errors import UndecidedError
from estate.records.facts.sshd import Sshd
from estate.records.server import ServerFacts
from policies.observed import known
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

_SETTING = "permitemptypasswords"


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    sshd = known(facts, "sshd", Sshd)
    if sshd is None:
        return not_applicable("no SSH server")
    value = sshd.value(_SETTING)
    if value is None:
        raise UndecidedError(f"the SSH server does not say {_SETTING}", "look at `sshd -T` on the host")
    observed = f"{_SETTING} {value}"
    return passed(observed) if value == "no" else failed(f"{_SETTING} should be no", observed)


def _host(value: str) -> ServerFacts:
    return host({"sshd": Sshd(settings={_SETTING: (value,)})})


RULE = HostRule(
    id="HC-08",
    title="SSH lets in no empty password",
    severity="critical",
    enforcement="mandatory",
    rationale="An account without a password is open to all.",
    remedy="Set PermitEmptyPasswords no.",
    controls=(*ncsc("10"), *cyber_essentials("CE-SC-02")),
    facts=("sshd",),
    check=_check,
    passing=(_host("no"),),
    failing=(_host("yes"),),
)
