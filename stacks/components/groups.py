"""Resource groups: the network, the platform (vault, logs, backups) and the workloads, each on its own."""

from collections.abc import Iterable

import pulumi
from pulumi_azure_native import resources

from stacks.base import Part, Site
from stacks.roles import VM_ADMINISTRATOR_LOGIN


class Groups(Part):
    """The stack's resource groups, by name."""

    def __init__(self, site: Site, parts: Iterable[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("-".join(("groups", *parts)), site, opts)
        self.by_name: dict[str, resources.ResourceGroup] = {
            part: resources.ResourceGroup(
                f"group-{part}",
                resource_group_name=site.names.name("resource group", part),
                location=site.settings.region,
                tags=site.tags(),
                opts=self.inside(),
            )
            for part in parts
        }
        self.register_outputs({part: group.name for part, group in self.by_name.items()})

    def administrators(self, part: str) -> None:
        """Let those who administer the stack sign in to the machines of a group, as themselves."""
        scope = self.by_name[part].id
        self.grant("vm-administrators", VM_ADMINISTRATOR_LOGIN, scope, "may sign in to these machines.")
