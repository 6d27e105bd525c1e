"""A PostgreSQL flexible server: inside the network, sign-in with Entra, and no password at all."""

import pulumi
from pulumi_azure_native import dbforpostgresql as postgresql

from stacks.base import Part, Site
from stacks.settings.targets import Postgres


class PostgresServer(Part):
    """One flexible server with its databases; copied to the other UK region in production."""

    def __init__(
        self,
        site: Site,
        server: Postgres,
        group: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        zone_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(f"postgres-{server.name}", site, opts)
        s = site.settings
        self.server = postgresql.Server(
            f"postgres-{server.name}",
            server_name=site.names.name("PostgreSQL server", server.name),
            resource_group_name=group,
            location=s.region,
            version=server.version,
            sku=postgresql.SkuArgs(name=server.size, tier=server.tier),
            storage=postgresql.StorageArgs(storage_size_gb=server.storage_gib, auto_grow="Enabled"),
            network=postgresql.NetworkArgs(
                delegated_subnet_resource_id=subnet_id,
                private_dns_zone_arm_resource_id=zone_id,
                public_network_access="Disabled",
            ),
            auth_config=postgresql.AuthConfigArgs(
                active_directory_auth="Enabled",
                password_auth="Disabled",  # noqa: S106 - there is none
                tenant_id=s.tenant,
            ),
            backup=postgresql.BackupArgs(
                backup_retention_days=s.protection.database_backup_days,
                geo_redundant_backup="Enabled" if s.lasts else "Disabled",
            ),
            high_availability=postgresql.HighAvailabilityArgs(
                mode="ZoneRedundant" if server.high_availability else "Disabled"
            ),
            maintenance_window=postgresql.MaintenanceWindowArgs(
                custom_window="Enabled", day_of_week=0, start_hour=3, start_minute=0
            ),
            tags=site.tags(server.system),
            opts=self.keeper(),
        )
        # The service takes one change at a time.
        before: pulumi.Resource = self.server
        for number, principal in enumerate(s.access.principals, start=1):
            person = f"-{number}" if principal.type == "User" else ""
            before = postgresql.Administrator(
                f"postgres-{server.name}-administrators{person}",
                server_name=self.server.name,
                resource_group_name=group,
                object_id=principal.object_id,
                principal_name=principal.name,
                principal_type=principal.type,
                tenant_id=s.tenant,
                opts=self.inside(depends_on=[before]),
            )
        for key, value in _parameters(server, moving=server.name in s.moving).items():
            before = postgresql.Configuration(
                f"postgres-{server.name}-{key}",
                configuration_name=key,
                server_name=self.server.name,
                resource_group_name=group,
                source="user-override",
                value=value,
                opts=self.inside(depends_on=[before]),
            )
        for database in server.databases:
            before = postgresql.Database(
                f"postgres-{server.name}-db-{database}",
                database_name=database,
                server_name=self.server.name,
                resource_group_name=group,
                charset="UTF8",
                collation="en_US.utf8",
                opts=self.keeper(depends_on=[before]),
            )
        self.register_outputs({"id": self.server.id})


def _parameters(server: Postgres, *, moving: bool) -> dict[str, str]:
    logical = moving or server.logical_replication
    values = {
        "require_secure_transport": "on",
        "ssl_min_protocol_version": "TLSv1.2",
        "log_connections": "on",
        "log_disconnections": "on",
        "wal_level": "logical" if logical else "replica",
    }
    if logical:
        values |= {"max_replication_slots": "10", "max_wal_senders": "10"}
    if server.extensions:
        values["azure.extensions"] = ",".join(server.extensions)
    return values
