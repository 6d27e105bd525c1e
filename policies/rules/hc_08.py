"""HC-08: SSH lets in no empty password."""

from estate.records.facts.sshd import Sshd
from estate.records.server import ServerFacts
from policies.expect import sshd_refuses
from policies.rules.base import HostRule, cyber_essentials, host, ncsc

_SETTING = "permitemptypasswords"


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
    check=sshd_refuses(_SETTING),
    passing=(_host("no"),),
    failing=(_host("yes"),),
)
