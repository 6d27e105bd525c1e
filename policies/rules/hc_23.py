"""HC-23: the clock is right."""

from estate.errors import UndecidedError
from estate.records.facts.os import Os
from estate.records.facts.timesync import Timesync
from estate.records.server import ServerFacts
from policies.observed import known, need
from policies.rules.base import Context, HostRule, Verdict, failed, host, ncsc, passed

_MOST_SECONDS = 10.0
"""The offset was measured across the network, up to one round trip off; logs still line up within this."""


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    clock = known(facts, "timesync", Timesync)
    if clock is None or not clock.active:
        if need(facts, "os", Os).virtualisation == "container":
            raise UndecidedError("the clock of a container is that of the machine below it", "check that machine")
        return failed("the clock follows no time server")
    if clock.synchronised is False:
        return failed("the clock is not in step", clock.service)
    offset = clock.offset_seconds
    if offset is not None and abs(offset) > _MOST_SECONDS:
        return failed(f"the clock is {abs(offset):.1f} s off", clock.service)
    if clock.synchronised is None:
        raise UndecidedError(
            f"{clock.service or 'a time service'} runs, and does not say whether it is in step",
            "ask it on the host",
        )
    return passed(clock.service or "a time service runs")


def _host(**clock: object) -> ServerFacts:
    system = Os(hostname="example", id="debian", version_id="12", virtualisation="kvm")
    return host({"timesync": Timesync.model_validate(clock), "os": system})


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
    facts=("timesync", "os"),
    check=_check,
    passing=(_host(service="chrony", active=True, synchronised=True),),
    failing=(
        _host(active=False),
        _host(service="chrony", active=True, synchronised=False),
        _host(service="chrony", active=True, synchronised=True, offset_seconds=-90.0),
    ),
)
