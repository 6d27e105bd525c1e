"""TST-01: test machines are off at night."""

from estate.records.preview import Resource
from policies import reading
from policies.expect import covered
from policies.rules.base import StackRule, ncsc, resource

_MACHINE = "azure-native:compute:VirtualMachine"
_SCHEDULE = "azure-native:devtestlab:GlobalSchedule"


def _stopped(schedule: Resource) -> tuple[str, ...]:
    on = (reading.text(schedule.inputs, "status") or "Enabled").lower() == "enabled"
    stops = (reading.text(schedule.inputs, "taskType") or "").lower() == "computevmshutdowntask"
    return schedule.property_dependencies.get("targetResourceId", ()) if on and stops else ()


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
    kinds=frozenset({"test", "incident"}),  # a rehearsal moves at night
    types=(_MACHINE, _SCHEDULE),
    check=covered(
        "virtual machine", _MACHINE, (_SCHEDULE,), _stopped, lacking="a test machine runs day and night"
    ),
    passing=((_APP, _schedule(_APP, "Enabled")),),
    failing=((_APP,), (_APP, _schedule(_APP, "Disabled"))),
)
