"""LOG-03: every production machine is backed up."""

from collections.abc import Sequence

from estate.records.preview import Resource
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
_ITEM = "azure-native:recoveryservices:ProtectedItem"


def _check(resources: Sequence[Resource], context: Context) -> Verdict:
    del context
    machines = {r.urn: r.name for r in resources if plain_type(r.type) == _MACHINE}
    if not machines:
        return not_applicable("it has no virtual machine")
    kept = {
        urn
        for r in resources
        if plain_type(r.type) == _ITEM
        for urns in (r.dependencies, *r.property_dependencies.values())
        for urn in urns
    }
    bare = sorted(name for urn, name in machines.items() if urn not in kept)
    if bare:
        return failed("a production machine is not backed up", f"without a backup item: {', '.join(bare)}")
    return passed(f"{len(machines)} machines are backed up")


def _item(of: Resource) -> Resource:
    return resource("recoveryservices:ProtectedItem", "item").model_copy(update={"dependencies": (of.urn,)})


_APP = resource("compute:VirtualMachine", "app")

RULE = StackRule(
    id="LOG-03",
    title="Every production machine is backed up",
    severity="high",
    enforcement="mandatory",
    rationale="Ransomware is answered from a backup or not at all.",
    remedy="Add a backup item for the machine, in a recovery vault with immutability.",
    controls=ncsc("2.5"),
    kinds=frozenset({"production"}),
    types=(_MACHINE, _ITEM),
    check=_check,
    passing=((_APP, _item(_APP)),),
    failing=((_APP,), (_APP, _item(resource("compute:VirtualMachine", "db")))),
)
