"""`decant moves`: where every move stands."""

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("moves", short_help="Show every move, or all that is known of one.")
@click.argument("move", required=False, shell_complete=complete.moves)
@click.option(
    "--residue", is_flag=True, help="Look on the hosts for what moves left behind; exit 1 if an ended one did."
)
@json_option
@click.pass_obj
def COMMAND(app: App, move: str | None, residue: bool, as_json: bool) -> int:
    """Show every move, or one in detail: its phases, freezes and comparisons, and what it was described to do.

    For a move that soaks, the flow back is looked at on its hosts.
    """
    from decant.journeys import move_history, moving
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
        said = move_history.detail(app, found[0].move) if wanted else None
        show_json("decant.moves/1", {"moves": rows, "detail": said})
        return code
    moving.show_moves(rows)
    if residue or wanted:
        table(
            "Found on the hosts" if residue else "Held or changed for the move, as noted",
            ["move", "host", "kind", "name", "old value"],
            [[r["id"], left.host, left.kind, left.name, left.old or ""] for r in rows for left in r["residue"]],
        )
    if wanted is not None:
        one = found[0].move
        move_history.show(one, move_history.detail(app, one))
        table(
            "Differences at the last comparison",
            ["what", "source", "target", "note"],
            moving.differences(app, one),
        )
        if one.description is not None:
            moving.show_description(one.description)
        next_step(*(("decant status", "it has ended") if one.phase in ENDED else moving.advice(one, seen=True)))
        return code
    last = next((each.move for each in reversed(found) if each.move.phase not in ENDED), None)
    next_step(*(moving.advice(last) if last else ("decant status",)))
    return code
