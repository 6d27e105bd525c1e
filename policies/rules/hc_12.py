"""HC-12: becoming root takes more than being logged in."""

from estate.records.facts.sudoers import Sudoers, SudoRule
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
    sudoers = known(facts, "sudoers", Sudoers)
    if sudoers is None:
        return not_applicable("no sudo")
    free = sorted({r.who for r in sudoers.rules if r.nopasswd and _everything(r.commands)})
    if free:
        return failed("everything may be run as root without a password", f"by {', '.join(free)}")
    insist_on_all(facts, "sudoers")
    return passed("nobody may run everything without a password")


def _everything(commands: str) -> bool:
    return "ALL" in (command.strip() for command in commands.split(","))


def _host(nopasswd: bool, commands: str) -> ServerFacts:
    return host({"sudoers": Sudoers(rules=(SudoRule(who="ops", nopasswd=nopasswd, commands=commands),))})


RULE = HostRule(
    id="HC-12",
    title="Nobody becomes root without a password",
    severity="high",
    enforcement="advisory",
    rationale="Whoever gets hold of such an account's key is root at once. Automation needs it: then it "
    "should be one "
    "account, with a key that only one address may use.",
    remedy="Take NOPASSWD away, or limit it to the commands that are needed.",
    controls=(*ncsc("12"), *cyber_essentials("CE-UAC-05", "CE-UAC-06")),
    facts=("sudoers",),
    check=_check,
    passing=(_host(False, "ALL"), _host(True, "/usr/bin/systemctl restart report-it")),
    failing=(_host(True, "ALL"), _host(True, "ALL, !/usr/bin/su")),
)
