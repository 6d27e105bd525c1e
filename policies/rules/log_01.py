"""LOG-01: what holds data or keys sends its log somewhere."""

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

_SETTING = "azure-native:monitor:DiagnosticSetting"
_BLOBS = "azure-native:storage:BlobServiceProperties"
"""The part of a storage account that has the log of its blobs."""
_WATCHED = (
    "azure-native:keyvault:Vault",
    "azure-native:dbforpostgresql:Server",
    "azure-native:dbformysql:Server",
    "azure-native:sql:Database",
    "azure-native:network:ApplicationGateway",
    "azure-native:network:NetworkSecurityGroup",
    "azure-native:storage:StorageAccount",
)


def _check(resources: Sequence[Resource], context: Context) -> Verdict:
    del context
    watched = {r.urn: r for r in resources if plain_type(r.type) in _WATCHED}
    if not watched:
        return not_applicable("nothing in it has a log to send")
    of_part = {
        r.urn: r.property_dependencies.get("accountName", ()) for r in resources if plain_type(r.type) == _BLOBS
    }
    targets = {urn for r in resources if plain_type(r.type) == _SETTING for urn in _target(r)}
    covered = targets | {account for urn in targets for account in of_part.get(urn, ())}
    bare = sorted(
        f"{plain_type(r.type).removeprefix('azure-native:')} {r.name}"
        for u, r in watched.items()
        if u not in covered
    )
    if bare:
        return failed("a resource has no diagnostic setting", f"without one: {', '.join(bare)}")
    return passed(f"{len(watched)} resources send their logs")


def _target(setting: Resource) -> tuple[str, ...]:
    """The resources whose id the setting's `resourceUri` was made from."""
    return setting.property_dependencies.get("resourceUri", ())


def _vault() -> Resource:
    return resource("keyvault:Vault", "kv")


def _account() -> Resource:
    return resource("storage:StorageAccount", "st")


def _setting(of: Resource) -> Resource:
    made = resource("monitor:DiagnosticSetting", "kv-log")
    return made.model_copy(update={"property_dependencies": {"resourceUri": (of.urn,)}})


def _blobs(of: Resource) -> Resource:
    made = resource("storage:BlobServiceProperties", "blobs")
    return made.model_copy(update={"property_dependencies": {"accountName": (of.urn,)}})


RULE = StackRule(
    id="LOG-01",
    title="Vaults, databases, gateways and storage send their logs",
    severity="medium",
    enforcement="mandatory",
    rationale="Who read which secret, and who opened which database, is asked after every incident.",
    remedy="Give each a diagnostic setting that sends to the log workspace.",
    controls=ncsc("13.1", "5.2"),
    types=(_SETTING, _BLOBS, *_WATCHED),
    check=_check,
    passing=(
        (_vault(), _setting(_vault())),
        (_account(), _blobs(_account()), _setting(_blobs(_account()))),
    ),
    failing=(
        (_vault(),),
        (_vault(), _setting(resource("keyvault:Vault", "another"))),
        (_account(), _blobs(_account())),
        (_account(), _blobs(_vault()), _setting(_blobs(_vault()))),
    ),
)
