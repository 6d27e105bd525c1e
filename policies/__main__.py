"""The rules as an ordinary CrossGuard pack: `pulumi preview --policy-pack policies`.

Building a `PolicyPack` starts its server and never returns, so it is done here and nowhere else. The kind of
stack comes from the Pulumi configuration `decant:kind`; without it the rules of production hold, which are
the strictest.
"""

import os
from datetime import UTC, datetime
from typing import cast, get_args

import pulumi
from pulumi_policy import PolicyPack

from estate.errors import UsageError
from estate.records.preview import StackKind
from policies.pack import policies_of
from policies.rulebook import rules
from policies.rules.base import Context


def _kind() -> StackKind:
    said = pulumi.Config("decant").get("kind") or "production"
    if said not in get_args(StackKind):
        raise UsageError(f"decant:kind is {said!r}", f"set it to one of {', '.join(get_args(StackKind))}")
    return cast(StackKind, said)


PolicyPack(
    name="decant",
    display_name="Decant",
    description="Decant's rules for a council's Azure stacks.",
    policies=policies_of(
        rules(),
        Context(datetime.now(UTC).date(), stack=os.environ.get("PULUMI_STACK", ""), kind=_kind()),
    ),
)
