"""DB-07: PostgreSQL takes only encrypted connections."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, not_applicable, passed, resource

_OLD = frozenset({"tlsv1", "tlsv1.0", "tlsv1.1"})


def _check(setting: Resource, context: Context) -> Verdict:
    del context
    name = (reading.text(setting.inputs, "configurationName") or setting.name).lower()
    value = reading.text(setting.inputs, "value") or "the default"
    observed = f"{name} = {value}"
    if name == "require_secure_transport":
        if value.lower() in ("off", "0", "false", "no"):
            return failed("connections without TLS are taken", observed)
        return passed(observed)
    if name == "ssl_min_protocol_version":
        if value.lower() in _OLD:
            return failed("versions of TLS before 1.2 are taken", observed)
        return passed(observed)
    return not_applicable("a setting that has nothing to do with TLS")


def _setting(name: str, value: str) -> Resource:
    return resource("dbforpostgresql:Configuration", configurationName=name, value=value)


RULE = ResourceRule(
    id="DB-07",
    title="PostgreSQL takes only connections with TLS 1.2 or newer",
    severity="high",
    enforcement="mandatory",
    rationale="Passwords and residents' data cross the network with every query.",
    remedy="Leave require_secure_transport on (Azure's default) and ssl_min_protocol_version at TLSv1.2 or newer.",
    controls=ncsc("1"),
    types=("azure-native:dbforpostgresql:Configuration",),
    check=_check,
    passing=(_setting("require_secure_transport", "on"), _setting("ssl_min_protocol_version", "TLSv1.2")),
    failing=(_setting("require_secure_transport", "OFF"), _setting("ssl_min_protocol_version", "TLSv1.1")),
)
