"""Logs without a way out: Azure Monitor's private link, for machines that reach nothing else of it."""

import pulumi
from pulumi_azure_native import monitor

from stacks.base import Part, Site


class PrivateLogs(Part):
    """What machines without a way out send their logs through. They reach this stack's workspace, and no other.

    From Microsoft's "Use private link with Azure Monitor Agent": a scope that holds the workspace and the endpoint that
    the agent is told of, and a private endpoint to that scope.
    """

    def __init__(
        self,
        site: Site,
        group: pulumi.Input[str],
        workspace_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("private-logs", site, opts)
        self.scope = monitor.PrivateLinkScope(
            "log-scope",
            scope_name=site.names.name("monitor private link scope"),
            resource_group_name=group,
            location="global",
            access_mode_settings=monitor.AccessModeSettingsArgs(
                ingestion_access_mode="PrivateOnly", query_access_mode="PrivateOnly"
            ),
            tags=site.tags(),
            opts=self.inside(),
        )
        self.endpoint = monitor.DataCollectionEndpoint(
            "log-endpoint",
            data_collection_endpoint_name=site.names.name("data collection endpoint"),
            resource_group_name=group,
            location=site.settings.region,
            kind="Linux",
            description="Where machines without a way out ask what to send, and send it.",
            network_acls=monitor.DataCollectionEndpointNetworkAclsArgs(public_network_access="Disabled"),
            tags=site.tags(),
            opts=self.inside(),
        )
        self.linked: list[pulumi.Resource] = []
        for name, resource_id in (("workspace", workspace_id), ("endpoint", self.endpoint.id)):
            self.linked.append(
                monitor.PrivateLinkScopedResource(
                    f"log-scope-{name}",
                    name=name,
                    scope_name=self.scope.name,
                    resource_group_name=group,
                    kind="Resource",
                    linked_resource_id=resource_id,
                    # Azure changes one resource of a scope at a time.
                    opts=self.inside(depends_on=list(self.linked)),
                )
            )
        self.register_outputs({"id": self.scope.id})
