"""Every fact against recorded output of real hosts, and against anything at all.

A case is a folder `transcripts/<fact>/<case>/` with `output` (what the snippet printed), `files` (the lines of the
fact's files, where it has some) and `expected.json`: how it ended (`section`) and what must be read out of it. Add a
folder to add a case.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.records.observation import Observation, Outcome
from inventory.facts import all_facts
from inventory.facts.base import Fact, Reading, Section
from inventory.probes import COSTS, markdown

FOLDER = Path(__file__).parent / "transcripts"
CASES = sorted(path.parent for path in FOLDER.glob("*/*/expected.json"))
FACTS = list(all_facts().values())


def case_name(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def said(reading: Reading) -> dict[str, Any]:
    out: dict[str, Any] = {"outcome": reading.outcome.value}
    for key in ("reason", "partial", "privilege"):
        if getattr(reading, key):
            out[key] = getattr(reading, key)
    if reading.payload is not None:
        out["payload"] = reading.payload.model_dump(mode="json")
    return out


def part(case: Path, name: str) -> bytes:
    path = case / name
    return path.read_bytes() if path.exists() else b""


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_a_transcript_is_read_as_expected(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    section = Section(part(case, "output"), **expected.pop("section"), files=part(case, "files"))
    assert said(all_facts()[case.parent.name].read(section)) == expected


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_every_fact_has_the_four_cases(fact: Fact) -> None:
    cases = {case.name for case in CASES if case.parent.name == fact.id}
    assert cases >= {"normal", "tool-missing", "permission-denied", "garbage"}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_a_normal_transcript_is_known_and_garbage_is_never(fact: Fact) -> None:
    outcomes = {
        name: json.loads((FOLDER / fact.id / name / "expected.json").read_text())["outcome"]
        for name in ("normal", "garbage")
    }
    assert outcomes == {"normal": "known", "garbage": "failed"}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
@given(data=st.data())
def test_whatever_a_host_prints_has_an_outcome(fact: Fact, data: st.DataObject) -> None:
    """Bytes of any kind, and real output with any bytes put into it, give a stated outcome that can be stored."""
    junk = data.draw(st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode()))

    def spoiled(name: str) -> bytes:
        real = part(FOLDER / fact.id / "normal", name)[:4000]
        at = data.draw(st.integers(0, len(real)))
        to = data.draw(st.integers(at, min(len(real), at + 200)))
        return data.draw(st.sampled_from([junk, real, real[:at] + junk + real[to:], real[:at]]))

    status = data.draw(st.sampled_from([0, 0, 0, 1, 2, 124, 126, 127, 255]))
    uid = data.draw(st.sampled_from([0, 1000]))
    reading = fact.read(Section(spoiled("output"), status, uid, spoiled("files")))
    assert (reading.payload is not None) == (reading.outcome is Outcome.KNOWN)
    assert reading.outcome is Outcome.KNOWN or reading.reason
    if reading.payload is not None:
        kept = reading.payload.model_dump(mode="json")
        again = json.loads(json.dumps(kept, ensure_ascii=False).encode().decode())
        assert type(reading.payload).model_validate(again) == reading.payload


def test_a_time_out_is_failed_and_not_absent() -> None:
    for fact in FACTS:
        assert fact.read(Section(b"", 124)).outcome is Outcome.FAILED


def test_a_fact_says_what_it_reads_and_what_right_that_needs() -> None:
    for fact in FACTS:
        assert fact.reads.endswith(".")
        assert "account" in fact.reads or "oot" in fact.reads, fact.id


def test_a_payload_comes_back_from_an_observation_as_its_type() -> None:
    from estate.records.base import now
    from estate.records.facts.os import Os

    payload = Os(hostname="a", id="debian")
    seen = Observation(
        server="a", fact="os", outcome=Outcome.KNOWN, payload=payload.model_dump(mode="json"), at=now()
    )
    assert seen.as_(Os) == payload


def test_the_published_list_of_probes_is_that_of_the_code() -> None:
    page = Path(__file__).parents[2] / "docs" / "probes.md"
    assert page.read_text() == markdown() + "\n", (
        "write it again: python -c 'from inventory.probes import markdown; print(markdown())' > docs/probes.md"
    )


def test_every_fact_has_a_published_cost() -> None:
    measured = json.loads(COSTS.read_text("utf-8"))["facts"]
    assert set(measured) == set(all_facts()), "measure them again: python -m decant.probe_costs"
    assert all(one["cpu_ms"] >= 0 for one in measured.values())
