"""`decant moves`: where every move stands."""

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("moves")
@click.argument("move", required=False, shell_complete=complete.moves)
@click.option(
    "--residue", is_flag=True, help="Look on the hosts for what moves left behind; exit 1 if an ended one did."
)
@json_option
@click.pass_obj
def COMMAND(app: App, move: str | None, residue: bool, as_json: bool) -> int:
    """Show every move, or one with all that is known of it.

    For a move that soaks, the flow back is looked at on its hosts.
    """
    from decant.journeys import moving
    from decant.output import next_step, show_json, table
    from estate.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_UNREACHABLE, worst
    from estate.records.move import ENDED

    code = EXIT_DONE
    rows = []
    with moving.engine(app) as engine:
        wanted = engine.find(move).id if move else None
        found = [each for each in engine.standings() if wanted in {None, each.move.id}]
        for each in found:
            if not residue:
                rows.append(moving.row(each))
                continue
            left, unknown = moving.really_left(engine, each.move)
            rows.append(moving.row(each, left, unknown))
            if unknown:
                code = worst((code, EXIT_UNREACHABLE))
            elif left and each.move.phase in ENDED:
                code = worst((code, EXIT_FINDINGS))
    if as_json:
        show_json("decant.moves/1", {"moves": rows})
        return code
    moving.show_moves(rows)
    if residue:
        table(
            "Left on the hosts",
            ["move", "host", "kind", "name", "old value"],
            [[r["id"], left.host, left.kind, left.name, left.old or ""] for r in rows for left in r["residue"]],
        )
    if wanted is not None:
        one = found[0].move
        if one.description is not None:
            moving.show_description(one.description)
        table("Differences", ["what", "source", "target", "note"], moving.differences(app, one))
    last = next((r for r in reversed(rows) if r["phase"] not in ENDED), None)
    next_step(last["next"].replace("` or `", ", or ") if last else "decant status")
    return code
