"""Store: a vault, a storage account, logs, backups or a disk key that both use, by id or by its host name."""

import re
from collections.abc import Mapping

from estate.records.preview import Resource
from stacks.separation.base import Found, Join, Step, pairs
from stacks.separation.side import Reference, Side, label, texts

_STORES = (
    "microsoft.keyvault/",
    "microsoft.storage/",
    "microsoft.operationalinsights/",
    "microsoft.recoveryservices/",
    "microsoft.dataprotection/",
    "microsoft.compute/diskencryptionsets",
    "microsoft.compute/disk",
    "microsoft.compute/snapshots",
    "microsoft.compute/galleries",
    "microsoft.insights/datacollection",
    "microsoft.dbfor",
)
_HOST = re.compile(
    r"(?<![a-z0-9.-])([a-z0-9-]+?)(?:-secondary)?\.(?:privatelink\.)?"
    r"(?:vault(?:core)?\.azure\.net"
    r"|(?:z\d+\.)?(?:blob|file|queue|table|dfs|web)\.(?:core\.windows\.net|storage\.azure\.net)"
    r"|(?:postgres|mysql)\.database\.azure\.com)"
)
"""A vault, an account or a database by its host name, the private and the second one as well."""
_NAMED = {
    "azure-native:keyvault:Vault": "vaultName",
    "azure-native:storage:StorageAccount": "accountName",
    "azure-native:dbforpostgresql:Server": "serverName",
    "azure-native:dbformysql:Server": "serverName",
}


def _claims(one: Reference) -> bool:
    return one.kind.startswith(_STORES)


def _hosts(side: Side) -> Mapping[str, Resource]:
    """Vaults and accounts that it names by host; such names are nobody else's in all of Azure."""
    found = {}
    for one in side.built:
        for _, text in texts(one.inputs):
            for name in _HOST.findall(text.lower()):
                if name != "privatelink":
                    found[name] = one
    return found


def own_stores(side: Side) -> Mapping[str, Resource]:
    """Its own vaults and accounts, by name."""
    return {str(one.inputs.get(_NAMED[one.type], "")).lower(): one for one in side.of_type(*_NAMED)}


def _find(a: Side, b: Side) -> Found:
    found = Found()
    for side, other in pairs(a, b):
        theirs = own_stores(other)
        for name, one in _hosts(side).items():
            if name in theirs:
                found.ways.append(
                    (Step(side.name, label(one), f"uses {name}, which is"), Step(other.name, label(theirs[name])))
                )
    mine, theirs = _hosts(a), _hosts(b)
    for name in sorted(mine.keys() & theirs.keys() - own_stores(a).keys() - own_stores(b).keys()):
        between = Step("third place", name, "is used by")
        found.ways.append((Step(a.name, label(mine[name]), "uses"), between, Step(b.name, label(theirs[name]))))
    return found


JOIN = Join(id="store", title="shared vault or storage", claims=_claims, find=_find)
