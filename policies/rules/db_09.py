"""DB-09: managed databases run a version in support."""

from estate.catalogue.lifecycle import support_of
from estate.errors import UndecidedError
from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource

_PRODUCTS = {"dbforpostgresql": "postgresql", "dbformysql": "mysql"}


def _check(server: Resource, context: Context) -> Verdict:
    product = _PRODUCTS[server.type.split(":")[1].split("/")[0]]
    version = reading.text(server.inputs, "version")
    if version is None:
        raise UndecidedError("the program says no version", "set version in the program")
    support = support_of(product, version.replace("_", "."), context.today, context.lifecycle)
    if support.status == "unknown":
        raise UndecidedError(support.reason, "look up its end of support by hand")
    observed = f"{support.product} {support.version}: {support.reason}"
    if support.status == "ended":
        return failed("its version is out of support", observed)
    return passed(observed)


RULE = ResourceRule(
    id="DB-09",
    title="Managed databases run a version in support",
    severity="high",
    enforcement="mandatory",
    rationale="A version out of support gets no fixes, and Azure upgrades or retires it on its own day.",
    remedy="Choose a version that is supported for years.",
    controls=(*ncsc("5.1"), *cyber_essentials("CE-SUM-01")),
    types=("azure-native:dbforpostgresql:Server", "azure-native:dbformysql:Server"),
    check=_check,
    passing=(
        resource("dbforpostgresql:Server", version="16"),
        resource("dbformysql:Server", version="8.4"),
    ),
    failing=(
        resource("dbforpostgresql:Server", version="13"),
        resource("dbformysql:Server", version="5.7"),
    ),
)
