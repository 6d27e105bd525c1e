"""Locks: in production nothing in the groups can be deleted before a person takes the lock away."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import authorization

from stacks.base import Part, Site


class Locks(Part):
    """A lock against deletion on each resource group."""

    def __init__(
        self,
        part: str,
        site: Site,
        groups: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(f"locks-{part}", site, opts)
        for name, group_id in groups.items():
            authorization.ManagementLockByScope(
                f"lock-{name}",
                lock_name=site.names.name("lock", name),
                scope=group_id,
                level="CanNotDelete",
                notes="Production: a person takes this lock away before anything is deleted.",
                opts=self.inside(),
            )
        self.register_outputs({})
