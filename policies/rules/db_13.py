"""DB-13: people and services sign in to databases as themselves."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource


def _check(server: Resource, context: Context) -> Verdict:
    del context
    passwords = reading.text(server.inputs, "authConfig.passwordAuth") or "Enabled"
    directory = reading.text(server.inputs, "authConfig.activeDirectoryAuth") or "Disabled"
    observed = f"password sign-in is {passwords}, Entra sign-in is {directory}"
    if passwords.lower() == "disabled" and directory.lower() == "enabled":
        return passed(observed)
    return failed("the database takes passwords of its own", observed)


def _server(passwords: str, directory: str) -> Resource:
    return resource(
        "dbforpostgresql:Server", authConfig={"passwordAuth": passwords, "activeDirectoryAuth": directory}
    )


RULE = ResourceRule(
    id="DB-13",
    title="PostgreSQL takes Entra sign-in only",
    severity="high",
    enforcement="advisory",
    rationale="A database's own passwords live in configuration files, outlive the people who know them, and know "
    "no second factor.",
    remedy="Turn password sign-in off and Entra sign-in on; give applications managed identities.",
    controls=(*ncsc("10"), *cyber_essentials("CE-UAC-02", "CE-UAC-04")),
    types=("azure-native:dbforpostgresql:Server",),
    check=_check,
    passing=(_server("Disabled", "Enabled"),),
    failing=(
        _server("Enabled", "Enabled"),
        _server("Enabled", "Disabled"),
        resource("dbforpostgresql:Server"),
    ),
)
