"""Assumptions: each is used, the template changes nothing, and what is wrong with one is said."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.catalogue.meters import COUNCILS_OWN
from estate.catalogue.prices import book
from estate.errors import UsageError
from estate.records.assessment import Disposition
from migration.costing import assumptions
from migration.costing.defaults import CHOICES, DEFAULTS
from tests.migration.costing.reckoned import reckoned
from tests.migration.sizing.known import facts


def test_every_assumption_is_used_by_a_line_or_by_the_business_case() -> None:
    servers = [
        (facts(f"{what.value}", platform=platform), what) for what in Disposition for platform in ("vmware",)
    ]
    own = (facts("own", platform="physical", os_id="windows-server"), Disposition.REHOST)
    unread = (facts("unread"), Disposition.REHOST)
    found = reckoned(*servers, own, unread)
    whole = reckoned(*servers, written={"on_premises_total": 1})
    carbon_only = {"grid_kg_per_kwh", "grid_losses", "azure_watts_vcpu", "azure_pue"}
    used = {key for one in (*found.lines, *whole.lines) for key in one.assumptions}
    assert {one.key for one in DEFAULTS} | {one.key for one in CHOICES} == used - {
        "business.build_days",
        "business.soak_days",
    } | carbon_only


def test_the_template_changes_nothing_and_each_of_its_lines_can_be_taken_in() -> None:
    template = assumptions.template()
    assert assumptions.parse(tomllib.loads(template)).texts() == assumptions.parse({}).texts()
    keys = {one.key for one in DEFAULTS} | {one.key for one in CHOICES}
    bare = [
        line.removeprefix("# ")
        for line in template.splitlines()
        if line.removeprefix("# ").partition(" = ")[0] in keys
    ]
    found = assumptions.parse(tomllib.loads("\n".join(bare)))
    before = assumptions.parse({})
    assert len(bare) == len(keys)
    for key, one in before.numbers.items():
        assert found.numbers[key].amount.likely == pytest.approx(one.amount.likely, rel=1e-5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("egres_gb = 3", "did you mean egress_gb?"),
        ("hours_a_month = -1", "hours_a_month must be from 0 to 744"),
        ("hours_a_month = 1e300", "must be from 0 to 744"),
        ("pue = nan", "pue must be a number"),
        ("pue = inf", "pue must be a number"),
        ("pue = true", "pue must be a number"),
        ('pue = "1.5"', "pue must be a number"),
        ("pue = { low = 2, likely = 1.5, high = 3 }", "must not fall"),
        ("pue = { low = 1, likely = 1.5 }", "high is missing"),
        ("pue = { low = 1, likely = 2, high = 3, hight = 4 }", "hight is not known here"),
        ("reserved_years = 2", "must be 0, 1 or 3"),
        ("servers_per_host = 0", "must be from 1 to 1,000"),
        ("hardware_years = { low = 3, likely = 5, high = 7 }", "takes one number and no range"),
        ("defender = 1", "defender must be true or false"),
        ('backup_copies = "GeoRedundent"', "did you mean GeoRedundant"),
        ("[business]\nsoak_day = 3", "did you mean soak_days"),
        ("[business]\nsoak_days = -3", "business.soak_days must be 0 or more"),
        ("business = 3", "business."),
    ],
)
def test_what_is_wrong_with_an_assumption_is_said(text: str, says: str) -> None:
    with pytest.raises(UsageError) as wrong:
        assumptions.parse(tomllib.loads(text))
    assert says in str(wrong.value)
    assert str(wrong.value).startswith("assumptions.toml: ")


@given(
    st.dictionaries(
        st.sampled_from([one.key for one in (*DEFAULTS, *CHOICES)]),
        st.none()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.booleans()
        | st.lists(st.integers(), max_size=2),
        max_size=4,
    )
)
def test_whatever_is_written_is_taken_or_refused_in_a_sentence(written: dict[str, Any]) -> None:
    try:
        found = assumptions.parse(written)
    except UsageError:
        return
    assert all(0 <= one.amount.low <= one.amount.likely <= one.amount.high for one in found.numbers.values())


def test_the_page_of_costs_names_every_source_assumption_and_meter_and_marks_what_is_ours() -> None:
    page = (Path(__file__).parents[3] / "docs" / "costs.md").read_text("utf-8")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    before = assumptions.parse({}).numbers
    for one in DEFAULTS:
        assert ("**ours**" in rows[one.key]) == one.judged, one.key
        assert one.amount is None or f"{before[one.key].amount.likely:,.10g}" in rows[one.key], one.key
    assert {one.key for one in CHOICES} | set(book().sources) | set(COUNCILS_OWN) <= set(rows)


def test_one_of_something_is_said_as_one() -> None:
    assert assumptions.parse({}).texts()["engineer_days_retire"].startswith("1 day a server (0.5 to 2;")
    assert assumptions.parse({}).texts()["engineer_days_rehost"].startswith("4 days a server")
