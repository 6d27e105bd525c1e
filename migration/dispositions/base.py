"""What a rule says of one server."""

from collections.abc import Callable
from dataclasses import dataclass

from estate.records.assessment import Disposition
from migration.case import Case


@dataclass(frozen=True)
class Opinion:
    """Whether a disposition fits. `fits` is None where that cannot be told; `against` then says why."""

    fits: bool | None
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    tool: str = ""


@dataclass(frozen=True)
class Rule:
    """One disposition and when it fits. Of those that fit, the lowest `rank` is proposed."""

    disposition: Disposition
    rank: int
    judge: Callable[[Case], Opinion]
