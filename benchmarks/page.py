"""The figures of docs/performance.md, written from `benchmarks/results/`: none is copied by hand."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Goal, Result
from estate.documents.words import day

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
MARK = "<!-- figures: python -m benchmarks page -->\n"
"""What stands above this in the page, people write."""
BUSY = 0.5
"""A load before the run from which somebody else was at work on the machine."""


def results(folder: Path = RESULTS) -> list[Result]:
    """Every result that is kept, by name."""
    return [
        Result.model_validate_json(file.read_text("utf-8"), extra="ignore")
        for file in sorted(folder.glob("*.json"))
    ]


def markdown(found: list[Result]) -> str:
    """What stands below the mark."""
    if not found:
        return "\nNo result is kept in `benchmarks/results/` yet: `make bench` writes them.\n"
    return "\n".join(line for result in found for line in _result(result)) + "\n"


def refresh() -> None:
    """Write the page's figures anew."""
    above = PAGE.read_text("utf-8").partition(MARK)[0]
    PAGE.write_text(above + MARK + markdown(results()), "utf-8")


def _result(result: Result) -> Iterator[str]:
    machine = result.machine
    yield f"\n## {result.benchmark.capitalize()}: figures of {day(result.at)}\n"
    yield f"`{result.command}`, on {machine.cores} cores ({machine.processor}, Linux {machine.kernel})." + (
        f" The machine was not quiet: its load before the run was {machine.load_before:g}, so only ratios count."
        if machine.load_before > BUSY
        else ""
    )
    for name, why in result.left_out.items():
        yield f"\nLeft out: {name}, because {why}"
    yield "\n| goal | wanted | found | |\n| --- | --- | ---: | --- |"
    for goal in result.goals:
        yield f"| `{goal.figure}` | {goal.wanted} {goal.value:g} | {_found(goal)} | {'met' if goal.met else 'not met'} |"
    yield "\n| figure | median | | spread |\n| --- | ---: | --- | ---: |"
    for one in result.figures:
        yield f"| `{one.name}` | {one.median:,g} | {one.unit} | {one.spread:.0%} |"


def _found(goal: Goal) -> str:
    return "not measured" if goal.found is None else f"{goal.found:,g}"
