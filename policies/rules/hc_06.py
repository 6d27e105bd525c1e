"""HC-06: root does not log in over SSH."""

from estate.records.facts.sshd import Sshd
from estate.records.server import ServerFacts
from policies.expect import sshd_refuses
from policies.rules.base import HostRule, cyber_essentials, host, ncsc

_SETTING = "permitrootlogin"


def _host(value: str) -> ServerFacts:
    return host({"sshd": Sshd(settings={_SETTING: (value,)})})


RULE = HostRule(
    id="HC-06",
    title="Root does not log in over SSH",
    severity="high",
    enforcement="mandatory",
    rationale="Every automatic attack tries root first, and a root login has no name in the log.",
    remedy="Set PermitRootLogin no.",
    controls=(*ncsc("12"), *cyber_essentials("CE-UAC-05")),
    facts=("sshd",),
    check=sshd_refuses(_SETTING),
    passing=(_host("no"),),
    failing=(
        _host("yes"),
        _host("prohibit-password"),
    ),
)
