"""Plans an estate as `decant plan` does, without a workspace."""

from datetime import datetime
from typing import Any

from estate.records.plan import Plan
from migration.plan import Estate
from migration.planning.answers import answer
from migration.planning.asked import Asked, Given
from migration.planning.asking import ask
from migration.planning.file import Planning
from migration.planning.outcome import plan_of


def given(made: Estate, at: datetime, planning: dict[str, Any] | None = None, **more: Any) -> Given:
    """What a plan is made from; `planning` is what planning.toml holds, and if nothing, moves begin at once."""
    return Given(made, Planning.model_validate({"start": {"weeks": 0}, **(planning or {})}), at, **more)


def propose(made: Estate, at: datetime, most: int = 6, seconds: float = 10, **planning: Any) -> Plan:
    """The best plan for it; where no plan keeps every rule, one of nothing."""
    about = given(made, at, {**planning, "capacity": {"workloads": most, **planning.get("capacity", {})}})
    return planned(about, seconds)[0]


def planned(about: Given, seconds: float = 10) -> tuple[Plan, Asked]:
    """The best plan, and what was asked."""
    asked = ask(about)
    found = answer(asked, seconds, about.before)
    return plan_of(about, asked, found.schedule, found.impossible), asked
