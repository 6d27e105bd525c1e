"""TST-01: test machines are off at night."""

from collections.abc import Sequence

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import (
    Context,
    StackRule,
    Verdict,
    failed,
    ncsc,
    not_applicable,
    passed,
    plain_type,
    resource,
)

_MACHINE = "azure-native:compute:VirtualMachine"
_SCHEDULE = "azure-native:devtestlab:GlobalSchedule"


def _check(resources: Sequence[Resource], context: Context) -> Verdict:
    del context
    machines = {r.urn: r.name for r in resources if plain_type(r.type) == _MACHINE}
    if not machines:
        return not_applicable("it has no virtual machine")
    stopped = {
        urn
        for r in resources
        if plain_type(r.type) == _SCHEDULE
        and (reading.text(r.inputs, "status") or "Enabled").lower() == "enabled"
        and (reading.text(r.inputs, "taskType") or "").lower() == "computevmshutdowntask"
        for urn in r.property_dependencies.get("targetResourceId", ())
    }
    awake = sorted(name for urn, name in machines.items() if urn not in stopped)
    if awake:
        return failed("a test machine runs day and night", f"without a shutdown: {', '.join(awake)}")
    return passed(f"{len(machines)} machines are shut down daily")


def _schedule(of: Resource, status: str) -> Resource:
    made = resource("devtestlab:GlobalSchedule", "off", status=status, taskType="ComputeVmShutdownTask")
    return made.model_copy(update={"property_dependencies": {"targetResourceId": (of.urn,)}})


_APP = resource("compute:VirtualMachine", "app")

RULE = StackRule(
    id="TST-01",
    title="Test machines are shut down daily",
    severity="medium",
    enforcement="advisory",
    rationale="A machine that is off at night costs a third and cannot be attacked.",
    remedy="Add a daily shutdown schedule for the machine.",
    controls=ncsc("14.1"),
    kinds=frozenset({"test", "incident", "rehearsal"}),
    types=(_MACHINE, _SCHEDULE),
    check=_check,
    passing=((_APP, _schedule(_APP, "Enabled")),),
    failing=((_APP,), (_APP, _schedule(_APP, "Disabled"))),
)
