"""One of two environments: what its previews hold, what they refer to, and what of that is its own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from estate.records.preview import UNKNOWN, Resource
from stacks.arm.ids import Ids, folded
from stacks.settings.base import NOBODY

_ID = re.compile(r"(?<![\w-])/?subscriptions/[^/\s\"'?#()\[\]{},;]+(?:/[^\s\"'?#()\[\]{},;]*)?", re.I)
"""An id, wherever in a text it stands: alone, in an address, in a query."""
_EVERYBODY_S = "/providers/microsoft.authorization/roledefinitions/"
PROVIDER = "pulumi:providers:azure-native"
NETWORK = "azure-native:network:VirtualNetwork"
OWN_ID = "id"
"""Stands for a resource's own id, where it is built in something of the other side."""
Range = IPv4Network | IPv6Network


@dataclass(frozen=True)
class StatePlace:
    """Where Pulumi keeps what it knows of one stack, and with what it encrypts it."""

    stack: str
    backend: str
    """Empty where it is a folder of the stack's own."""
    secrets_provider: str
    passphrase: str
    """A reference, never a passphrase."""


@dataclass(frozen=True)
class Reference:
    """An id that stands in an input of a resource."""

    by: Resource
    key: str
    """The path of the input, as `remoteVirtualNetwork.id`."""
    to: str
    """The id as it is written."""

    @property
    def kind(self) -> str:
        """What it leads to, in small letters: `microsoft.network/virtualnetworks`; empty for a subscription or group."""
        _, found, rest = folded(self.to).rpartition("/providers/")
        parts = rest.split("/")
        return "/".join([parts[0], *parts[1::2]]) if found else ""


@dataclass(frozen=True)
class Side:
    """One environment: a platform and the workload stacks on it."""

    name: str
    resources: tuple[Resource, ...]
    """Of all its previews."""
    states: tuple[StatePlace, ...] = ()

    @cached_property
    def ids(self) -> Ids:
        """The ids of all its resources."""
        return Ids(self.resources)

    @cached_property
    def built(self) -> tuple[Resource, ...]:
        """What Azure would hold."""
        return tuple(one for one in self.resources if one.custom and not one.type.startswith("pulumi:"))

    @cached_property
    def subscriptions(self) -> frozenset[str]:
        """The subscriptions that it is built in, without those that are not filled in or not known."""
        return self._of_provider("subscriptionId") - {NOBODY, UNKNOWN.lower()}

    def _of_provider(self, key: str) -> frozenset[str]:
        return frozenset(
            str(one.inputs.get(key, UNKNOWN)).lower() for one in self.resources if one.type == PROVIDER
        )

    @cached_property
    def provided(self) -> Mapping[str, frozenset[str]]:
        """What its Azure providers say of subscription and tenant, filled in or not."""
        return {key: self._of_provider(key) for key in ("subscriptionId", "tenantId")}

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        """The address ranges of its networks, as far as they are known."""
        return tuple(
            found
            for one in self.of_type(NETWORK)
            for text in (one.inputs.get("addressSpace") or {}).get("addressPrefixes", ())
            if (found := range_of(text)) is not None
        )

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Every id in its inputs, known or found in what the input depends on, and the ids of the resources themselves."""
        return tuple(reference for one in self.built for reference in self._references(one))

    def _references(self, one: Resource) -> Iterator[Reference]:
        for key, text in texts(one.inputs):
            for found in _ID.findall(text):
                if _EVERYBODY_S not in found.lower():
                    yield Reference(one, key, f"/{found.strip('/')}")
        own = self.ids.of(one.urn)
        if own is not None:
            yield Reference(one, OWN_ID, own)

    def of_type(self, *tokens: str) -> tuple[Resource, ...]:
        """Its resources of these types."""
        return tuple(one for one in self.built if one.type in tokens)

    def owns(self, arm_id: str) -> str | None:
        """What of it an id leads to or into, in words; None for what is not known to be its own."""
        parts = folded(arm_id).split("/")
        for end in range(len(parts), 3, -1):
            found = self.ids.at("/".join(parts[:end]))
            if found is not None:
                return label(found)
        if len(parts) > 2 and parts[1] == "subscriptions" and parts[2] in self.subscriptions:
            return f"its subscription {parts[2]}"
        return None


def label(one: Resource) -> str:
    """A resource in words, as `PrivateEndpoint endpoint-blob`."""
    return f"{one.type.rpartition(':')[2]} {one.name}"


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a value, with its path; of a mapping, its keys too, for some inputs hold ids there."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if str(key).startswith("/"):
                yield path, str(key)
            yield from texts(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from texts(item, f"{path}[{number}]")
    elif isinstance(value, str):
        yield path, value


def range_of(text: Any) -> Range | None:
    """A range or address as a range; None for a service tag, or what is not known."""
    try:
        return ip_network(str(text).strip(), strict=False)
    except ValueError:
        return None


def overlap(one: Range, other: Range) -> bool:
    """Whether two ranges have addresses in common."""
    return one.version == other.version and one.overlaps(other)


def placeholder(text: str) -> bool:
    """Whether a value, or an id in it, is still what the template put there."""
    return bool(re.search(rf"(^|/){NOBODY}(/|$)", text.lower()))
