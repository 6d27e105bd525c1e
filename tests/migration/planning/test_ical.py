"""Waves in a calendar: read back by rules of the format, not by the program that wrote them."""

import re
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from estate.records.plan import Plan, PlannedMove, Wave
from migration.planning.ical import LONGEST, calendar, folded, text

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def plan(*waves: Wave, at: datetime = AT) -> Plan:
    return Plan(id="plan", waves=waves, at=at)


def wave(number: int, name: str = "pay", **more: object) -> Wave:
    moves = (PlannedMove(workload="db/postgres/pay", target="new"),)
    return Wave.model_validate({"number": number, "name": name, "moves": moves, **more})


def events(made: str) -> list[dict[str, str]]:
    """The properties of each event, unfolded and not unescaped."""
    lines = made.replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for line in lines:
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and ":" in line:
            name, _, value = line.partition(":")
            found[-1].setdefault(name, value)
    return found


def test_a_window_is_an_instant_in_utc_on_both_sides_of_the_change() -> None:
    made = plan(
        wave(
            1,
            window_start=datetime(2027, 3, 27, 20, 0, tzinfo=UTC),
            window_end=datetime(2027, 3, 28, 5, 0, tzinfo=UTC),
        )
    )
    (event,) = events(calendar(made, "Anytown", "w"))
    assert (event["DTSTART"], event["DTEND"], event["STATUS"]) == (
        "20270327T200000Z",
        "20270328T050000Z",
        "CONFIRMED",
    )


def test_a_day_without_times_is_tentative_and_a_wave_without_a_day_is_not_there() -> None:
    made = calendar(plan(wave(1, expected=date(2026, 12, 31)), wave(2)), "", "w")
    (event,) = events(made)
    assert event["DTSTART;VALUE=DATE"] == "20261231"
    assert event["DTEND;VALUE=DATE"] == "20270101"
    assert event["STATUS"] == "TENTATIVE"


def test_ids_stay_when_the_plan_is_written_anew_and_differ_by_wave_and_workspace() -> None:
    later = datetime(2026, 12, 1, tzinfo=UTC)
    one, two = events(calendar(plan(wave(1, expected=AT.date()), wave(2, expected=AT.date())), "", "w"))
    (again,) = events(calendar(plan(wave(1, "other", expected=later.date()), at=later), "", "w"))
    (elsewhere,) = events(calendar(plan(wave(1, expected=AT.date())), "", "v"))
    assert one["UID"] == again["UID"]
    assert int(again["SEQUENCE"]) > int(one["SEQUENCE"])
    assert len({one["UID"], two["UID"], elsewhere["UID"]}) == 3


def test_text_cannot_end_a_line_or_begin_another_property() -> None:
    made = calendar(plan(wave(1, "a;b,c\\d\r\nATTENDEE:mailto:x", expected=AT.date())), "", "w")
    (event,) = events(made)
    assert "ATTENDEE" not in event
    assert "a\\;b\\,c\\\\d\\nATTENDEE:mailto:x" in event["SUMMARY"]


@given(st.text(max_size=400))
def test_lines_are_folded_at_75_octets_and_whole_when_put_together(value: str) -> None:
    line = f"SUMMARY:{text(value)}"
    parts = list(folded(line))
    assert all(len(part.encode("utf-8", "replace")) <= LONGEST for part in parts)
    assert parts[0] + "".join(part.removeprefix(" ") if part[:1] == " " else "?" for part in parts[1:]) == line
    assert not re.search(r"[\r\n\x00-\x08]", line)
