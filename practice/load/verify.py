"""Compare the writer's record with what is live now, read through the service's name."""

from datetime import UTC, datetime

from estate.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_UNREACHABLE, RefusedError, UnreachableError, worst
from estate.records.base import Instant, Record, now
from practice.load.expected import Gap, replay
from practice.load.judge import LOSSES, Fault, Observed, judge
from practice.load.record import Entry, Intent, Outcome, Started, read
from practice.load.settings import LoadFolder, StreamSettings
from practice.load.stream import resolve
from practice.load.streams import make


class RefusedTime(Record):
    """The longest time in which no write was acknowledged and at least one failed."""

    start: Instant
    seconds: float
    failed: int
    ended: bool


class Side(Record):
    """One server that may hold the stream's items, and whether it could be read."""

    address: str
    live: bool
    read: bool
    why: str = ""


class StreamReport(Record):
    """What became of one stream's writes."""

    stream: str
    service: str
    address: str | None
    """What the name stands for now; None where it could not be resolved."""
    read: bool
    """Whether what is live could be read. Where not, nothing is known of the writes."""
    why: str = ""
    acknowledged: int
    refused: int
    in_doubt: int
    there: int
    """How many items must be there."""
    in_flight: int
    """Items that changed while they were read; nothing is said of them."""
    faults: tuple[Fault, ...] = ()
    lost: int | None
    """How many items lost an acknowledged write; None where nothing could be read."""
    longest_gap: RefusedTime | None
    reasons: dict[str, int]
    """How often each reason for a failure was given."""
    sides: tuple[Side, ...]


class LoadReport(Record):
    """What became of all that the writer wrote."""

    run: str
    streams: tuple[StreamReport, ...]
    at: Instant

    @property
    def lost(self) -> int | None:
        """How many items lost an acknowledged write; None where a stream could not be read."""
        lost = [stream.lost for stream in self.streams]
        return None if None in lost else sum(one or 0 for one in lost)

    @property
    def exit_code(self) -> int:
        """0 where nothing is lost or wrong; 1 where something is; 3 where a stream could not be read."""
        codes = [EXIT_DONE if stream.read else EXIT_UNREACHABLE for stream in self.streams]
        return worst([*codes, *(EXIT_FINDINGS for stream in self.streams if stream.faults)])


def verify(folder: LoadFolder) -> LoadReport:
    """Read every stream on all its servers and judge it. The writer may be running."""
    settings = folder.read()
    return LoadReport(
        run=settings.run,
        streams=tuple(
            _stream(name, one, folder, settings.run, settings.answer_seconds)
            for name, one in settings.streams.items()
        ),
        at=now(),
    )


def _stream(
    name: str, settings: StreamSettings, folder: LoadFolder, run: str, answer_seconds: float
) -> StreamReport:
    entries = read(folder.journal(name))
    client = make(settings, answer_seconds)
    live, why = None, ""
    try:
        live = resolve(settings.service)
    except UnreachableError as error:
        why = error.what
    sides: list[Side] = []
    seen: dict[str, Observed] = {}
    for address in dict.fromkeys([*([live] if live else []), *settings.sides]):
        try:
            client.connect(address)
            seen[address] = client.observe(run)
            sides.append(Side(address=address, live=address == live, read=True))
        except (UnreachableError, RefusedError) as error:
            sides.append(Side(address=address, live=address == live, read=False, why=error.what))
        finally:
            client.close()
    moving = _moving(entries, read(folder.journal(name)))
    expected = replay(entries)
    faults = None
    if live in seen:
        others = {address: observed for address, observed in seen.items() if address != live}
        faults = judge(expected.items, seen[live], others, client.whole, moving)
    gap = expected.longest_gap
    return StreamReport(
        stream=name,
        service=settings.service,
        address=live,
        read=faults is not None,
        why=why or next((side.why for side in sides if side.live), ""),
        acknowledged=expected.counts[Outcome.ACKNOWLEDGED],
        refused=expected.counts[Outcome.REFUSED],
        in_doubt=expected.counts[Outcome.IN_DOUBT],
        there=len(expected.live),
        in_flight=len(moving),
        faults=tuple(faults or ()),
        lost=None if faults is None else sum(fault.kind in LOSSES for fault in faults),
        longest_gap=_refused_time(gap) if gap else None,
        reasons=expected.refusals,
        sides=tuple(sides),
    )


def _moving(before: list[Entry], after: list[Entry]) -> set[str]:
    """Items that the writer touched while they were read: they may have been seen before or after that."""
    items = {entry.op: entry.item for entry in after if isinstance(entry, Intent)}
    return {items[entry.op] for entry in after[len(before) :] if not isinstance(entry, Started)}


def _refused_time(gap: Gap) -> RefusedTime:
    start = datetime.fromtimestamp(gap.start, UTC)
    return RefusedTime(start=start, seconds=round(gap.seconds, 3), failed=gap.failed, ended=gap.ended)
