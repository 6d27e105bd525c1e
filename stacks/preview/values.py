"""Reads the values that a Pulumi program sends: secrets, unknowns and references are marked, not lost.

Pulumi sends values as protobuf structs in which special things are objects with a signature key
(`pulumi/runtime/rpc.py`). Here they become plain JSON values; a secret becomes `SECRET`, and its path is kept.
"""

from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import rpc

from estate.records.preview import SECRET, UNKNOWN

SIGNATURE_KEY: str = rpc._special_sig_key
SECRET_SIGNATURE: str = rpc._special_secret_sig


@dataclass
class Reading:
    """The plain values of one struct, and the paths of those that are secret (`osProfile.adminPassword`)."""

    values: dict[str, Any] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)


def read(struct: dict[str, Any]) -> Reading:
    """Read a struct as `json_format.MessageToDict` gives it."""
    reading = Reading()
    reading.values = {key: _plain(value, key, reading) for key, value in struct.items()}
    return reading


def _plain(value: Any, path: str, reading: Reading) -> Any:
    if isinstance(value, dict):
        return _object(value, path, reading)
    if isinstance(value, list):
        return [_plain(item, f"{path}[{number}]", reading) for number, item in enumerate(value)]
    if value == rpc.UNKNOWN:
        return UNKNOWN
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _object(value: dict[str, Any], path: str, reading: Reading) -> Any:
    signature = value.get(SIGNATURE_KEY)
    if signature is None:
        return {key: _plain(item, f"{path}.{key}", reading) for key, item in value.items()}
    if signature == SECRET_SIGNATURE or (signature == rpc._special_output_value_sig and value.get("secret")):
        reading.secrets.append(path)
        return SECRET
    if signature == rpc._special_output_value_sig:
        return _plain(value["value"], path, reading) if "value" in value else UNKNOWN
    if signature == rpc._special_resource_sig:
        return value.get("urn", UNKNOWN)
    kinds = {
        rpc._special_asset_sig: "[asset]",
        rpc._special_archive_sig: "[archive]",
    }
    return kinds.get(signature, UNKNOWN)
