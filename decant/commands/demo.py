"""`decant demo`: the whole journey, on real servers where this machine can have them."""

import shutil
import sys
from pathlib import Path

import click

from decant.app import App
from estate.errors import EXIT_DONE, EXIT_FINDINGS


@click.command("demo", short_help="Run the whole journey on the practice estate.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="demo-workspace",
    show_default=True,
    help="The demo's own workspace, made anew each time.",
)
@click.option("--keep", is_flag=True, help="Leave the practice estate up afterwards, to look around in.")
@click.option("--no-servers", is_flag=True, help="Only what needs no servers, from recorded transcripts.")
@click.pass_obj
def COMMAND(app: App, folder: Path, keep: bool, no_servers: bool) -> int:
    """Run the whole journey in the practice estate; without root or Linux, all of it that needs no servers."""
    from decant.journeys import demo as journey
    from decant.journeys import on_servers, without_servers
    from decant.output import next_step, say, table

    del app
    why_not = "you asked for none" if no_servers else on_servers.can_run()
    demo = journey.Demo(journey.fresh(folder), tell=say)
    if why_not:
        say(f"Without servers: {why_not}. What is left out is said at the end and in the report.")
        demo.left_out = list(without_servers.LEFT_OUT)
        done = journey.play(demo, without_servers.stages(), lambda: None)
    else:
        done = on_servers.play(demo, keep)
    table(
        "The demo",
        ["stage", "what was done", "seconds"],
        [[d.name, d.what, f"{d.seconds:.1f}"] for d in done],
        ["seconds"],
    )
    for line in demo.left_out:
        say(f"Left out: {line}")
    say(f"Report: {demo.report}")
    command = "decant" if shutil.which("decant") else Path(sys.executable).with_name("decant")
    next_step(f"open {demo.report}", f"or look around: cd {folder} && {command} status")
    lost = "servers left out" if demo.lost is None else f"{demo.lost} acknowledged writes lost"
    click.echo(f"demo: {len(done)} stages done, {lost}")
    return EXIT_FINDINGS if demo.lost else EXIT_DONE
