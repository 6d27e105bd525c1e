"""Defender for Cloud: the plans of the kinds of resource that a stack and those on it may have."""

import pulumi
from pulumi_azure_native import security

from stacks.base import Part, Site


class Defender(Part):
    """The subscription's Defender plans. Each is charged by what the subscription holds."""

    def __init__(self, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("defender", site, opts)
        s = site.settings
        plans: dict[str, str | None] = {
            "KeyVaults": None,
            "StorageAccounts": "DefenderForStorageV2",
            "VirtualMachines": "P2",
            "OpenSourceRelationalDatabases": None,
        }
        for plan, part in plans.items():
            security.Pricing(
                f"defender-{plan}",
                pricing_name=plan,
                pricing_tier="Standard",
                sub_plan=part,
                scope_id=f"subscriptions/{s.subscription}",
                opts=self.inside(),
            )
        self.register_outputs({})
