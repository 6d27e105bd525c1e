"""Names in planning.toml, as people write them."""

from dataclasses import replace

import pytest

from estate.errors import UsageError
from migration.planning.named import as_known
from tests.migration.planning.small import AT, FIRST, NIGHTS, SECOND, THIRD, days, estate
from tests.migration.proposing import given, planned


def test_names_in_capitals_are_the_same_servers() -> None:
    rules = {
        "deadline": [{"server": "A", "day": THIRD, "hard": True}],
        "before": [{"first": "B", "then": "A"}],
        "pilot": {"low_risk": ["B"]},
    }
    about = given(estate("a", "b"), AT, {"window": NIGHTS, **rules})
    known = replace(about, planning=as_known(about.planning, ["a", "b"]))
    assert days(planned(known)[0]) == {"b": FIRST, "a": SECOND}
    twice = {"deadline": [{"server": "A", "day": THIRD}, {"server": "a", "day": THIRD}]}
    with pytest.raises(UsageError, match=r"two entries of \[\[deadline\]\] for a"):
        as_known(given(estate("a"), AT, twice).planning, ["a"])
