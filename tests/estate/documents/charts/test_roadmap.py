"""Names on the roadmap: closed periods without anybody's own words, waves without an ellipsis."""

from estate.documents.charts import roadmap
from estate.records.plan import Wave


def test_a_closed_period_is_told_by_what_councils_close_for_and_never_by_its_name() -> None:
    assert roadmap.closed_for("Local elections, agreed with M. Pym") == "elections"
    assert roadmap.closed_for("Annual council tax billing") == "council tax billing"
    assert roadmap.closed_for("Upgrade of db-legacy") == "a closed period"
    owner = roadmap.closed_for("Elections", lambda words: "elections" in words)
    assert owner == "a closed period", "a service has that name"


def test_a_long_name_of_a_wave_has_two_lines_and_is_whole_in_them() -> None:
    held = Wave(number=2, name="wyr-bms01, wyr-dc01, wyr-lic01 and 2 more", moves=())
    assert roadmap.wave_name(held, True) == "Wave 2: wyr-bms01, wyr-dc01,\nwyr-lic01 and 2 more"
    assert roadmap.wave_name(held, False) == "Wave 2"
