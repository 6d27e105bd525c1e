"""How long a short-lived stack may live, and when its owners are told. Days are the council's own calendar's.

A stack is to be gone on the day `expires_on`; the day after, it has expired.
"""

from datetime import date
from typing import Literal

from estate.documents.words import count, day
from estate.errors import RefusedError, UsageError
from stacks.kinds import Kind
from stacks.settings.whole import StackSettings

Stage = Literal["7 days", "1 day", "expired"]
"""Owners are told once in each: from seven days ahead, on the last two days, and after it."""
WARNED = 7


def days_left(expires_on: date, today: date) -> int:
    """Days until a stack is to be gone; below nought once it has expired."""
    return (expires_on - today).days


def stage(left: int) -> Stage | None:
    """What owners are told with so many days left; None while there is time."""
    if left < 0:
        return "expired"
    if left <= 1:
        return "1 day"
    return "7 days" if left <= WARNED else None


def told(left: int) -> str:
    """`expires in 5 days`, `expires today`, `expired 2 days ago`."""
    if left == 0:
        return "expires today"
    return f"expires in {count(left, 'day')}" if left > 0 else f"expired {count(-left, 'day')} ago"


def latest(kind: Kind, today: date, begun: date | None = None) -> date:
    """The furthest day that `expires_on` may be: counted from today, or from the day it was `begun` where that counts once.

    The kind must be one that does not last.
    """
    if kind.longest is None:
        raise ValueError("a kind that lasts has no last day")
    return (begun if kind.once and begun is not None else today) + kind.longest


def refuse_unfilled(name: str, settings: StackSettings) -> None:
    """Raises `RefusedError` where settings still are what the template put there: what it stands for is not known."""
    unfilled = settings.unfilled()
    if unfilled:
        raise RefusedError(
            f"the stack {name} cannot be built yet; as the template left them: {', '.join(unfilled)}",
            "fill them in",
        )


def may_live(name: str, settings: StackSettings, today: date, begun: date | None = None) -> None:
    """Raises `RefusedError` where a stack may not be built: it has expired, or would live longer than its kind may.

    `begun` is the day on which what stands was first built; None where nothing does.

    A file that was valid when it was written stays readable: this is asked where something is built, and not on load.
    """
    ends = settings.expires_on
    if ends is None:
        return
    if ends < today:
        raise RefusedError(
            f"the stack {name} expired on {day(ends)}",
            f"run `decant stack extend {name} --until DATE --reason TEXT`",
        )
    furthest = latest(settings.about, today, begun)
    if ends > furthest:
        longest = count((latest(settings.about, today) - today).days, "day")
        since = f" from the day they were built, {day(begun)}" if settings.about.once and begun else ""
        raise RefusedError(
            f"the stack {name} would live until {day(ends)}, and {settings.kind} stacks live {longest} at most{since}",
            f"set expires_on to {furthest.isoformat()} or sooner"
            + ("" if settings.about.once else "; extend it while it is needed"),
        )


def check_extension(
    name: str, settings: StackSettings, until: date, today: date, begun: date | None = None
) -> None:
    """Raises `UsageError` where a stack cannot be given until the day `until`; `begun` as `may_live` has it."""
    ends = settings.expires_on
    if ends is None:
        raise UsageError(f"the stack {name} lasts, so it has no expiry to extend", "see `decant stack list`")
    if until <= ends or until < today:
        raise UsageError(
            f"the stack {name} is to be gone on {day(ends)}, and {day(until)} is no later"
            if until <= ends
            else f"{day(until)} is past",
            "give a later day; to take the stack away sooner, `decant stack destroy`",
        )
    furthest = latest(settings.about, today, begun)
    if until > furthest and settings.about.once and begun is not None:
        raise UsageError(
            f"{day(until)} is too far ahead: a stack of the kind {settings.kind} lives until {day(furthest)} at most, as it "
            f"was built on {day(begun)}",
            "take it away, and make another where the incident goes on",
        )
    if until > furthest:
        raise UsageError(
            f"{day(until)} is too far ahead for a stack of the kind {settings.kind}",
            f"give {furthest.isoformat()} at most"
            + ("" if settings.about.once else "; extend it again while it is needed"),
        )
