"""HC-23: the clock is right."""

from estate.records.facts.timesync import Timesync
from estate.records.server import ServerFacts
from policies.observed import known
from policies.rules.base import Context, HostRule, Verdict, failed, host, ncsc, passed

_MOST_SECONDS = 1.0


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    clock = known(facts, "timesync", Timesync)
    if clock is None or not clock.active:
        return failed("the clock follows no time server")
    if clock.synchronised is False:
        return failed("the clock is not in step", clock.service)
    offset = clock.offset_seconds
    if offset is not None and abs(offset) > _MOST_SECONDS:
        return failed(f"the clock is {abs(offset):.1f} s off", clock.service)
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
    passing=(
        host({"timesync": Timesync(service="chrony", active=True, synchronised=True, offset_seconds=0.002)}),
    ),
    failing=(
        host({"timesync": Timesync(active=False)}),
        host({"timesync": Timesync(service="chrony", active=True, synchronised=False)}),
        host({"timesync": Timesync(service="chrony", active=True, synchronised=True, offset_seconds=-90.0)}),
    ),
)
