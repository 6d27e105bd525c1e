"""HC-16: the host has a firewall that lets in nothing by default."""

from estate.errors import UndecidedError
from estate.records.facts.firewall import Firewall
from estate.records.server import ServerFacts
from policies.observed import known
from policies.rules.base import Context, HostRule, Verdict, cyber_essentials, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    firewall = known(facts, "firewall", Firewall)
    if firewall is None or firewall.tool == "none" or not firewall.active:
        return failed("nothing filters what comes in")
    if firewall.default_deny is None:
        raise UndecidedError(
            f"{firewall.tool} filters, and its default could not be told", "look at its rules on the host"
        )
    observed = f"{firewall.tool}, {firewall.rules} rules"
    return passed(observed) if firewall.default_deny else failed("what no rule names is let in", observed)


RULE = HostRule(
    id="HC-16",
    title="The host's firewall lets in nothing by default",
    severity="high",
    enforcement="mandatory",
    rationale="It is what is left when the network in front of it is wrongly set, or the attacker is already "
    "inside.",
    remedy="Turn on nftables, ufw or firewalld with a default of deny, and allow the services' ports.",
    controls=(*ncsc("11"), *cyber_essentials("CE-FW-01", "CE-FW-04", "CE-FW-07")),
    facts=("firewall",),
    check=_check,
    passing=(host({"firewall": Firewall(tool="nft", active=True, default_deny=True, rules=12)}),),
    failing=(
        host({"firewall": Firewall(tool="none", active=False)}),
        host({"firewall": Firewall(tool="ufw", active=False, default_deny=True)}),
        host({"firewall": Firewall(tool="iptables", active=True, default_deny=False)}),
    ),
)
