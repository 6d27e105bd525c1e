"""What people may set of a business case."""

from pathlib import Path

import pytest

from estate.errors import UsageError
from migration.business.terms import Terms
from migration.costing.assumptions import load


def written(folder: Path, text: str) -> Terms:
    (folder / "assumptions.toml").write_text(f"[business]\n{text}\n")
    return load(folder / "assumptions.toml").terms


def test_without_a_file_the_treasury_s_figures_hold(tmp_path: Path) -> None:
    terms = load(tmp_path / "assumptions.toml").terms
    assert terms == Terms()
    assert (terms.discount_rate, terms.one_off_bias, terms.running_bias, terms.delay_bias) == (
        0.035,
        2.0,
        0.41,
        0.54,
    )
    assert terms.extended_support is None


def test_what_a_person_sets_holds(tmp_path: Path) -> None:
    terms = written(tmp_path, "appraisal_years = 10\nextended_support = { low = 1, likely = 2, high = 3 }")
    assert terms.appraisal_years == 10
    assert terms.extended_support is not None
    assert terms.extended_support.likely == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("appraisal_years = 0", "appraisal_years"),
        ("appraisal_years = 2.5", "appraisal_years"),
        ("discount_rate = nan", "discount_rate"),
        ("discount_rate = 3.5", "discount_rate"),
        ("soak_days = -1", "soak_days"),
        ("apraisal_years = 5", "apraisal_years"),
        ("extended_support = { low = 3, likely = 2, high = 1 }", "do not fall"),
        ("extended_support = { low = -1, likely = 2, high = 3 }", "do not fall"),
        ("extended_support = { low = 1, likely = nan, high = 3 }", "do not fall"),
        ("extended_support = { low = 1, likely = 2, high = inf }", "do not fall"),
        ('refresh_on = "soon"', "refresh_on"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        written(tmp_path, text)
    assert said in str(refused.value)
    assert "assumptions.toml" in str(refused.value)


def test_a_key_that_is_nearly_right_is_told_what_it_may_mean(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="appraisal_years"):
        written(tmp_path, "apraisal_years = 5")
