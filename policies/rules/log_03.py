"""LOG-03: every production machine is backed up."""

from collections.abc import Iterator

from estate.records.preview import Resource
from policies.expect import covered
from policies.rules.base import StackRule, ncsc, resource

_MACHINE = "azure-native:compute:VirtualMachine"
_ITEM = "azure-native:recoveryservices:ProtectedItem"


def _kept(item: Resource) -> Iterator[str]:
    for urns in (item.dependencies, *item.property_dependencies.values()):
        yield from urns


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
    check=covered("virtual machine", _MACHINE, (_ITEM,), _kept, lacking="a production machine is not backed up"),
    passing=((_APP, _item(_APP)),),
    failing=((_APP,), (_APP, _item(resource("compute:VirtualMachine", "db")))),
)
