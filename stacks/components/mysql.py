"""A MySQL flexible server: inside the network, TLS alone, and sign-in with Entra alone."""

import pulumi
from pulumi_azure_native import dbformysql as mysql
from pulumi_azure_native import managedidentity

from stacks.base import Part, Site
from stacks.settings.targets import Mysql, first_password_key

FIRST = "decantfirst"
"""The account that Azure makes with the server. Once `aad_auth_only` is on, it signs in no more."""
_PARAMETERS = {
    "require_secure_transport": "ON",
    "tls_version": "TLSv1.2,TLSv1.3",
    "audit_log_enabled": "ON",
    "audit_log_events": "CONNECTION,ADMIN,DDL,DCL",
    "slow_query_log": "ON",
    "long_query_time": "2",
}


class MysqlServer(Part):
    """One flexible server with its databases; copied to the other UK region in production."""

    def __init__(
        self,
        site: Site,
        server: Mysql,
        group: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        zone_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(f"mysql-{server.name}", site, opts)
        s, labels = site.settings, site.tags(server.system)
        # With it the server looks up in Entra who signs in.
        identity = managedidentity.UserAssignedIdentity(
            f"mysql-{server.name}-identity",
            resource_name_=site.names.name("identity", f"mysql-{server.name}"),
            resource_group_name=group,
            location=s.region,
            tags=labels,
            opts=self.inside(),
        )
        self.server = mysql.Server(
            f"mysql-{server.name}",
            server_name=site.names.name("MySQL server", server.name),
            resource_group_name=group,
            location=s.region,
            create_mode="Default",
            version=server.version,
            administrator_login=FIRST,
            administrator_login_password=pulumi.Config("decant").require_secret(first_password_key(server.name)),
            sku=mysql.MySQLServerSkuArgs(name=server.size, tier=server.tier),
            storage=mysql.StorageArgs(storage_size_gb=server.storage_gib, auto_grow="Enabled"),
            network=mysql.NetworkArgs(
                delegated_subnet_resource_id=subnet_id,
                private_dns_zone_resource_id=zone_id,
                public_network_access="Disabled",
            ),
            identity=mysql.MySQLServerIdentityArgs(type="UserAssigned", user_assigned_identities=[identity.id]),
            backup=mysql.BackupArgs(
                backup_retention_days=s.protection.database_backup_days,
                geo_redundant_backup="Enabled" if s.lasts else "Disabled",
            ),
            high_availability=mysql.HighAvailabilityArgs(
                mode="ZoneRedundant" if server.high_availability else "Disabled"
            ),
            maintenance_window=mysql.MaintenanceWindowArgs(
                custom_window="Enabled", day_of_week=0, start_hour=3, start_minute=0
            ),
            tags=labels,
            opts=self.keeper(),
        )
        # The service takes one change at a time, and one administrator: the settings see to that.
        principal = s.access.principals[0]
        before: pulumi.Resource = mysql.AzureADAdministrator(
            f"mysql-{server.name}-administrators",
            # Azure knows it by this very name.
            administrator_name="ActiveDirectory",
            administrator_type="ActiveDirectory",
            server_name=self.server.name,
            resource_group_name=group,
            identity_resource_id=identity.id,
            login=principal.name,
            sid=principal.object_id,
            tenant_id=s.tenant,
            opts=self.inside(depends_on=[self.server]),
        )
        # Passwords end once there is an administrator who needs none.
        for key, value in {"aad_auth_only": "ON", **_PARAMETERS}.items():
            before = mysql.Configuration(
                f"mysql-{server.name}-{key}",
                configuration_name=key,
                server_name=self.server.name,
                resource_group_name=group,
                source="user-override",
                value=value,
                opts=self.inside(depends_on=[before]),
            )
        for database in server.databases:
            before = mysql.Database(
                f"mysql-{server.name}-db-{database}",
                database_name=database,
                server_name=self.server.name,
                resource_group_name=group,
                charset="utf8mb4",
                collation="utf8mb4_0900_ai_ci",
                opts=self.keeper(depends_on=[before]),
            )
        self.register_outputs({"id": self.server.id})
