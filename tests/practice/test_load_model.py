"""The writer's record, and the verdict over it, against a simulated server."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import RefusedError
from practice.load.expected import Expected, replay
from practice.load.judge import LOSSES, Kind, judge
from practice.load.record import Entry, Intent, Journal, Outcome, Result, Started, read

ADDRESS = "192.0.2.1"
OTHER = "192.0.2.2"


@dataclass
class World:
    """A server, and a writer's record of what it did there."""

    entries: list[Entry] = field(default_factory=lambda: [Started(run="r", at=0.0)])
    rows: dict[str, list[str]] = field(default_factory=dict)
    clock: float = 0.0

    def do(self, item: str, after: str | None, ending: str) -> None:
        """One operation. `ending`: acknowledged, refused, lost with or without effect, or killed likewise."""
        self.clock += 1
        op = f"op{len(self.entries)}"
        self.entries.append(Intent(op=op, item=item, action="write", after=after, at=self.clock))
        if ending in ("acknowledged", "lost, done", "killed, done"):
            self.rows.pop(item, None)
            if after is not None:
                self.rows[item] = [after]
        outcome = {
            "acknowledged": Outcome.ACKNOWLEDGED,
            "refused": Outcome.REFUSED,
            "lost, done": Outcome.IN_DOUBT,
            "lost, not done": Outcome.IN_DOUBT,
        }.get(ending)
        self.clock += 0.25
        if outcome is None:
            self.entries.append(Started(run="r", at=self.clock))
        else:
            self.entries.append(Result(op=op, outcome=outcome, address=ADDRESS, why=ending, at=self.clock))

    @property
    def expected(self) -> Expected:
        return replay(self.entries)


ENDINGS = ["acknowledged"] * 4 + [
    "refused", "lost, done", "lost, not done", "killed, done", "killed, not done",
]  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A writer's work as the writer does it: an item in doubt is never touched again."""
    world = World()
    for number in range(draw(st.integers(0, 40))):
        live = world.expected.live
        action = draw(st.sampled_from(["insert", "update", "delete"])) if live else "insert"
        item = f"item{number}" if action == "insert" else draw(st.sampled_from(live))
        after = None if action == "delete" else f"value{number}"
        world.do(item, after, draw(st.sampled_from(ENDINGS)))
    return world


@given(worlds())
def test_whatever_happened_an_honest_server_is_never_blamed(world: World) -> None:
    assert judge(world.expected.items, world.rows, {}, whole=True) == []


@given(worlds(), st.data())
def test_a_lost_row_is_always_found(world: World, data: st.DataObject) -> None:
    certain = world.expected.live
    if not certain:
        return
    victim = data.draw(st.sampled_from(certain))
    kept = world.rows.pop(victim)
    (fault,) = judge(world.expected.items, world.rows, {OTHER: {victim: kept}}, whole=True)
    assert (fault.item, fault.kind, fault.wrong_side) == (victim, Kind.MISSING, OTHER)


@given(worlds(), st.data())
def test_an_older_value_is_always_found(world: World, data: st.DataObject) -> None:
    updated = [name for name in world.expected.live if world.expected.items[name].earlier]
    if not updated:
        return
    victim = data.draw(st.sampled_from(updated))
    world.rows[victim] = [world.expected.items[victim].earlier[0]]
    (fault,) = judge(world.expected.items, world.rows, {}, whole=True)
    assert (fault.item, fault.kind) == (victim, Kind.STALE)


@given(worlds(), st.data())
def test_a_deleted_row_that_came_back_is_always_found(world: World, data: st.DataObject) -> None:
    items = world.expected.items
    gone = [name for name, item in items.items() if item.value is None and item.earlier and not item.doubtful]
    if not gone:
        return
    victim = data.draw(st.sampled_from(gone))
    world.rows[victim] = [items[victim].earlier[-1]]
    (fault,) = judge(items, world.rows, {OTHER: {}}, whole=True)
    assert (fault.item, fault.kind, fault.wrong_side) == (victim, Kind.RESURRECTED, OTHER)


@given(worlds(), st.data())
def test_a_row_that_is_there_twice_is_always_found(world: World, data: st.DataObject) -> None:
    if not world.rows:
        return
    victim = data.draw(st.sampled_from(sorted(world.rows)))
    world.rows[victim] = world.rows[victim] * 2
    (fault,) = judge(world.expected.items, world.rows, {}, whole=True)
    assert (fault.item, fault.kind) == (victim, Kind.DUPLICATED)
    assert fault.kind not in LOSSES


@given(worlds())
def test_every_operation_is_counted_once(world: World) -> None:
    intents = [entry for entry in world.entries if isinstance(entry, Intent)]
    assert sum(world.expected.counts.values()) == len(intents)


@given(worlds())
def test_a_kill_between_the_answer_and_its_note_blames_nobody(world: World) -> None:
    kept = world.entries[:-1] if isinstance(world.entries[-1], Result) else world.entries
    assert judge(replay(kept).items, world.rows, {}, whole=True) == []


def test_a_value_that_nobody_wrote_and_a_row_that_was_refused_are_faults() -> None:
    world = World()
    world.do("a", "one", "acknowledged")
    world.do("b", "two", "refused")
    faults = judge(world.expected.items, {"a": ["???"], "b": ["two"]}, {}, whole=True)
    assert [(fault.item, fault.kind) for fault in faults] == [("a", Kind.ALTERED), ("b", Kind.UNEXPECTED)]


def test_half_a_file_is_in_order_only_where_the_write_is_in_doubt() -> None:
    world = World()
    world.do("a", "a.txt: one", "acknowledged")
    world.do("a", "a.txt: another text", "lost, not done")
    half = {"a": ["a.txt: anoth"]}
    assert judge(world.expected.items, half, {}, whole=False) == []
    assert [fault.kind for fault in judge(world.expected.items, half, {}, whole=True)] == [Kind.ALTERED]
    certain = World()
    certain.do("a", "a.txt: another text", "acknowledged")
    assert [fault.kind for fault in judge(certain.expected.items, half, {}, whole=False)] == [Kind.ALTERED]


def test_a_gap_runs_from_the_last_write_that_worked_to_the_next() -> None:
    world = World()
    for ending in ("acknowledged", "refused", "lost, not done", "refused", "acknowledged", "refused"):
        world.do("a" if ending == "lost, not done" else "b", "x", ending)
    gap = world.expected.longest_gap
    assert gap is not None
    assert (gap.start, gap.seconds, gap.failed, gap.ended) == (1.25, 5.0, 3, True)
    assert [g.ended for g in world.expected.gaps] == [True, False]


def test_a_writer_that_was_not_running_is_no_gap() -> None:
    world = World()
    world.do("a", "x", "acknowledged")
    world.do("b", "x", "killed, done")
    world.clock += 3600
    world.entries.append(Started(run="r", at=world.clock))
    world.do("c", "x", "acknowledged")
    assert world.expected.gaps == []
    assert world.expected.counts[Outcome.IN_DOUBT] == 1


def test_a_killed_writers_half_line_is_cut_off_and_the_record_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    journal = Journal(path, "r")
    journal.append(Intent(op="1", item="a", action="insert", after="x", at=1.0))
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"entry":"result","op":"1","outco')
    assert [entry.entry for entry in read(path)] == ["started", "intent"]
    Journal(path, "r").close()
    assert [entry.entry for entry in read(path)] == ["started", "intent", "started"]
    assert replay(read(path)).items["a"].doubtful


def test_a_damaged_record_is_refused_and_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    Journal(path, "r").close()
    with path.open("ab") as file:
        file.write(b"???\n")
    Journal(path, "r").close()
    with pytest.raises(RefusedError, match="line 2"):
        read(path)
    assert read(tmp_path / "none.jsonl") == []
