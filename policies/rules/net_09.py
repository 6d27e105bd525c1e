"""NET-09: who spoke to whom is kept."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, passed, resource

_DAYS = 90


def _check(log: Resource, context: Context) -> Verdict:
    del context
    if reading.flag(log.inputs, "enabled") is False:
        return failed("the flow log is off", "enabled is false")
    kept = reading.flag(log.inputs, "retentionPolicy.enabled")
    days = reading.number(log.inputs, "retentionPolicy.days") or 0
    observed = f"retention {'on' if kept else 'off'}, {days:.0f} days"
    # Azure keeps a log without a retention policy, or one of 0 days, for ever.
    if kept and 0 < days < _DAYS:
        return failed(f"flows are kept for less than {_DAYS} days", observed)
    return passed(observed)


def _log(days: int, *, on: bool = True) -> Resource:
    return resource("network:FlowLog", enabled=on, retentionPolicy={"enabled": True, "days": days})


RULE = ResourceRule(
    id="NET-09",
    title="Network flows are logged and kept for 90 days",
    severity="medium",
    enforcement="mandatory",
    rationale="After a break-in the first question is where else the intruder went.",
    remedy="Turn the flow log on and keep it for at least 90 days.",
    controls=ncsc("13.1", "5.2"),
    types=("azure-native:network:FlowLog",),
    check=_check,
    passing=(_log(90), _log(0), resource("network:FlowLog", enabled=True)),
    failing=(_log(30), _log(365, on=False)),
)
