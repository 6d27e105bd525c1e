"""Risk by the government's framework: measured apart from answered, and a range while anything is open."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import DecantError, UsageError
from estate.records.base import Record
from estate.records.facts.disks import Disk, Disks
from estate.records.facts.hardware import Hardware
from estate.records.facts.os import Os
from estate.records.facts.services import Service, Services
from estate.records.facts.updates import PendingUpdate, Updates
from estate.records.observation import Observation, Outcome
from estate.records.risk import Risk, Score
from estate.records.server import Server, ServerFacts
from estate.records.workload import Workload
from migration.case import Case, case_of
from migration.risk.answers import NONE, Answer, Answers, load
from migration.risk.framework import framework
from migration.risk.measures import MEASURES
from migration.risk.questions import added, questions, template
from migration.risk.score import risk_of

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
NEW = Os(hostname="db1", id="debian", version_id="13", virtualisation="none")
OLD = Os(hostname="db1", id="debian", version_id="10", virtualisation="vmware")


def case(*workloads: Workload, server: dict[str, Any] | None = None, **facts: Record) -> Case:
    seen = {
        name: Observation(
            server="db1", fact=name, outcome=Outcome.KNOWN, payload=one.model_dump(mode="json"), at=AT
        )
        for name, one in facts.items()
    }
    about = Server.model_validate(
        {"id": "db1", "address": "192.0.2.1", "reached": True, "seen_at": AT, **(server or {})}
    )
    return case_of(ServerFacts(about, seen), workloads, (), (), TODAY)


def measured(criterion: str, of: Case) -> tuple[int | None, str]:
    found = MEASURES[criterion](of)
    return found.points, found.why


def update(security: bool = True) -> PendingUpdate:
    return PendingUpdate(name="openssl", installed="1", available="2", security=security)


def test_the_framework_is_whole_and_every_measure_is_of_one_of_its_criteria() -> None:
    ours = framework()
    assert [one.code for one in ours.criterion] == [
        *(f"L{n}" for n in range(1, 8)),
        *(f"C{n}" for n in range(1, 7)),
    ]
    assert {one.most for one in ours.criterion if one.side == "likelihood"} == {6}
    assert {one.most for one in ours.criterion if one.side == "impact"} == {5}
    assert set(MEASURES) <= set(ours.by_id)


def scores(*points: int | None, most: int) -> tuple[Score, ...]:
    return tuple(
        Score(criterion=str(number), points=one, basis="open" if one is None else "measured", why="", most=most)
        for number, one in enumerate(points)
    )


def risk(likelihood: tuple[Score, ...], impact: tuple[Score, ...]) -> Risk:
    return Risk(subject="db1", likelihood=likelihood, impact=impact, framework="test", at=AT)


def test_a_side_is_half_of_its_mean_and_its_highest_together() -> None:
    # Mean 3, highest 6: 4.5. Mean 2, highest 5: 3.5.
    found = risk(scores(6, 1, 2, 3, 3, 3, 3, most=6), scores(5, 1, 1, 1, 2, 2, most=5))
    assert found.lowest == found.highest == round(4.5 * 3.5, 1)
    assert (found.rating, found.legacy, found.open) == ("not red", True, ())


def test_the_worst_is_thirty_and_sixteen_is_red() -> None:
    assert risk(scores(6, 6, most=6), scores(5, 5, most=5)).highest == 30
    assert risk(scores(4, 4, most=6), scores(4, 4, most=5)).rating == "red"


def test_while_a_criterion_is_open_there_is_a_range_and_no_total() -> None:
    found = risk(scores(6, None, most=6), scores(None, most=5))
    assert (found.lowest, found.highest) == (4.8, 30.0)
    assert (found.rating, found.legacy) == ("open", True)
    assert risk(scores(None, 1, most=6), scores(1, most=5)).legacy is None


POINTS = st.none() | st.integers(1, 5)


@given(st.lists(POINTS, min_size=1, max_size=7), st.lists(POINTS, min_size=1, max_size=6), st.data())
def test_an_answer_never_leads_out_of_the_range(
    likelihood: list[int | None], impact: list[int | None], data: st.DataObject
) -> None:
    before = risk(scores(*likelihood, most=6), scores(*impact, most=5))
    answered = [one if one is not None else data.draw(st.integers(1, 6)) for one in likelihood]
    after = risk(scores(*answered, most=6), scores(*impact, most=5))
    assert 1 <= before.lowest <= after.lowest <= after.highest <= before.highest <= 30


def test_support_is_measured_where_it_is_known_and_open_where_it_is_not() -> None:
    assert measured("support", case(os=OLD))[0] == 6
    assert measured("support", case(os=Os(hostname="db1", id="debian", version_id="12")))[0] == 5
    assert measured("support", case(os=NEW))[0] == 1
    points, why = measured("support", case(os=Os(hostname="db1", id="debian", version_id="sid")))
    assert points is None
    assert "Debian" in why
    assert measured("support", case())[0] is None


@pytest.mark.parametrize(
    ("end", "points"),
    [("2026-11-21", 6), ("2026-11-22", 5), ("2028-01-01", 3), ("2031-01-01", 1), (None, None)],
)
def test_a_contract_counts_by_its_end(end: str | None, points: int | None) -> None:
    assert measured("contract", case(server={"contract_end": end}))[0] == points


def test_hardware_is_no_newer_than_its_firmware_and_unknown_below_a_virtual_machine() -> None:
    old = Hardware(bios_date="03/14/2014")
    assert measured("environment", case(os=NEW, hardware=old))[0] == 5
    assert measured("environment", case(os=NEW, hardware=Hardware(bios_date="03/14/2024")))[0] is None
    points, why = measured("environment", case(os=OLD, hardware=old))
    assert points is None
    assert "vmware" in why


def test_updates_that_wait_are_known_weaknesses_and_none_proves_nothing() -> None:
    assert measured("vulnerabilities", case(os=NEW, updates=Updates(pending=(update(),))))[0] == 6
    assert measured("vulnerabilities", case(os=OLD, updates=Updates(pending=())))[0] == 5
    assert measured("vulnerabilities", case(os=NEW, updates=Updates(pending=(), automatic=False)))[0] == 3
    assert (
        measured("vulnerabilities", case(os=NEW, updates=Updates(pending=(update(False),), automatic=True)))[0]
        is None
    )
    assert measured("vulnerabilities", case(os=NEW, updates=Updates(pending=None)))[0] is None


def test_what_fails_now_is_a_failure_and_a_quiet_server_may_have_failed_before() -> None:
    own = Workload(
        id="db1/service/app", server="db1", kind="service", name="app", detail={"unit": "app.service"}, seen_at=AT
    )
    failed = Services(init="systemd", services=(Service(unit="app.service", active="failed"),))
    assert measured("problems", case(own, services=failed))[0] == 6
    assert measured("problems", case(services=failed))[0] is None
    degraded = Disks(disks=(Disk(name="md0", type="raid1", size_bytes=1, degraded=True),))
    assert measured("problems", case(disks=degraded))[0] == 6


def test_an_answer_counts_before_what_was_measured_and_what_was_measured_is_said_beside_it() -> None:
    answer = Answer(2, "jsmith", date(2026, 11, 1), "renewed")
    found = risk_of(
        case(server={"contract_end": "2026-01-01"}), AT, Answers({"db1": {"contract": answer}}, {}, {})
    )
    contract = next(one for one in found.likelihood if one.criterion == "contract")
    assert (contract.points, contract.basis) == (2, "answered")
    assert "answered by jsmith on 1 November 2026: renewed" in contract.why
    assert "measured: 6" in contract.why


def test_of_a_server_that_nobody_read_nothing_is_made_up() -> None:
    found = risk_of(case(server={"reached": False, "tried": False}), AT)
    assert len(found.open) == 13
    assert (found.lowest, found.highest, found.rating, found.legacy) == (1, 30, "open", None)


def test_a_servers_own_answer_counts_before_its_systems_and_of_two_systems_the_worse() -> None:
    day = date(2026, 11, 1)
    given = Answers(
        {"db1": {"skills": Answer(1, "a", day)}},
        {
            "tax": {"skills": Answer(6, "b", day), "needs": Answer(2, "b", day)},
            "rent": {"needs": Answer(4, "c", day)},
        },
        {},
    )
    found = given.of("db1", ("tax", "rent"))
    assert (found["skills"].points, found["needs"].points) == (1, 4)


GOOD = '[[answers]]\nserver = "db1"\nwho = "jsmith"\nwhen = 2026-11-22\nskills = 4\nsafety = "?"\n'


def answers(tmp_path: Path, text: str) -> Answers:
    path = tmp_path / "answers.toml"
    path.write_text(text)
    return load(path, ["db1", "web1"], ["revenues"], date(2026, 11, 22))


def test_answers_are_read_and_no_file_is_none(tmp_path: Path) -> None:
    found = answers(tmp_path, GOOD)
    assert found.of("db1")["skills"].points == 4
    assert found.asked == {("server", "db1"): {"skills", "safety"}}
    assert load(tmp_path / "none.toml", [], []) is NONE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("db1", "bd1"), "did you mean db1"),
        (GOOD.replace('server = "db1"', 'system = "revenue"'), "did you mean revenues"),
        (GOOD.replace('server = "db1"\n', ""), "name a server or a system"),
        (GOOD.replace('server = "db1"', 'server = "db1"\nsystem = "revenues"'), "and not both"),
        (GOOD.replace("4", "7"), "from 1 to 6"),
        (GOOD.replace('safety = "?"', "safety = 6"), "from 1 to 5"),
        (GOOD.replace("4", "true"), "from 1 to 6"),
        (GOOD.replace("4", "4.0"), "from 1 to 6"),
        (GOOD.replace("skills", "skill"), "did you mean skills"),
        (GOOD.replace('who = "jsmith"\n', ""), "who gave it"),
        (GOOD.replace("when = 2026-11-22\n", ""), "on which day"),
        (GOOD.replace("2026-11-22", '"yesterday"'), "must be a date"),
        (GOOD.replace("2026-11-22", "2027-11-20"), "given on 20 November 2027, which is still to come"),
        (GOOD + GOOD, "twice"),
        ('answer = "x"\n', "besides"),
        ("answers = 3\n", "besides"),
        ("answers = [3]\n", "answers 1"),
        ("[[answers", "is not valid TOML"),
    ],
)
def test_answers_that_are_not_right_are_bad_use(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        answers(tmp_path, text)


@given(
    st.dictionaries(
        st.sampled_from(["server", "system", "who", "when", "skills", "safety", "x"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.lists(st.integers()),
    )
)
def test_any_entry_is_taken_or_refused_as_ours(
    tmp_path_factory: pytest.TempPathFactory, entry: dict[str, Any]
) -> None:
    import tomlkit

    path = tmp_path_factory.mktemp("answers") / "answers.toml"
    written = {key: value for key, value in entry.items() if value is not None}
    path.write_text(tomlkit.dumps({"answers": [written]}), "utf-8", errors="replace")
    try:
        load(path, ["db1"], ["revenues"])
    except DecantError as wrong:
        ended: type[DecantError] | None = type(wrong)
    else:
        ended = None
    assert ended in (None, UsageError)


def test_the_template_answers_nothing_and_explains_every_criterion() -> None:
    assert tomllib.loads(template()) == {}
    assert all(f"# {one.id} ({one.code})" in template() for one in framework().criterion)


def test_open_questions_are_added_below_what_is_written_and_never_twice(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(f"# ours\n{GOOD}")
    known = load(path, ["db1"], [])
    asked = questions([risk_of(case(os=OLD), AT, known)], {}, known)
    text = added(path.read_text(), asked, TODAY)
    assert text.startswith(f"# ours\n{GOOD}")
    path.write_text(text)
    again = load(path, ["db1"], [])
    assert again.of("db1") == known.of("db1")
    assert "skills" not in {one.criterion for question in asked for one in question.scores}
    assert questions([risk_of(case(os=OLD), AT, again)], {}, again) == ()


def test_what_belongs_to_a_system_is_asked_once_for_all_of_it() -> None:
    found = [risk_of(case(os=OLD, server={"id": name}), AT) for name in ("db1", "web1")]
    asked = questions(found, {"db1": ["revenues"], "web1": ["revenues"]}, NONE)
    assert [(one.kind, one.name) for one in asked] == [("system", "revenues")]
    assert len(asked[0].scores) == len({one.criterion for one in asked[0].scores})


def test_questions_cannot_be_added_below_a_list_written_in_one_line() -> None:
    asked = questions([risk_of(case(os=OLD), AT)], {}, NONE)
    with pytest.raises(UsageError, match="tables"):
        added("answers = []\n", asked, TODAY)
