"""What every component of one stack shares: its settings, its names, its labels, and what is protected."""

from dataclasses import dataclass
from typing import Any

import pulumi

from stacks.naming import Names
from stacks.sections import StackSettings


@dataclass(frozen=True)
class Site:
    """One stack, as its components see it."""

    stack: str
    settings: StackSettings
    names: Names

    @classmethod
    def of(cls, stack: str, settings: StackSettings) -> "Site":
        """The site of a stack of that name."""
        return cls(stack, settings, Names.of(stack, settings))

    def tags(self, workload: str = "platform") -> dict[str, str]:
        """The labels of a resource that serves `workload`, a system's name or the platform itself."""
        s = self.settings
        labels = {
            "service": s.service,
            "owner": s.tags.owner,
            "cost-centre": s.tags.cost_centre,
            "environment": s.kind,
            "stack": self.stack,
            "data-classification": s.tags.classification,
            "personal-data": "yes" if s.tags.personal_data else "no",
            "special-category": "yes" if s.tags.special_category else "no",
            "workload-id": workload,
            "end-date": s.tags.end_date.isoformat(),
        }
        optional = {
            "contract": s.tags.contract,
            "ropa-ref": s.tags.ropa_ref,
            "dpia-ref": s.tags.dpia_ref,
            "expires-on": s.expires_on.isoformat() if s.expires_on else "",
            "data-source": "" if s.production else s.data.kind,
            "masking-run": "" if s.production else s.data.masking_run,
        }
        return labels | {key: value for key, value in optional.items() if value}


class Part(pulumi.ComponentResource):
    """A component: resources that belong together, under one name in every list."""

    def __init__(
        self,
        name: str,
        site: Site,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(f"decant:stacks:{type(self).__name__}", name, {}, opts)
        self.site = site

    def inside(self, **options: Any) -> pulumi.ResourceOptions:
        """Options of a resource inside this component."""
        return pulumi.ResourceOptions(parent=self, **options)

    def keeper(self, **options: Any) -> pulumi.ResourceOptions:
        """Options of a resource that holds data or guards it: protected in production, and nowhere else."""
        return pulumi.ResourceOptions(parent=self, protect=self.site.settings.production, **options)
