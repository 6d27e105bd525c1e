"""HC-07: SSH takes no passwords."""

from estate.records.facts.sshd import Sshd
from estate.records.server import ServerFacts
from policies.expect import sshd_refuses
from policies.rules.base import HostRule, cyber_essentials, host, ncsc

_SETTING = "passwordauthentication"


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
    check=sshd_refuses(_SETTING),
    passing=(_host("no"),),
    failing=(_host("yes"),),
)
