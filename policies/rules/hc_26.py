"""HC-26: the kernel's protections are on."""

from estate.errors import UndecidedError
from estate.records.facts.sysctl import Sysctl
from estate.records.server import ServerFacts
from policies.observed import need
from policies.rules.base import Context, HostRule, Verdict, failed, host, ncsc, passed

_WANTED = {
    "kernel.randomize_va_space": ("2",),
    "net.ipv4.conf.all.accept_redirects": ("0",),
    "net.ipv4.conf.all.send_redirects": ("0",),
    "net.ipv4.ip_forward": ("0",),
}


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    values = need(facts, "sysctl", Sysctl).values
    wrong = sorted(f"{n} = {values[n]}" for n, right in _WANTED.items() if n in values and values[n] not in right)
    if wrong:
        return failed("kernel settings are weaker than they could be", ", ".join(wrong))
    missing = sorted(set(_WANTED) - set(values))
    if missing:
        raise UndecidedError(f"not known: {', '.join(missing)}", "run `decant discover` again")
    return passed("addresses are randomised, redirects and forwarding are off")


_GOOD = {
    "kernel.randomize_va_space": "2",
    "net.ipv4.conf.all.accept_redirects": "0",
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.ip_forward": "0",
}

RULE = HostRule(
    id="HC-26",
    title="The kernel's protections are on",
    severity="medium",
    enforcement="advisory",
    rationale="Randomised addresses make weaknesses harder to use; a server that forwards or takes redirects "
    "can be made "
    "a way through.",
    remedy="Set the values in /etc/sysctl.d/.",
    controls=ncsc("5.4"),
    facts=("sysctl",),
    check=_check,
    passing=(host({"sysctl": Sysctl(values=_GOOD)}),),
    failing=(
        host({"sysctl": Sysctl(values=_GOOD | {"kernel.randomize_va_space": "0"})}),
        host({"sysctl": Sysctl(values={"net.ipv4.ip_forward": "1"})}),
    ),
)
