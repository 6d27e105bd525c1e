"""Logs: one workspace, and a diagnostic setting for everything that can send to it."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import monitor, operationalinsights

from stacks.base import Part, Site


class Logs(Part):
    """The stack's Log Analytics workspace. It takes no shared key."""

    def __init__(self, site: Site, group: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("logs", site, opts)
        self.workspace = operationalinsights.Workspace(
            "log-workspace",
            workspace_name=site.names.name("log workspace"),
            resource_group_name=group,
            location=site.settings.region,
            sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
            retention_in_days=site.settings.protection.log_days,
            features=operationalinsights.WorkspaceFeaturesArgs(disable_local_auth=True),
            tags=site.tags(),
            opts=self.keeper(),
        )
        self.register_outputs({"id": self.workspace.id})


class Diagnostics(Part):
    """Sends the logs of resources, by name, to the workspace."""

    def __init__(
        self,
        part: str,
        site: Site,
        workspace_id: pulumi.Input[str],
        sources: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(f"diagnostics-{part}", site, opts)
        for name, resource_id in sources.items():
            monitor.DiagnosticSetting(
                f"diagnostics-{name}",
                name=site.names.name("diagnostic setting", name),
                resource_uri=resource_id,
                workspace_id=workspace_id,
                logs=[monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)],
                opts=self.inside(),
            )
        self.register_outputs({})
