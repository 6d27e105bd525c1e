"""Resource groups: the network, the platform (vault, logs, backups) and the workloads, each on its own."""

import pulumi
from pulumi_azure_native import resources

from stacks.base import Part, Site

GROUPS = ("network", "platform", "workloads")


class Groups(Part):
    """The stack's resource groups, by name."""

    def __init__(self, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groups", site, opts)
        self.by_name: dict[str, resources.ResourceGroup] = {
            name: resources.ResourceGroup(
                f"group-{name}",
                resource_group_name=site.names.name("resource group", name),
                location=site.settings.region,
                tags=site.tags(),
                opts=self.inside(),
            )
            for name in GROUPS
        }
        self.register_outputs({name: group.name for name, group in self.by_name.items()})
