"""HC-34: the server speaks SSH that today's clients speak."""

from estate.records.server import ServerFacts
from policies.rules.base import Context, HostRule, Verdict, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    if facts.server.legacy_ssh:
        return failed("it is reached with an older SSH client only", "legacy_ssh is set in the hosts file")
    return passed("it is reached with a current SSH client")


RULE = HostRule(
    id="HC-34",
    title="The server speaks current SSH",
    severity="medium",
    enforcement="advisory",
    rationale="A server that needs old algorithms can be impersonated on the way to it.",
    remedy="Upgrade its SSH server, or move what it holds and retire it.",
    controls=ncsc("1", "12"),
    facts=(),
    check=_check,
    passing=(host({}),),
    failing=(host({}, server={"legacy_ssh": True}),),
)
