"""The budget: Azure writes to the contacts as spending nears it. It does not stop spending."""

from datetime import date

import pulumi
from pulumi_azure_native import consumption

from stacks.base import Part, Site

WARN_AT = (50, 80, 100)
"""Per cent of the budget spent at which the contacts are told; at 100 also when it is only forecast."""


class Budget(Part):
    """The subscription's monthly budget in pounds."""

    def __init__(
        self, site: Site, action_group_id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("budget", site, opts)
        s = site.settings
        first = date.today().replace(day=1)  # noqa: DTZ011 - Azure wants the first of a month, in no time zone
        warnings = {f"spent-{part}": (part, "Actual") for part in WARN_AT} | {"forecast-100": (100, "Forecasted")}
        self.budget = consumption.Budget(
            "monthly-budget",
            budget_name=site.names.name("budget"),
            scope=f"/subscriptions/{s.subscription}",
            amount=s.budget.monthly_gbp,
            category="Cost",
            time_grain="Monthly",
            time_period=consumption.BudgetTimePeriodArgs(start_date=f"{first.isoformat()}T00:00:00Z"),
            notifications={
                name: consumption.NotificationArgs(
                    enabled=True,
                    operator="GreaterThanOrEqualTo",
                    threshold=part,
                    threshold_type=kind,
                    contact_emails=list(s.budget.contacts),
                    contact_groups=[action_group_id],
                )
                for name, (part, kind) in warnings.items()
            },
            # The month it was made in stays its start.
            opts=self.inside(ignore_changes=["timePeriod"]),
        )
        self.register_outputs({"amount": s.budget.monthly_gbp})
