"""The rules as an ordinary CrossGuard pack: `pulumi preview --policy-pack policies`.

Building a `PolicyPack` starts its server and never returns, so it is done here and nowhere else. The kind of
stack comes from the Pulumi configuration, `decant:kind` or `decant:settings`. Newer CLIs do not hand that to a pack
(3.259 does not): then the path of the settings in the environment, `DECANT_SETTINGS`, says it. Without any, the rules of
production hold, which are the strictest.
"""

import os
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import cast, get_args

import pulumi
from pulumi_policy import PolicyPack

from estate.errors import UsageError
from estate.records.preview import StackKind
from policies.pack import policies_of
from policies.rulebook import rules
from policies.rules.base import Context


def _kind() -> StackKind:
    config = pulumi.Config("decant")
    said: object = config.get("kind")
    settings = config.get("settings") or os.environ.get("DECANT_SETTINGS")
    if said is None and settings:
        try:
            said = tomllib.loads(Path(settings).read_text("utf-8")).get("kind")
        except (OSError, ValueError) as wrong:
            raise UsageError(f"{settings} cannot be read ({wrong})", "mend decant:settings") from wrong
    said = said or "production"
    if said not in get_args(StackKind):
        raise UsageError(f"the stack's kind is {said!r}", f"make it one of {', '.join(get_args(StackKind))}")
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
