"""planning.toml: a template that works, and one clear sentence for whatever is wrong."""

import contextlib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import UsageError
from migration.planning.file import EFFORT, Planning, load, template


def uncommented(text: str) -> str:
    """The template with everything that it offers."""
    lines = []
    for line in text.splitlines():
        bare = line.removeprefix("# ")
        is_setting = bare.startswith("[") or (" = " in bare and bare.split(" = ")[0].replace("_", "").isalpha())
        lines.append(bare if line.startswith("# ") and is_setting else "")
    return "\n".join(lines)


def written(tmp_path: Path, text: str) -> Planning:
    path = tmp_path / "planning.toml"
    path.write_text(text)
    return load(path)


def test_no_file_and_the_template_as_it_stands_are_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "planning.toml") == Planning()
    assert written(tmp_path, template()) == Planning()


def test_everything_that_the_template_offers_is_valid_and_all_settings_are_offered(tmp_path: Path) -> None:
    found = written(tmp_path, uncommented(template()))
    raw = tomllib.loads(uncommented(template()))
    assert set(raw) == set(Planning.model_fields)
    assert {one.name for one in found.blackout} == {
        "Local elections", "Council tax billing", "Year end", "School admissions",
    }  # fmt: skip
    defaults = Planning()
    for section in ("capacity", "pilot"):
        offered = raw[section]
        assert {name: getattr(getattr(defaults, section), name) for name in offered if name not in _EXAMPLES} == {
            name: value for name, value in offered.items() if name not in _EXAMPLES
        }
    assert raw["effort"]["postgres"] == EFFORT["postgres"].model_dump()


_EXAMPLES = {"low_risk", "not_low_risk"}

WINDOW = "[[window]]\nstart = 20:00:00\nend = 06:00:00\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[link]\nmegabits = 0", "link.megabits must be more than 0"),
        ("[link]\nmegabit = 1000", "did you mean megabits"),
        ("[capacty]\nworkloads = 3", "did you mean capacity"),
        ("[[windows]]\n", "did you mean window"),
        ("[capacity]\nworkloads = 0", "capacity.workloads must be 1 or more"),
        (WINDOW, "give either every"),
        (WINDOW + 'every = "Saturday"\nday = 2027-01-02', "give either every"),
        (WINDOW + 'every = "Caturday"', "window 1, every must be 'Monday'"),
        (WINDOW + "day = 2027-01-02\nof_month = [1]", "belong to a window with `every`"),
        ('[[blackout]]\nname = "x"\nfirst = 2027-02-01\nlast = 2027-01-01', "ends before it begins"),
        ('[[blackout]]\nname = "x"\nfirst = 2027-01-01\nlast = 2027-02-01\npartner = "y"', "who is no [[partner]]"),
        ('[[budget]]\nyear = "2026/28"\npounds = 1', "no financial year"),
        ('[[budget]]\nyear = "2026/27"\npounds = 1\n[[budget]]\nyear = "2026/27"\npounds = 2', "two entries of [[budget]]"),
        ('[[deadline]]\nserver = "a"\n[[deadline]]\nserver = "a"', "two entries of [[deadline]] for a"),
        ('[[deadline]]\nserver = "a"\nday = "soon"', "deadline 1, day must be a date"),
        ("[effort.postgress]\nminutes = 3", "did you mean postgres"),
        ('[[person]]\nname = "A"\nskill = "x"\nhours_a_window = 8\naway = [{ first = 2027-02-02, last = 2027-01-01 }]',
         "last lies before first"),
        ("[[window", "is not valid TOML"),
        (WINDOW + "day = 9999-12-31", "window 1, day must be"),
        (WINDOW + 'every = "Saturday"\nfirst = 9999-12-31', "window 1, first must be"),
        ('[[blackout]]\nname = "x"\nfirst = 0001-01-01\nlast = 2027-02-01', "blackout 1, first must be"),
        ("[link]\nmegabits = inf", "link.megabits must be"),
        ("[durations]\nunknown_gib = nan", "durations.unknown_gib must be"),
        ('[[budget]]\nyear = "2026/27"\npounds = 1000000000000000000000000', "budget 1, pounds must be"),
        ('[[blackout]]\nname = "a\\u0007b"\nfirst = 2027-01-01\nlast = 2027-02-01', "holds a control character"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        written(tmp_path, text)
    assert message in str(refused.value)
    assert refused.value.exit_code == 2


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_bytes_raise_anything_but_our_errors(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("planning") / "planning.toml"
    path.write_bytes(data)
    with contextlib.suppress(UsageError):
        load(path)
