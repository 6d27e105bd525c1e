"""docs/policies.md lists every rule as it is."""

from pathlib import Path

from decant.journeys.rules import markdown

DOC = Path(__file__).parents[2] / "docs" / "policies.md"


def test_the_list_of_rules_is_the_rules():
    listed = DOC.read_text("utf-8").partition("<!-- rules -->\n")[2]
    assert listed == markdown(), "put the output of `decant rules list --markdown` below `<!-- rules -->`"
