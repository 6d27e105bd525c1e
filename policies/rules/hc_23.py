"""HC-23: the clock is right."""

from estate.errors import UndecidedError
from estate.records.facts.timesync import Timesync
from estate.records.server import ServerFacts
from policies.observed import known
from policies.rules.base import Context, HostRule, Verdict, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    clock = known(facts, "timesync", Timesync)
    if clock is None or not clock.active:
        return failed("the clock follows no time server")
    if clock.synchronised is False:
        return failed("the clock is not in step", clock.service)
    if clock.synchronised is None:
        raise UndecidedError(
            f"{clock.service or 'a time service'} runs, and does not say whether it is in step",
            "ask it on the host",
        )
    return passed(clock.service or "a time service runs")


RULE = HostRule(
    id="HC-23",
    title="The clock follows a time server",
    severity="medium",
    enforcement="advisory",
    rationale="Logs of several machines can only be put together when their clocks agree; certificates and "
    "replication "
    "need it too.",
    remedy="Turn on chrony or systemd-timesyncd.",
    controls=ncsc("13.1"),
    facts=("timesync",),
    check=_check,
    passing=(host({"timesync": Timesync(service="chrony", active=True, synchronised=True)}),),
    failing=(
        host({"timesync": Timesync(active=False)}),
        host({"timesync": Timesync(service="chrony", active=True, synchronised=False)}),
    ),
)
