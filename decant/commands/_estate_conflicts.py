"""`decant estate conflicts`: where sources do not agree."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from decant.output import json_option
from estate.errors import EXIT_FINDINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from decant.journeys.differences import Differences
    from estate.records.conflict import Conflict
    from estate.records.server import Origin

CONFLICT = ("value", "is", "shown", "says", "where", "as of")


@click.command("conflicts", short_help="List where sources do not agree.")
@click.argument("server", required=False, shell_complete=complete.servers)
@click.option(
    "--accept", metavar="VALUE", help="Let the difference in VALUE stand (or `lookalikes`); needs --reason."
)
@click.option("--reason", default="", help="Why it may stand. It is kept, with your name.")
@click.option("--reopen", metavar="VALUE", help="Take back that VALUE was accepted.")
@json_option
@click.pass_obj
def COMMAND(
    app: App, server: str | None, accept: str | None, reason: str, reopen: str | None, as_json: bool
) -> int:
    """List every value on which sources differ, and machines that may be one server and were not joined.

    Of two values, the one that is shown elsewhere is marked. Mend the source that is wrong and import it again. Where
    both are right in their way, accept the difference of one SERVER: it is listed apart until a source says something
    else. Exit 1 where a difference is open.
    """
    from decant.journeys import differences
    from decant.output import next_step, say, show_json
    from estate.records.server import Server

    if (accept or reopen) and server is None:
        raise click.UsageError("say of which SERVER")
    if accept and reopen:
        raise click.UsageError("--accept and --reopen exclude each other")
    if reason and not accept:
        raise click.UsageError("--reason goes with --accept")
    if server is not None:
        server = app.store.resolve(Server, server).id
    if server is not None and accept:
        made = differences.accept(app, server, accept, reason)
        say(
            f"{made.server}: the difference in {differences.name_of(made.field)} stands, until a source says something else."
        )
    if server is not None and reopen:
        differences.reopen(app, server, reopen)
    found = differences.differences(app.store, server)
    if as_json:
        show_json(
            "decant.conflicts/1",
            {"conflicts": found.conflicts, "lookalikes": found.lookalikes, "accepted": found.accepted},
        )
    else:
        _show(found)
    if found.open:
        next_step(
            "mend the source that is wrong and import it again",
            "or let it stand: decant estate conflicts SERVER --accept VALUE --reason TEXT",
        )
    else:
        next_step("decant estate list")
    return EXIT_FINDINGS if found.open else 0


def _show(found: "Differences") -> None:
    from decant.journeys.differences import in_words, name_of
    from decant.output import table
    from estate.documents.words import day

    table(
        "Values on which sources differ",
        ["server", *CONFLICT],
        [[one.server, *row] for one in found.conflicts for row in conflict_rows([one])],
    )
    if found.lookalikes:
        table(
            "May be one server, and were not joined",
            ["servers", "as", "why"],
            [[", ".join(one.servers), "; ".join(one.sightings), one.reason] for one in found.lookalikes],
        )
    if found.accepted:
        table(
            "Accepted as they are",
            ["server", "value", "said", "why", "by", "on"],
            [
                [one.server, name_of(one.field), "; ".join(in_words(one)), one.reason, one.by, day(one.at)]
                for one in found.accepted
            ],
        )


def conflict_rows(found: "Iterable[Conflict]") -> list[list[object]]:
    """A row for each thing said: the value's name, what is said, whether it is shown, by whom, where, of when."""
    from decant.journeys.differences import name_of
    from estate.documents.words import day

    return [
        [
            name_of(one.field),
            _value(one.field, said.value),
            "" if number else "yes",
            said.source,
            said.where,
            day(said.at),
        ]
        for one in found
        for number, said in enumerate(one.said)
    ]


def origin_rows(origins: "Mapping[str, Origin]") -> list[list[object]]:
    """A row for each value: its name, the source, where it stands there, and of when it is."""
    from decant.journeys.differences import name_of
    from estate.documents.words import day

    return [[name_of(field), one.source, one.where, day(one.at)] for field, one in sorted(origins.items())]


def _value(field: str, value: str) -> str:
    """A number of bytes as people read it: sizes that hardly differ are no conflict."""
    from estate.documents.words import size

    return size(int(value)) if field.endswith("_bytes") and value.isdecimal() else value
