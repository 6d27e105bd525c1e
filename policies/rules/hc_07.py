"""HC-07: SSH takes no passwords."""

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

_SETTING = "passwordauthentication"


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
    id="HC-07",
    title="SSH takes no passwords",
    severity="high",
    enforcement="mandatory",
    rationale="Passwords are guessed, reused and shared; keys are none of these.",
    remedy="Set PasswordAuthentication no, once everybody has a key.",
    controls=(*ncsc("10"), *cyber_essentials("CE-UAC-07")),
    facts=("sshd",),
    check=_check,
    passing=(_host("no"),),
    failing=(_host("yes"),),
)
