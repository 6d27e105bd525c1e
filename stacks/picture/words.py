"""The words of a picture: what each kind of resource is called, and what is worth a note of it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from estate.records.preview import Resource

MARIADB_DISK = "mariadb"
"""The data disk of a machine that MariaDB runs on."""
SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "keyvault:Vault": "Key vault",
        "storage:StorageAccount": "Storage",
        "operationalinsights:Workspace": "Log Analytics",
        "recoveryservices:Vault": "Recovery vault",
        "dataprotection:BackupVault": "Backup vault",
    }
)
"""What stands beside the networks, in the order in which it is drawn."""


def _at(one: Resource, *path: str) -> str:
    value: Any = one.inputs
    for key in path:
        value = value.get(key, "") if isinstance(value, Mapping) else ""
    return str(value)


def _vm(one: Resource) -> str:
    return _at(one, "hardwareProfile", "vmSize")


def _database(one: Resource) -> str:
    standby = _at(one, "highAvailability", "mode") not in ("", "Disabled")
    return _at(one, "sku", "name") + (", with a standby" if standby else "")


def _sku(one: Resource) -> str:
    return _at(one, "sku", "name")


def _nothing(one: Resource) -> str:
    del one
    return ""


STANDING: Mapping[str, tuple[str, Callable[[Resource], str]]] = MappingProxyType(
    {
        "network:BastionHost": ("the administrators' way in", _sku),
        "network:VirtualNetworkGateway": ("VPN gateway", _sku),
        "dnsresolver:InboundEndpoint": ("DNS resolver, asked from outside", _nothing),
        "dnsresolver:OutboundEndpoint": ("DNS resolver, asks outside", _nothing),
        "compute:VirtualMachine": ("machine", _vm),
        "dbforpostgresql:Server": ("PostgreSQL", _database),
        "dbformysql:Server": ("MySQL", _database),
        "network:PrivateEndpoint": ("private endpoint", _nothing),
    }
)
"""What stands in a subnet: its word, and the note of it."""


def note_of(kind: str, one: Resource) -> tuple[str, str]:
    """The word for a resource that stands in a subnet, and its note."""
    word, note = STANDING[kind]
    version = _at(one, "version")
    return (f"{word} {version}" if version and word in ("PostgreSQL", "MySQL") else word), note(one)


def name_of(one: Resource) -> str:
    """The name that people gave it, without the word for its kind."""
    for lead in ("vm-", "postgres-", "mysql-", "mariadb-", "endpoint-"):
        if one.name.startswith(lead):
            return one.name.removeprefix(lead)
    return one.name.replace("-", " ")


def own_name_of(one: Resource) -> str:
    """Its name in Azure."""
    named = ("vaultName", "accountName", "workspaceName")
    return next((str(one.inputs[key]) for key in named if key in one.inputs), one.name)
