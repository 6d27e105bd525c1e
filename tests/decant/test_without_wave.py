"""Servers that are to move and that no wave holds: a plan is not done while there are any."""

from datetime import UTC, datetime

from decant.journeys.without_wave import told, without_wave
from estate.records.assessment import Assessment, Disposition
from estate.records.plan import Plan, PlannedMove, Wave

AT = datetime(2026, 11, 22, tzinfo=UTC)


def assessed(server: str, disposition: Disposition | None) -> Assessment:
    return Assessment(server=server, disposition=disposition, readiness="ready", reasons=("",), at=AT)


ASSESSED = [
    assessed("web", Disposition.REHOST),
    assessed("db", Disposition.REPLATFORM),
    assessed("files", Disposition.REPLATFORM),
    assessed("print", Disposition.RETAIN),
    assessed("strange", None),
]
LEGACY = {one.server for one in ASSESSED}


def test_a_plan_names_what_it_leaves_out() -> None:
    plan = Plan(
        id="plan",
        waves=(
            Wave(
                number=1, name="a", moves=tuple(PlannedMove(workload=f"{name}/x/y") for name in ("web", "files"))
            ),
        ),
        not_moving={
            "files/files/big": "it cannot be planned: it takes 40 hours",
            "print/service/spool": "its server stays where it is",
        },
        at=AT,
    )
    found = without_wave([plan], ASSESSED, LEGACY)
    assert found == ["db", "files", "strange"]
    assert told(found) == "3 servers to move or undecided are in no wave: db, files, strange"
    assert told(without_wave([], ASSESSED, LEGACY)) == "", "there is no plan yet"
    assert "strange" not in without_wave([plan], ASSESSED, LEGACY - {"strange"}), "it is no server to be left"
