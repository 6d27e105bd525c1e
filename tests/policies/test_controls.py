"""Frameworks: complete lists with versions, refused when they do not hold; and what findings say of them."""

from pathlib import Path

import pytest

from estate.errors import DecantError
from estate.records.base import now
from estate.records.finding import Control, Finding, Status
from policies.controls import framework, frameworks, read
from policies.coverage import Evidence, coverage
from policies.rules.base import cyber_essentials, ncsc

GOOD = """
id = "house"
version = "1.0"
title = "House rules"
source = "the landlord"
complete = true
[[control]]
id = "1"
title = "Doors"
summary = "Doors are shut."
[[control]]
id = "1.1"
parent = "1"
title = "Front door"
summary = "It is locked."
[[control]]
id = "2"
title = "Fire"
summary = "There is none."
"""


def _file(tmp_path: Path, text: str, name: str = "house_1_0.toml") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_the_frameworks_that_ship_are_whole():
    assert set(frameworks()) == {("ncsc-cloud", "2.1"), ("cyber-essentials", "3.3")}
    principles = framework("ncsc-cloud", "2.1")
    assert principles.complete
    assert {str(n) for n in range(1, 15)} <= principles.ids
    themes = [c.id for c in framework("cyber-essentials", "3.3").control if c.parent is None]
    assert themes == ["CE-FW", "CE-SC", "CE-SUM", "CE-UAC", "CE-MP"]


def test_a_version_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(DecantError, match=r"ncsc-cloud 2\.1"):
        framework("ncsc-cloud", "1.0")


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        (GOOD.replace('version = "1.0"\n', ""), "house_1_0.toml", "version"),
        (GOOD.replace('version = "1.0"', 'version = ""'), "house_1_0.toml", "version"),
        (GOOD, "house.toml", "call it house_1_0.toml"),
        (GOOD.replace('id = "2"', 'id = "1"'), "house_1_0.toml", "repeats 1"),
        (GOOD.replace('parent = "1"', 'parent = "9"'), "house_1_0.toml", r"lacks the parent of 1\.1"),
        (GOOD + 'colour = "red"\n', "house_1_0.toml", "colour"),
        (GOOD.replace("complete = true\n", ""), "house_1_0.toml", "complete"),
        ("id = ", "house_1_0.toml", "does not load"),
    ],
)
def test_a_framework_that_does_not_hold_is_refused_by_name(tmp_path, text, name, says):
    with pytest.raises(DecantError, match=says) as refused:
        read([_file(tmp_path, text, name)])
    assert name in str(refused.value)


def _finding(status: Status, *controls: Control, rule: str = "X-01") -> Finding:
    return Finding(
        rule=rule,
        title="x",
        subject="s",
        scope="host",
        status=status,
        severity="high",
        controls=controls,
        at=now(),
    )


def _evidence(tmp_path: Path, *findings: Finding) -> dict[str, Evidence]:
    house = read([_file(tmp_path, GOOD)])["house", "1.0"]
    return {c.id: c.evidence for c in coverage(house, findings)}


def _house(id_: str, version: str = "1.0") -> Control:
    return Control(framework="house", version=version, id=id_)


def test_every_control_appears_also_without_any_finding(tmp_path):
    assert _evidence(tmp_path) == dict.fromkeys(("1", "1.1", "2"), Evidence.NONE)


@pytest.mark.parametrize(
    ("statuses", "evidence"),
    [
        ((Status.PASS,), Evidence.SUPPORTED),
        ((Status.PASS, Status.FAIL), Evidence.AGAINST),
        ((Status.PASS, Status.WAIVED), Evidence.AGAINST),
        ((Status.PASS, Status.NOT_EVALUATED), Evidence.SUPPORTED),
        ((Status.NOT_EVALUATED,), Evidence.NOT_EVALUATED),
        ((Status.NOT_APPLICABLE,), Evidence.NONE),
    ],
)
def test_what_findings_say_of_a_control(tmp_path, statuses, evidence):
    assert _evidence(tmp_path, *(_finding(s, _house("2")) for s in statuses))["2"] is evidence


def test_what_is_found_of_a_part_counts_for_the_whole(tmp_path):
    evidence = _evidence(tmp_path, _finding(Status.FAIL, _house("1.1")))
    assert evidence == {"1": Evidence.AGAINST, "1.1": Evidence.AGAINST, "2": Evidence.NONE}


def test_another_version_of_the_framework_gets_nothing(tmp_path):
    assert _evidence(tmp_path, _finding(Status.FAIL, _house("2", "2.0")))["2"] is Evidence.NONE


def test_the_shipped_rules_give_evidence_for_both_frameworks():
    found = [_finding(Status.PASS, *ncsc("5.1"), *cyber_essentials("CE-SUM-01"))]
    for id_, version, control in (("ncsc-cloud", "2.1", "5"), ("cyber-essentials", "3.3", "CE-SUM")):
        covered = {c.id: c for c in coverage(framework(id_, version), found)}
        assert covered[control].evidence is Evidence.SUPPORTED
        assert covered[control].rules == ("X-01",)
