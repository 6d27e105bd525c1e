"""What a preview does not know, as a template can say it: the id of another resource, its identity, or a parameter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from estate.records.preview import SECRET, UNKNOWN, Resource
from stacks.arm.ids import Ids
from stacks.arm.types import AZURE
from stacks.arm.versions import VERSIONS

_IDENTITY = f"{AZURE}managedidentity:UserAssignedIdentity"
_SAID: Mapping[str, str] = {
    "subnet": "network:Subnet",
    "publicip": "network:PublicIPAddress",
    "zone": "privatedns:PrivateZone",
    "policy": "recoveryservices:ProtectionPolicy",
    "sourceresource": "compute:VirtualMachine",
}
"""Which resource a key speaks of, where the input depends on several: by a word in the key."""


@dataclass
class Unknowns:
    """Fills in one preview's inputs. `parameters` gathers those that a template has to be given."""

    ids: Ids
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)

    def filled(self, one: Resource) -> dict[str, Any]:
        """The inputs of one resource, with an expression or a value for each that is unknown or secret."""
        return {key: self._value(one, key, (key,), value) for key, value in one.inputs.items()}

    def _value(self, one: Resource, key: str, path: tuple[str, ...], value: Any) -> Any:
        if value == SECRET:
            return self._parameter(one, path, "secureString", "A secret: Decant keeps it nowhere.")
        if value == UNKNOWN:
            return self._found(one, key, path)
        if isinstance(value, Mapping):
            return {name: self._value(one, key, (*path, name), part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._value(one, key, (*path, str(place)), part) for place, part in enumerate(value)]
        # A text that begins and ends so would be taken for an expression.
        return f"[{value}" if isinstance(value, str) and value[:1] + value[-1:] == "[]" else value

    def _found(self, one: Resource, key: str, path: tuple[str, ...]) -> Any:
        on = self._meant(one, key, path)
        arm_id = self.ids.of(on.urn) if on else None
        if on is None or arm_id is None:
            return self._parameter(one, path, "string", "Known only once another resource is built.")
        word = path[-1]
        if word == "principalId":
            version = VERSIONS[on.type]
            if on.type == _IDENTITY:
                return f"[reference('{arm_id}', '{version}').principalId]"
            return f"[reference('{arm_id}', '{version}', 'Full').identity.principalId]"
        return self.ids.name(on) if word.endswith("Name") else arm_id

    def _meant(self, one: Resource, key: str, path: tuple[str, ...]) -> Resource | None:
        """The resource that a value is of: the only one that its input depends on, or that its key speaks of."""
        on = self.ids.depended(one, key)
        if len(on) > 1:
            said = "".join(path).lower()
            kinds = {f"{AZURE}{token}" for word, token in _SAID.items() if word in said}
            on = tuple(other for other in on if other.type in kinds)
        return on[0] if len(on) == 1 else None

    def _parameter(self, one: Resource, path: tuple[str, ...], kind: str, why: str) -> str:
        name = re.sub(r"[^A-Za-z0-9]+", "_", "_".join((one.name, *path))).strip("_")
        while name in self.parameters:
            name += "_"
        said = f"{one.name}, {'.'.join(path)}. {why}"
        self.parameters[name] = {"type": kind, "metadata": {"description": said}}
        return f"[parameters('{name}')]"
