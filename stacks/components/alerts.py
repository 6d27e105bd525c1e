"""Alerts, and who hears them: the owners' addresses, and the administrators through them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor

from stacks.base import Part, Site


@dataclass(frozen=True)
class Watch:
    """A measure of one resource that somebody is told about when it passes its bound."""

    resource_id: pulumi.Input[str]
    namespace: str
    metric: str
    """Its name in Azure's interface, from "Supported metrics" of its namespace (learn.microsoft.com/azure/azure-monitor)."""
    operator: str
    threshold: float
    words: str
    window: str = "PT15M"
    """Over how long it is averaged."""


class ActionGroup(Part):
    """Who is told."""

    def __init__(self, site: Site, group: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("contacts", site, opts)
        self.group = monitor.ActionGroup(
            "action-group",
            action_group_name=site.names.name("action group"),
            group_short_name=f"{site.settings.service[:8]}-{site.settings.kind[:3]}",
            resource_group_name=group,
            location="Global",
            enabled=True,
            email_receivers=[
                monitor.MicrosoftCommonEmailReceiverArgs(
                    name=f"contact-{number}", email_address=address, use_common_alert_schema=True
                )
                for number, address in enumerate(site.settings.budget.contacts, start=1)
            ],
            tags=site.tags(),
            opts=self.inside(),
        )
        self.register_outputs({"id": self.group.id})


class ActivityAlerts(Part):
    """What they are told of the subscription: changes of the firewall rules, and Azure's own incidents."""

    def __init__(
        self,
        site: Site,
        group: pulumi.Input[str],
        action_group_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("alerts", site, opts)
        subscription = f"/subscriptions/{site.settings.subscription}"
        for name, words, conditions in (
            (
                "firewall-rules",
                "A network security group was changed.",
                {"category": "Administrative", "operationName": "Microsoft.Network/networkSecurityGroups/write"},
            ),
            (
                "azure-health",
                "Azure reports an incident.",
                {"category": "ServiceHealth"},
            ),
        ):
            monitor.ActivityLogAlert(
                f"alert-{name}",
                activity_log_alert_name=site.names.name("alert", name),
                resource_group_name=group,
                location="Global",
                description=words,
                enabled=True,
                scopes=[subscription],
                condition=monitor.AlertRuleAllOfConditionArgs(
                    all_of=[
                        monitor.AlertRuleAnyOfOrLeafConditionArgs(field=field, equals=value)
                        for field, value in conditions.items()
                    ]
                ),
                actions=monitor.ActionListArgs(
                    action_groups=[monitor.ActionGroupArgs(action_group_id=action_group_id)]
                ),
                tags=site.tags(),
                opts=self.inside(),
            )
        self.register_outputs({})


class Watches(Part):
    """What they are told of the targets: each measure that passes its bound."""

    def __init__(
        self,
        site: Site,
        group: pulumi.Input[str],
        action_group_id: pulumi.Input[str],
        watches: Mapping[str, Watch],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("watches", site, opts)
        for name, watch in watches.items():
            monitor.MetricAlert(
                f"alert-{name}",
                rule_name=site.names.name("alert", name),
                resource_group_name=group,
                location="global",
                description=watch.words,
                enabled=True,
                severity=2,
                scopes=[watch.resource_id],
                evaluation_frequency="PT5M",
                window_size=watch.window,
                criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
                    odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
                    all_of=[
                        monitor.MetricCriteriaArgs(
                            criterion_type="StaticThresholdCriterion",
                            name=watch.metric,
                            metric_name=watch.metric,
                            metric_namespace=watch.namespace,
                            operator=watch.operator,
                            threshold=watch.threshold,
                            time_aggregation="Average",
                        )
                    ],
                ),
                actions=[monitor.MetricAlertActionArgs(action_group_id=action_group_id)],
                tags=site.tags(),
                opts=self.inside(),
            )
        self.register_outputs({})
