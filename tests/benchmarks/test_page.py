"""The page of figures says what the results say."""

from pathlib import Path

from benchmarks import page
from benchmarks.figures import Figure, Goal, Machine, Result
from estate.records.base import now

RESULT = Result(
    benchmark="inventory",
    command="python -m benchmarks inventory",
    at=now(),
    machine=Machine(cores=2, processor="a processor", kernel="6.1", load_before=3.5),
    figures=(Figure(name="decant_seconds", unit="s", values=(1.0, 2.0, 4.0)),),
    goals=(
        Goal(figure="ratio_vs_ansible", wanted="at least", value=8, found=7.5),
        Goal(figure="ratio_vs_floor", wanted="at most", value=1.4, found=None),
    ),
    left_out={"pyinfra": "it is not installed"},
)


def test_the_pages_figures_are_those_of_the_kept_results() -> None:
    below = page.PAGE.read_text("utf-8").partition(page.MARK)[2]
    assert below == page.markdown(page.results()), "write them anew: `python -m benchmarks page`"


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "inventory.json").write_text(RESULT.model_dump_json(indent=2))
    assert page.results(tmp_path) == [RESULT]


def test_every_figure_and_goal_is_shown_and_a_busy_machine_is_said() -> None:
    shown = page.markdown([RESULT])
    assert "| `decant_seconds` | 2 | s | 150% |" in shown
    assert "| `ratio_vs_ansible` | at least 8 | 7.5 | not met |" in shown
    assert "| `ratio_vs_floor` | at most 1.4 | not measured | not met |" in shown
    assert "not quiet" in shown
    assert "pyinfra" in shown


def test_without_results_the_page_says_so() -> None:
    assert "make bench" in page.markdown([])
