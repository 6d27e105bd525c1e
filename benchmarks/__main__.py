"""`python -m benchmarks NAME --json FILE`: one benchmark, whole, as root on a quiet machine."""

import sys
from pathlib import Path

import click

from benchmarks import copies, inventory, page, plan, previews, scale
from benchmarks.figures import Result
from decant.progress import drawer
from estate.errors import DecantError
from practice import system


@click.group()
def main() -> None:
    """Decant beside its peers, in one run. Exit 0 where every goal is met, 1 where one is not."""


@main.command("inventory")
@click.option("--hosts", default=50, show_default=True, help="How many light hosts.")
@click.option("--repeat", default=3, show_default=True, type=click.IntRange(min=3), help="How many rounds.")
@click.option("--json", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write the result there.")
def of_inventory(hosts: int, repeat: int, output: Path | None) -> None:
    """Read many hosts at once: Decant, ansible-core, pyinfra, OpenSSH, and the floor."""
    command = f"python -m benchmarks inventory --hosts {hosts} --repeat {repeat}"
    progress = drawer(sys.stderr)
    try:
        system.install(progress)
        result = inventory.run(command, hosts, repeat, progress)
    except DecantError as wrong:
        click.echo(f"benchmarks: {wrong}", err=True)
        sys.exit(wrong.exit_code)
    show(result, output)


@main.command("scale")
@click.option(
    "--recorded", default=1000, show_default=True, type=click.IntRange(min=400), help="Hosts from transcripts."
)
@click.option("--hosts", default=200, show_default=True, type=click.IntRange(min=40), help="Light hosts.")
@click.option("--repeat", default=3, show_default=True, type=click.IntRange(min=3), help="How many rounds.")
@click.option("--json", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write the result there.")
def of_scale(recorded: int, hosts: int, repeat: int, output: Path | None) -> None:
    """Many hosts: memory, time a host, and what dead hosts cost the others."""
    command = f"python -m benchmarks scale --recorded {recorded} --hosts {hosts} --repeat {repeat}"
    progress = drawer(sys.stderr)
    try:
        system.install(progress)
        result = scale.run(command, recorded, hosts, repeat, progress)
    except DecantError as wrong:
        click.echo(f"benchmarks: {wrong}", err=True)
        sys.exit(wrong.exit_code)
    show(result, output)


@main.command("plan")
@click.option("--json", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write the result there.")
def of_plan(output: Path | None) -> None:
    """Plan estates of 200, 2,000 and 10,000 servers: beside their bounds, and a greedy planner."""
    try:
        result = plan.run("python -m benchmarks plan", drawer(sys.stderr))
    except DecantError as wrong:
        click.echo(f"benchmarks: {wrong}", err=True)
        sys.exit(wrong.exit_code)
    show(result, output)


@main.command("stacks")
@click.option("--repeat", default=5, show_default=True, type=click.IntRange(min=3), help="How many rounds.")
@click.option("--json", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write the result there.")
def of_stacks(repeat: int, output: Path | None) -> None:
    """Preview production: beside the same program under Pulumi's own mocks, and the bare import."""
    try:
        result = previews.run(f"python -m benchmarks stacks --repeat {repeat}", repeat, drawer(sys.stderr))
    except DecantError as wrong:
        click.echo(f"benchmarks: {wrong}", err=True)
        sys.exit(wrong.exit_code)
    show(result, output)


@main.command("move")
@click.option("--repeat", default=3, show_default=True, type=click.IntRange(min=3), help="How many rounds.")
@click.option("--scale", default=50, show_default=True, type=click.IntRange(min=1), help="Of pgbench: 15 MB each.")
@click.option("--json", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write the result there.")
def of_move(repeat: int, scale: int, output: Path | None) -> None:
    """Time to a verified copy: Decant, rsync and hashes, pgcopydb and hashed rows."""
    progress = drawer(sys.stderr)
    try:
        system.install(progress)
        result = copies.run(
            f"python -m benchmarks move --repeat {repeat} --scale {scale}", repeat, scale, progress
        )
    except DecantError as wrong:
        click.echo(f"benchmarks: {wrong}", err=True)
        sys.exit(wrong.exit_code)
    show(result, output)


@main.command("page")
def of_page() -> None:
    """Write the figures of docs/performance.md anew, from benchmarks/results/."""
    page.refresh()


def show(result: Result, output: Path | None) -> None:
    """Every figure and goal, and the result's file."""
    for figure in result.figures:
        click.echo(f"{figure.name:40} {figure.median:>10} {figure.unit:4} spread {figure.spread:.0%}")
    for goal in result.goals:
        said = "met" if goal.met else "NOT met"
        click.echo(f"goal: {goal.figure} {goal.wanted} {goal.value:g}: {goal.found} ({said})")
    for name, why in result.left_out.items():
        click.echo(f"left out: {name}: {why}")
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(result.model_dump_json(indent=2) + "\n", "utf-8")
    sys.exit(0 if result.met else 1)


if __name__ == "__main__":
    main()
