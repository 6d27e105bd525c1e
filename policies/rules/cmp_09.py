"""CMP-09: virtual machines have an identity, so that they need no stored password."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource


def _check(machine: Resource, context: Context) -> Verdict:
    del context
    kind = reading.text(machine.inputs, "identity.type")
    if kind and kind.lower() != "none":
        return passed(f"identity.type = {kind}")
    return failed("the machine has no managed identity", f"identity.type = {kind or 'nothing'}")


RULE = ResourceRule(
    id="CMP-09",
    title="Virtual machines have a managed identity",
    severity="low",
    enforcement="advisory",
    rationale="A machine with an identity fetches its secrets from the vault; one without keeps them in a file.",
    remedy="Give the machine a system-assigned or user-assigned identity.",
    controls=(*ncsc("10"), *cyber_essentials("CE-UAC-02")),
    types=("azure-native:compute:VirtualMachine",),
    check=_check,
    passing=(resource("compute:VirtualMachine", identity={"type": "SystemAssigned"}),),
    failing=(
        resource("compute:VirtualMachine"),
        resource("compute:VirtualMachine", identity={"type": "None"}),
    ),
)
