"""A resource's inputs as Azure Resource Manager takes them: what stands at the top, what under `properties`, and how.

Pulumi's provider lifts `properties` up, at the top and inside lists of parts (a security group's rules), and gives a few
inputs other names. This puts both back, by Azure's reference of the types that stacks build.
"""

import base64
from collections.abc import Mapping
from typing import Any

from stacks.arm.types import AZURE, LITERAL, ArmType

_TOP = frozenset({"location", "tags", "sku", "identity", "zones", "kind", "plan", "extendedLocation"})
"""What a type holds beside its properties."""
_SKU_INSIDE = frozenset({"operationalinsights:Workspace", "network:VirtualNetworkGateway"})
"""Types whose `sku` is one of the properties."""
_RENAMED: Mapping[str, Mapping[str, str]] = {
    "storage:StorageAccount": {
        "networkRuleSet": "networkAcls",
        "enableHttpsTrafficOnly": "supportsHttpsTrafficOnly",
        "enableNfsV3": "isNfsV3Enabled",
    },
}
_PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "compute:VirtualMachine": (("networkProfile", "networkInterfaces"),),
    "network:BastionHost": (("ipConfigurations",),),
    "network:NetworkInterface": (("ipConfigurations",),),
    "network:NetworkSecurityGroup": (("securityRules",),),
    "network:PrivateDnsZoneGroup": (("privateDnsZoneConfigs",),),
    "network:PrivateEndpoint": (("privateLinkServiceConnections",),),
    "network:RouteTable": (("routes",),),
    "network:Subnet": (("delegations",),),
    "network:VirtualNetworkGateway": (("ipConfigurations",),),
}
"""Where a type has lists of parts, each with properties of its own."""
_OF_A_PART = frozenset({"id", "name"})
"""What a part holds beside its properties."""
_ODATA = "odataType"
LONGEST = 24_000
"""Characters of a text in an expression; Azure takes expressions of up to 24,576."""


def body(token: str, kind: ArmType, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The template's keys of one resource but for its type, version, name, scope and what it depends on."""
    short = token.removeprefix(AZURE)
    path = {*kind.names, kind.scope, "resourceGroupName"} - {one for one in kind.names if one.startswith(LITERAL)}
    top = _TOP - ({"sku"} if short in _SKU_INSIDE else set())
    found: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for key, value in inputs.items():
        if key in path:
            continue
        if key == "identity":
            found[key] = _identity(value)
        elif key in top:
            found[key] = value
        elif key == "properties":
            properties |= value
        else:
            properties[_RENAMED.get(short, {}).get(key, key)] = _plain(value)
    for place in _PARTS.get(short, ()):
        _put_back(properties, place)
    if "osProfile" in properties:
        properties["osProfile"] = _readable(properties["osProfile"])
    return {**found, "properties": properties} if properties else found


def _identity(value: Mapping[str, Any]) -> dict[str, Any]:
    """The identities that a person made are a list for Pulumi, and keys for Azure."""
    own = value.get("userAssignedIdentities")
    return {**value, **({"userAssignedIdentities": {one: {} for one in own}} if isinstance(own, list) else {})}


def _plain(value: Any) -> Any:
    """References to other resources by their id alone, and the one key that Azure writes with a dot."""
    if isinstance(value, Mapping):
        if "id" in value and "name" not in value and not isinstance(value["id"], Mapping):
            kept = {"id", "primary", "deleteOption", "storageAccountType", "diskEncryptionSet"}
            return {key: _plain(one) for key, one in value.items() if key in kept}
        return {"odata.type" if key == _ODATA else key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _readable(profile: Mapping[str, Any]) -> dict[str, Any]:
    """What a machine is told at its first start, as text: people and tools then read it, and look for secrets in it."""
    data = profile.get("customData")
    if not isinstance(data, str) or data.startswith("["):
        return dict(profile)
    try:
        text = base64.b64decode(data, validate=True).decode()
    except ValueError:
        return dict(profile)
    quoted = text.replace("'", "''")
    return {**profile, **({"customData": f"[base64('{quoted}')]"} if len(quoted) < LONGEST else {})}


def _put_back(properties: dict[str, Any], place: tuple[str, ...]) -> None:
    """Give the parts in a list their `properties` back."""
    *outer, last = place
    for key in outer:
        properties = properties.get(key, {})
    if last in properties:
        properties[last] = [
            {key: value for key, value in one.items() if key in _OF_A_PART}
            | {"properties": {key: value for key, value in one.items() if key not in _OF_A_PART}}
            for one in properties[last]
        ]
