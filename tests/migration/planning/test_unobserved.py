"""Where nobody observed what talks to what, nothing is said to be cut or proved."""

from migration.plan_file import said_of
from migration.planning.edited import judge
from tests.migration.planning.small import AT, NIGHTS, estate, uses
from tests.migration.proposing import given, planned


def test_dependencies_that_nobody_observed_are_unknown_and_not_none() -> None:
    about = given(estate("a", "b"), AT, {"window": NIGHTS})
    plan, _ = planned(about)
    for reached in (plan.reached[3], judge(about, plan).reached[3]):
        assert (reached.unknown, reached.bound) == (True, None)
        assert said_of(reached).endswith("unknown, as no dependency was observed (`decant observe`)")


def test_what_was_observed_is_counted() -> None:
    plan, _ = planned(given(estate("a", "b", talk=[uses("a", "b")]), AT, {"window": NIGHTS}))
    assert not plan.reached[3].unknown
    assert said_of(plan.reached[3]).endswith("and no plan has less")
