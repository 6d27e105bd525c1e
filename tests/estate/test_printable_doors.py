"""Text that no page can carry is refused in people's files, left out of imports, and never ends a paper."""

from pathlib import Path

import pytest

from estate.documents.paper.model import Text
from estate.errors import UsageError
from estate.printable import one_line
from migration import overrides
from migration.costing import assumptions


@pytest.mark.parametrize("mark", ["\\n", "\\t", "\\u0007", "\\u001b", "\\u202e"])
def test_a_reason_that_a_plan_could_not_be_read_again_with_is_refused(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "overrides.toml"
    path.write_text(f'[[override]]\nserver = "a"\ndisposition = "retain"\nreason = "over{mark}lines"\nwho = "j"\n')
    with pytest.raises(UsageError, match="reason"):
        overrides.load(path, ["a"])


def test_the_source_of_an_assumption_is_one_that_a_paper_can_show() -> None:
    with pytest.raises(UsageError):
        assumptions.parse({"egress_gb": {"low": 5, "likely": 20, "high": 60, "source": "f\x07z"}})


def test_a_cell_is_one_line_of_what_can_be_shown() -> None:
    assert one_line(" IC\x0bT\n team\x07\u202e ") == "IC T team"


def test_a_paper_shows_what_it_cannot_carry() -> None:
    assert Text(text="a\x1b[2Jb").text == "a\\u001b[2Jb"
