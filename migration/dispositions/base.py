"""What a rule says of one server."""

from collections.abc import Callable
from dataclasses import dataclass

from estate.records.assessment import Disposition
from migration.case import Case
from migration.roles import Known


@dataclass(frozen=True)
class Opinion:
    """Whether a disposition fits. `fits` is None where that cannot be told; `against` then says why."""

    fits: bool | None
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    tool: str = ""
    unseen: bool = False
    """Whether `fits` is None for want of a reading alone."""


def confirm(known: Known) -> tuple[str, ...]:
    """What has to be confirmed of a role that a name or notes alone tell."""
    if not known.weak:
        return ()
    say = "say" if known.told != ("its name",) else "says"
    return (f"confirm that it is {known.role.words}: only {' and '.join(known.told)} {say} so",)


def because(known: Known) -> str:
    """A role as a reason: "it is a domain controller (the service NTDS)"."""
    return f"it {'seems to be' if known.weak else 'is'} {known.role.words} ({known.evidence})"


@dataclass(frozen=True)
class Rule:
    """One disposition and when it fits. Of those that fit, the lowest `rank` is proposed."""

    disposition: Disposition
    rank: int
    judge: Callable[[Case], Opinion]
