"""The id that Azure will give each resource of a preview, worked out from its names. Where it cannot be, there is none.

A name that a preview does not know (`[unknown]`) is found in the one resource that the input depends on, where that is
of the right type: a group's name in the group, a server's name in the server. An id that is not known (a scope) is that
of the one resource that the input depends on; a program that made something else of that id cannot be told apart,
except where that is known to be usual (`_ON_A_PART`).
Everything else that is not known gives no id: nothing is guessed. Azure compares ids without regard to case.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from estate.records.preview import SECRET, UNKNOWN, Resource
from stacks.arm.types import GROUP_TYPE, LITERAL, TYPES, ArmType

_PROVIDER = "pulumi:providers:azure-native"
_ON_A_PART = (("azure-native:monitor:DiagnosticSetting", "azure-native:storage:StorageAccount"),)
"""What is set on a part of another resource (an account's blobs), whose id is made of that one's."""
_OPEN = (None, "", UNKNOWN, SECRET)


class Ids:
    """The ids of one preview's resources, by URN, and the resources by id."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_urn: Mapping[str, Resource] = {one.urn: one for one in resources}
        self._found: dict[str, str | None] = {}

    @cached_property
    def subscription(self) -> str | None:
        """The subscription that it is built in; None where the preview has no Azure provider, or several that differ."""
        found = {
            str(one.inputs.get("subscriptionId")) for one in self._by_urn.values() if one.type == _PROVIDER
        } - {str(one) for one in _OPEN}
        return found.pop() if len(found) == 1 else None

    def of(self, urn: str) -> str | None:
        """The id of the resource with this URN; None where it cannot be worked out, or there is no such resource."""
        if urn not in self._found:
            self._found[urn] = None  # two resources that wait for each other's ids have none
            one = self._by_urn.get(urn)
            kind = TYPES.get(one.type) if one else None
            if one is not None and kind is not None:
                self._found[urn] = self._id(one, kind)
        return self._found[urn]

    def at(self, arm_id: str) -> Resource | None:
        """The resource with this id, however its letters are written; None where there is none."""
        urn = self._by_id.get(folded(arm_id))
        return self._by_urn[urn] if urn else None

    def name(self, one: Resource) -> str | None:
        """The innermost name that Azure will know it by; None where it cannot be worked out."""
        kind = TYPES.get(one.type)
        return self._name(one, kind, len(kind.names) - 1) if kind else None

    def depended(self, one: Resource, key: str) -> tuple[Resource, ...]:
        """The resources that an input depends on."""
        return tuple(self._by_urn[urn] for urn in one.property_dependencies.get(key, ()) if urn in self._by_urn)

    @cached_property
    def _by_id(self) -> dict[str, str]:
        return {folded(found): urn for urn in self._by_urn if (found := self.of(urn))}

    def _id(self, one: Resource, kind: ArmType) -> str | None:
        if one.type == GROUP_TYPE:
            name = self._name(one, kind, 0)
            return (
                f"/subscriptions/{self.subscription}/resourceGroups/{name}" if name and self.subscription else None
            )
        base = self._scope(one, kind.scope) if kind.scope else self._group(one)
        names = [self._name(one, kind, at) for at in range(len(kind.names))]
        if base is None or None in names:
            return None
        path = "/".join(f"{segment}/{name}" for segment, name in zip(kind.segments, names, strict=True))
        return f"{base}/providers/{kind.provider}/{path}"

    def _group(self, one: Resource) -> str | None:
        name = one.inputs.get("resourceGroupName")
        if name in _OPEN:
            groups = [group for group in self.depended(one, "resourceGroupName") if group.type == GROUP_TYPE]
            return self.of(groups[0].urn) if len(groups) == 1 else None
        return f"/subscriptions/{self.subscription}/resourceGroups/{name}" if self.subscription else None

    def _scope(self, one: Resource, key: str) -> str | None:
        scope = one.inputs.get(key)
        if scope in _OPEN:
            on = self.depended(one, key)
            if len(on) != 1 or (one.type, on[0].type) in _ON_A_PART:
                return None
            return self.of(on[0].urn)
        return "/" + str(scope).strip("/")

    def _name(self, one: Resource, kind: ArmType, at: int) -> str | None:
        """Its name of that place in its type: its own, or that of what it is part of."""
        key = kind.names[at]
        if key.startswith(LITERAL):
            return key.removeprefix(LITERAL)
        value = one.inputs.get(key)
        if value not in _OPEN:
            return str(value)
        outer = (kind.provider, *kind.segments[: at + 1])
        on = [
            other
            for other in self.depended(one, key)
            if other.type in TYPES and (TYPES[other.type].provider, *TYPES[other.type].segments) == outer
        ]
        own = at == len(kind.names) - 1
        return self.name(on[0]) if len(on) == 1 and not own else None


def folded(arm_id: str) -> str:
    """An id as it is compared: in small letters, without a slash at its end."""
    return arm_id.rstrip("/").lower()
