"""Flow logs: who spoke to whom in the network, kept as long as the other logs."""

import pulumi
from pulumi_azure_native import authorization, managedidentity, network

from stacks.base import Part, Site
from stacks.roles import BLOB_CONTRIBUTOR, role_id


class FlowLogs(Part):
    """Logs of the network's flows, written to the storage account with an identity and no key."""

    def __init__(
        self,
        site: Site,
        group: pulumi.Input[str],
        network_id: pulumi.Input[str],
        storage_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("flow-logs", site, opts)
        s = site.settings
        identity = managedidentity.UserAssignedIdentity(
            "flow-log-identity",
            resource_name_=site.names.name("identity", "flowlogs"),
            resource_group_name=group,
            location=s.region,
            tags=site.tags(),
            opts=self.inside(),
        )
        may_write = authorization.RoleAssignment(
            "flow-log-writer",
            principal_id=identity.principal_id,
            principal_type="ServicePrincipal",
            role_definition_id=role_id(s.subscription, BLOB_CONTRIBUTOR),
            scope=storage_id,
            description="Flow logs are written to this account with an identity, not a key.",
            opts=self.inside(),
        )
        self.log = network.FlowLog(
            "flow-log",
            flow_log_name=site.names.name("flow log"),
            network_watcher_name=s.network.watcher or f"NetworkWatcher_{s.region}",
            resource_group_name=s.network.watcher_group,
            location=s.region,
            target_resource_id=network_id,
            storage_id=storage_id,
            enabled=True,
            format=network.FlowLogFormatParametersArgs(type="JSON", version=2),
            retention_policy=network.RetentionPolicyParametersArgs(
                enabled=True, days=min(365, s.protection.log_days)
            ),
            identity=network.ManagedServiceIdentityArgs(
                type="UserAssigned", user_assigned_identities=[identity.id]
            ),
            tags=site.tags(),
            opts=self.inside(depends_on=[may_write]),
        )
        self.register_outputs({"id": self.log.id})
