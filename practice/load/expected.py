"""What must be there, by the writer's record alone. Pure.

An item whose last operation is in doubt is left alone from then on: what was lost from sight may still take
effect later, so nothing further can be said of it than "either".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from practice.load.record import Entry, Intent, Outcome, Started


@dataclass(frozen=True)
class Item:
    """What is known of one item. None stands for "not there"."""

    value: str | None = None
    """After the last acknowledged operation."""
    doubtful: bool = False
    """Whether `maybe` may hold instead of `value`."""
    maybe: str | None = None
    earlier: tuple[str, ...] = ()
    """Acknowledged values that were replaced or deleted."""
    acknowledged_by: str = ""
    """Address of the server that acknowledged the last operation."""


@dataclass(frozen=True)
class Gap:
    """A time in which no write was acknowledged and at least one failed.

    From the last acknowledged write before (or the writer's start) to the next one, so it is rather too long
    than too short. `ended` is False where none followed.
    """

    start: float
    seconds: float
    failed: int
    ended: bool


@dataclass
class Expected:
    """A stream's record, replayed."""

    items: dict[str, Item] = field(default_factory=dict)
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    gaps: list[Gap] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)
    """How often each reason was given."""

    @property
    def longest_gap(self) -> Gap | None:
        """The longest time in which writes failed; None where none did."""
        return max(self.gaps, key=lambda gap: gap.seconds, default=None)

    @property
    def live(self) -> list[str]:
        """Items that are there for certain, in the order of their making."""
        return [name for name, item in self.items.items() if item.value is not None and not item.doubtful]


def settle(items: Mapping[str, Item], intent: Intent, outcome: Outcome, address: str = "") -> Item:
    """What is known of the intent's item once it ended as `outcome`."""
    was = items.get(intent.item, Item())
    if outcome is Outcome.REFUSED:
        return was
    if outcome is Outcome.IN_DOUBT:
        return Item(was.value, True, intent.after, was.earlier, was.acknowledged_by)
    earlier = was.earlier if was.value is None else (*was.earlier, was.value)
    return Item(value=intent.after, earlier=earlier, acknowledged_by=address)


def replay(entries: Iterable[Entry]) -> Expected:
    """What must be there, how the operations ended, and when writes were refused."""
    expected = Expected()
    open_intents: dict[str, Intent] = {}
    good = last = 0.0
    failed = 0

    def end_gap(at: float, ended: bool) -> None:
        nonlocal failed
        if failed:
            expected.gaps.append(Gap(good, at - good, failed, ended))
        failed = 0

    def note(intent: Intent, outcome: Outcome, address: str) -> None:
        expected.counts[outcome] += 1
        expected.items[intent.item] = settle(expected.items, intent, outcome, address)

    for entry in entries:
        if isinstance(entry, Started):
            end_gap(last, ended=False)
            good = entry.at
        elif isinstance(entry, Intent):
            open_intents[entry.op] = entry
        else:
            note(open_intents.pop(entry.op), entry.outcome, entry.address)
            if entry.outcome is Outcome.ACKNOWLEDGED:
                end_gap(entry.at, ended=True)
                good = entry.at
            else:
                failed += 1
                expected.refusals[entry.why] = expected.refusals.get(entry.why, 0) + 1
        last = entry.at
    end_gap(last, ended=False)
    for intent in open_intents.values():
        note(intent, Outcome.IN_DOUBT, "")
    return expected
