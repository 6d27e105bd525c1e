"""`decant plan export`: the plan as files that others take."""

from pathlib import Path

import click

from decant.app import App


@click.command("export", short_help="Write it as CSV, a calendar, or settings of stacks.")
@click.option(
    "--csv", "table", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="One row a workload."
)
@click.option(
    "--ical",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The waves as change windows, for a calendar; without times, tentative whole days.",
)
@click.option(
    "--stacks",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="The targets as settings of workload stacks on production, one file a system.",
)
@click.option("--yes", is_flag=True, help="Replace files that are there unasked.")
@click.pass_obj
def COMMAND(app: App, table: Path | None, ical: Path | None, stacks: Path | None, yes: bool) -> None:
    """Write the plan that holds for other tools: any of a table, a calendar, and settings of workload stacks.

    They name servers: keep them as you keep the inventory.
    """
    from decant import confirm
    from decant.journeys import plan_exporting
    from decant.output import next_step, say
    from estate.documents.words import count

    if not (table or ical or stacks):
        raise click.UsageError("say what to write: --csv FILE, --ical FILE or --stacks FOLDER")
    if table is not None and ical is not None and table.resolve() == ical.resolve():
        raise click.UsageError("--csv and --ical name the same file: give each its own")
    made = plan_exporting.stacks_of(app) if stacks else None
    files = list(plan_exporting.stack_files(made, stacks)) if made and stacks else []
    for path in (table, ical, *files):
        if path is not None:
            confirm.output(app, path, yes)
    if table is not None:
        plan = plan_exporting.write_csv(app, table)
        say(f"Wrote {table}: {count(sum(len(wave.moves) for wave in plan.waves), 'workload')} in waves.")
    if ical is not None:
        plan = plan_exporting.write_calendar(app, ical)
        dated = [wave for wave in plan.waves if wave.expected or wave.window_start]
        say(f"Wrote {ical}: {count(len(dated), 'wave')}.")
        if len(dated) < len(plan.waves):
            say(f"Left out: {count(len(plan.waves) - len(dated), 'wave')} without a day.")
    if made is not None and stacks is not None:
        plan_exporting.write_stacks(made, stacks)
        for line in made.left_out:
            say(f"Left out: {line}")
        say(f"Wrote {count(len(files), 'workload stack')} to {stacks}: {', '.join(made.texts)}.")
    written = [path.name for path in (table, ical, *files) if path is not None]
    app.ledger.append("plan.exported", written, {"files": len(written)}, app.actor)
    if stacks is not None:
        next_step(
            f"look through {stacks}, and put what is right into {app.workspace.stacks}",
            "then `decant stack preview NAME` says what each builds and costs",
        )
    else:
        next_step("decant plan show")
