"""How long moves are taken to last: by the tool of the assessment, and said with where it is from."""

from typing import Any

import pytest

from estate.records.assessment import Assessment
from estate.records.plan import How
from estate.records.workload import Workload
from migration.plan import Estate
from migration.planning.file import Planning
from migration.planning.measured import in_window
from tests.migration.planning.small import AT, NIGHTS, database, server, supported
from tests.migration.proposing import given, planned

TERABYTES = 5 << 40


def _machine(name: str, tool: str, **more: Any) -> Estate:
    held = Workload(
        id=f"{name}/machine/{name}", server=name, kind="machine", name=name, bytes=TERABYTES, seen_at=AT
    )
    assessed: Assessment = supported(name).model_copy(update={"tool": tool})
    return Estate([server(name, os_id="windows", **more)], [held], [], [assessed])


@pytest.mark.parametrize("tool", ["Azure Migrate", "by hand", "the vendor"])
def test_a_plan_moves_a_server_with_the_tool_of_its_assessment(tool: str) -> None:
    plan, _ = planned(given(_machine("files01", tool), AT, {"window": NIGHTS}))
    moves = [move.how for wave in plan.waves for move in wave.moves] or [
        given(_machine("files01", tool), AT).estate.how(_machine("files01", tool).workloads[0])
    ]
    assert moves == [tool]


def test_what_is_carried_whole_is_not_moved_by_decant() -> None:
    assessed = supported("a").model_copy(update={"tool": "Azure Migrate"})
    whole = Estate([server("a")], [database("a")], [], [assessed], movers={"postgres"})
    assert whole.how(whole.workloads[0]) == "Azure Migrate"
    ours = Estate([server("a")], [database("a")], [], [supported("a")], movers={"postgres"})
    assert ours.how(ours.workloads[0]) == "decant"


@pytest.mark.parametrize(
    ("kind", "how", "share"),
    [
        ("machine", "Azure Migrate", 0.05),
        ("postgres", "decant", 0.05),
        ("machine", "by hand", 0.1),
        ("files", "by hand", 0.1),
        ("sqlserver", "by hand", 1),
        ("machine", "the vendor", 0.1),
    ],
)
def test_what_was_copied_before_is_not_in_the_window(kind: str, how: How, share: float) -> None:
    one = Workload(id=f"a/{kind}/x", server="a", kind=kind, name="x", bytes=1000, seen_at=AT)
    assert in_window(one, how, Planning()) == (round(1000 * share), 1000 - round(1000 * share), False)


def test_planning_toml_says_another_share() -> None:
    rules = {"durations": {"share_in_window": 0.2}, "effort": {"machine": {"minutes": 5, "share_in_window": 0.5}}}
    one = Workload(id="a/machine/a", server="a", kind="machine", name="a", bytes=1000, seen_at=AT)
    planning = Planning.model_validate(rules)
    assert [in_window(one, how, planning)[0] for how in ("Azure Migrate", "by hand")] == [200, 500]
    rules["effort"]["machine"].pop("share_in_window")
    assert in_window(one, "by hand", Planning.model_validate(rules))[0] == 100


@pytest.mark.parametrize("tool", ["Azure Migrate", "by hand"])
def test_a_file_server_of_terabytes_fits_a_night(tool: str) -> None:
    plan, asked = planned(given(_machine("files01", tool), AT, {"window": NIGHTS}))
    assert plan.waves
    assert asked.durations == (
        f"machine {'by ' if tool != 'by hand' else ''}{tool}: 1 hour and 40 MB/s, "
        f"{5 if tool != 'by hand' else 10}% of the data in the window "
        "(minutes supposed in [effort], rate supposed in [durations])",
        f"copied before the windows: {'4.5 TiB' if tool == 'by hand' else '4.8 TiB'} in all, which takes about "
        f"{34 if tool == 'by hand' else 36} hours one after another; "
        "the link's limit counts only what goes in the windows",
    )
