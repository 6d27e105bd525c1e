"""What every component of one stack shares: its settings, its names, its labels, and what is protected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_azure_native import authorization

from stacks.naming import Names
from stacks.roles import role_id
from stacks.settings.whole import StackSettings


@dataclass(frozen=True)
class Site:
    """One stack, as its components see it."""

    stack: str
    settings: StackSettings
    names: Names
    moves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By subnet, the ports that moves need now (`stacks/moves.py`)."""

    @classmethod
    def of(cls, stack: str, settings: StackSettings, moves: Mapping[str, tuple[str, ...]] | None = None) -> "Site":
        """The site of a stack of that name."""
        return cls(stack, settings, Names.of(stack, settings), moves or {})

    @property
    def platform(self) -> "Site":
        """The site of the stack that it stands on; a platform's is its own."""
        on = self.settings.platform
        return Site.of(on, self.settings.model_copy(update={"platform": ""})) if on else self

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
            "platform": s.platform,
            "contract": s.tags.contract,
            "ropa-ref": s.tags.ropa_ref,
            "dpia-ref": s.tags.dpia_ref,
            "expires-on": s.expires_on.isoformat() if s.expires_on else "",
            "data-source": "" if s.lasts else s.data.kind,
            "masking-run": "" if s.lasts else s.data.masking_run,
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
        return pulumi.ResourceOptions(parent=self, protect=self.site.settings.lasts, **options)

    def grant(self, name: str, role: str, scope: pulumi.Input[str], why: str) -> list[pulumi.Resource]:
        """Give everyone who administers the stack a role on `scope`. `why` follows their name, for whoever reviews it."""
        s = self.site.settings
        return [
            authorization.RoleAssignment(
                f"{name}-{number}" if principal.type == "User" else name,
                principal_id=principal.object_id,
                principal_type=principal.type,
                role_definition_id=role_id(s.subscription, role),
                scope=scope,
                description=f"{principal.name} {why}",
                opts=self.inside(),
            )
            for number, principal in enumerate(s.access.principals, start=1)
        ]
