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
            # Azure's own services send theirs on another way, which this does not close.
            public_network_access_for_ingestion="Enabled" if site.settings.about.updates else "Disabled",
            tags=site.tags(),
            opts=self.keeper(),
        )
        self.register_outputs({"id": self.workspace.id})


class Collection(Part):
    """What machines send of themselves: their system log, and how busy and how full they are."""

    def __init__(
        self,
        site: Site,
        group: pulumi.Input[str],
        workspace_id: pulumi.Input[str],
        endpoint_id: pulumi.Input[str] | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("collection", site, opts)
        self.rule = monitor.DataCollectionRule(
            "machine-logs",
            data_collection_rule_name=site.names.name("data collection rule", "machines"),
            resource_group_name=group,
            location=site.settings.region,
            kind="Linux",
            data_collection_endpoint_id=endpoint_id,
            description="System logs and measures of every machine of the stack.",
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                syslog=[
                    monitor.SyslogDataSourceArgs(
                        name="sign-ins",
                        streams=["Microsoft-Syslog"],
                        facility_names=["auth", "authpriv"],
                        log_levels=["Info", "Notice", "Warning", "Error", "Critical", "Alert", "Emergency"],
                    ),
                    monitor.SyslogDataSourceArgs(
                        name="system",
                        streams=["Microsoft-Syslog"],
                        facility_names=["cron", "daemon", "kern", "syslog", "user"],
                        log_levels=["Warning", "Error", "Critical", "Alert", "Emergency"],
                    ),
                ],
                performance_counters=[
                    monitor.PerfCounterDataSourceArgs(
                        name="measures",
                        streams=["Microsoft-Perf"],
                        sampling_frequency_in_seconds=60,
                        counter_specifiers=[
                            "Processor(*)\\% Processor Time",
                            "Memory(*)\\% Used Memory",
                            "Logical Disk(*)\\% Used Space",
                            "Logical Disk(*)\\% Used Inodes",
                        ],
                    )
                ],
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                log_analytics=[
                    monitor.LogAnalyticsDestinationArgs(name="workspace", workspace_resource_id=workspace_id)
                ]
            ),
            data_flows=[
                monitor.DataFlowArgs(streams=["Microsoft-Syslog", "Microsoft-Perf"], destinations=["workspace"])
            ],
            tags=site.tags(),
            opts=self.inside(),
        )
        self.register_outputs({"id": self.rule.id})


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
