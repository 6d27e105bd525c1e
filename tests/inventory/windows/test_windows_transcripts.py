"""Every fact of Windows against transcripts that were written by hand, and against anything at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.records.observation import Outcome
from estate.secret_forms import FORMS, WINDOWS_FORMS
from inventory.facts import all_facts
from inventory.facts.base import Fact, Section
from inventory.windows import windows_facts
from inventory.windows.base import ADMIN
from tests.inventory.test_transcripts import case_name, part, said
from tests.inventory.windows.answering import TRANSCRIPTS

CASES = sorted(path.parent for path in TRANSCRIPTS.glob("*/*/expected.json"))
FACTS = list(windows_facts().values())
CANARIES = (b"Cumulus-Nimbus-77", b"Lenticular-9", b"Cirrus-41")
"""Passwords planted in the normal transcripts: in a service's command, a process's and a task's."""


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_a_transcript_is_read_as_expected(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    section = Section(part(case, "output"), **expected.pop("section"))
    assert said(windows_facts()[case.parent.name].read(section)) == expected


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_every_fact_has_the_four_cases_and_they_end_as_they_should(fact: Fact) -> None:
    ended: dict[str, Any] = {
        case.name: json.loads((case / "expected.json").read_text())
        for case in CASES
        if case.parent.name == fact.id
    }
    assert ended["normal"]["outcome"] == "known"
    assert ended["tool-missing"]["outcome"] == "failed"
    assert ended["garbage"]["outcome"] == "failed"
    refused = ended["permission-denied"]
    assert (refused["outcome"], refused["privilege"]) == ("unreadable", ADMIN)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
@given(data=st.data())
def test_whatever_a_host_prints_has_an_outcome(fact: Fact, data: st.DataObject) -> None:
    """Bytes of any kind, values of other types, and real output with any bytes put into it."""
    real = part(TRANSCRIPTS / fact.id / "normal", "output")[:6000]
    junk = data.draw(st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode()))
    at = data.draw(st.integers(0, len(real)))
    to = data.draw(st.integers(at, min(len(real), at + 200)))
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
        max_leaves=4,
    )
    rows = [json.loads(line) for line in real.decode(errors="replace").split("\n")[:-1] if line.startswith("{")]
    if rows:
        row = data.draw(st.sampled_from(rows))
        row[data.draw(st.sampled_from(sorted(row)))] = data.draw(values)
    wild = "\n".join(json.dumps(row) for row in rows).encode()
    output = data.draw(st.sampled_from([junk, real, wild, real[:at] + junk + real[to:], real[:at]]))
    status = data.draw(st.sampled_from([0, 0, 0, 0, 1, 124, 126, 127]))
    reading = fact.read(Section(output, status, data.draw(st.sampled_from([0, 1]))))
    assert (reading.payload is not None) == (reading.outcome is Outcome.KNOWN)
    assert reading.outcome is Outcome.KNOWN or reading.reason
    if reading.payload is not None:
        kept = reading.payload.model_dump(mode="json")
        again = json.loads(json.dumps(kept, ensure_ascii=False).encode().decode())
        assert type(reading.payload).model_validate(again) == reading.payload


def test_a_fact_that_linux_has_too_is_the_same_record() -> None:
    for fact in FACTS:
        mine = json.loads((TRANSCRIPTS / fact.id / "normal" / "expected.json").read_text())["payload"]
        other = TRANSCRIPTS.parents[1] / "transcripts" / fact.id / "normal" / "expected.json"
        if fact.id in all_facts():
            assert set(mine) == set(json.loads(other.read_text())["payload"]), fact.id
        else:
            assert fact.id in ("sqlserver", "tasks")


def test_no_planted_password_is_in_any_record() -> None:
    printed = b"".join(part(case, "output") for case in CASES)
    read = b"".join(part(case, "expected.json") for case in CASES)
    for canary in CANARIES:
        assert canary in printed
        assert canary not in read


def test_a_time_out_is_failed_and_deep_nesting_is_no_crash() -> None:
    for fact in FACTS:
        assert fact.read(Section(b"", 124)).outcome is Outcome.FAILED
        assert fact.read(Section(b"[" * 100_000)).outcome is Outcome.FAILED
        assert fact.read(Section(b'{"a":' * 100_000)).outcome is Outcome.FAILED


def test_a_fact_says_what_it_reads_and_what_right_that_needs() -> None:
    for fact in FACTS:
        assert fact.reads.endswith(".")
        assert "account" in fact.reads or "Administrators" in fact.reads, fact.id


def test_half_a_character_and_nul_can_be_kept() -> None:
    lines = json.dumps({"kind": "processor", "model": "a\x00\ud800", "cores": 1, "logical": 2})
    reading = windows_facts()["cpu"].read(Section(lines.encode()))
    assert reading.payload is not None
    assert reading.payload.model_dump()["model"] == "a\\x00\\ud800"


def test_the_published_forms_of_secrets_are_in_no_command_line() -> None:
    """As a service, a process and a task would carry them; of each form a secret that is a word."""
    lines = [form.holding("Zq7Lapis") for form in (*FORMS, *WINDOWS_FORMS) if form.holds == "word"]
    for fact, row, place in (
        ("services", {"kind": "service", "name": "a", "state": "Running", "mode": "Auto"}, "command"),
        ("processes", {"kind": "process", "pid": 9, "name": "a"}, "line"),
        ("tasks", {"kind": "task", "path": "\\a"}, "actions"),
    ):
        rows = [*({**row, place: line} for line in lines), {"kind": "end"}]
        reading = windows_facts()[fact].read(Section("\n".join(map(json.dumps, rows)).encode()))
        assert reading.payload is not None
        kept = reading.payload.model_dump_json()
        assert kept.count("[redacted]") >= len(lines)
        assert "Lapis" not in kept


def test_thirty_thousand_processes_are_read() -> None:
    line = '{"kind":"process","pid":%d,"parent":4,"name":"a.exe","line":"a.exe","bytes":1,"owner":"x"}\n'
    reading = windows_facts()["processes"].read(
        Section("".join(line % number for number in range(5, 30_005)).encode())
    )
    assert reading.payload is not None
    assert len(reading.payload.model_dump()["processes"]) == 30_000
