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

    from estate.records.conflict import Conflict
    from estate.records.server import Origin

CONFLICT = ("value", "is", "shown", "says", "where", "as of")


@click.command("conflicts", short_help="List where sources do not agree.")
@click.argument("server", required=False, shell_complete=complete.servers)
@json_option
@click.pass_obj
def COMMAND(app: App, server: str | None, as_json: bool) -> int:
    """List every value on which sources differ, and machines that may be one server and were not joined.

    Of two values, the one that is shown elsewhere is marked. Mend the source that is wrong and import it again.
    Exit 1 where there is any.
    """
    from decant.journeys.sources import disagreements
    from decant.output import next_step, show_json, table
    from estate.records.server import Server

    if server is not None:
        server = app.store.resolve(Server, server).id
    found, lookalikes = disagreements(app.store, server)
    if as_json:
        show_json("decant.conflicts/1", {"conflicts": found, "lookalikes": lookalikes})
    else:
        table(
            "Values on which sources differ",
            ["server", *CONFLICT],
            [[one.server, *row] for one in found for row in conflict_rows([one])],
        )
        if lookalikes:
            table(
                "May be one server, and were not joined",
                ["servers", "as", "why"],
                [[", ".join(one.servers), "; ".join(one.sightings), one.reason] for one in lookalikes],
            )
        if found or lookalikes:
            next_step("mend the source that is wrong and import it again", "the value that is shown is marked")
        else:
            next_step("decant estate list")
    return EXIT_FINDINGS if found or lookalikes else 0


def conflict_rows(found: "Iterable[Conflict]") -> list[list[object]]:
    """A row for each thing said: the value's name, what is said, whether it is shown, by whom, where, of when."""
    from estate.documents.words import day

    return [
        [
            _name(one.field),
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
    from estate.documents.words import day

    return [[_name(field), one.source, one.where, day(one.at)] for field, one in sorted(origins.items())]


def _name(field: str) -> str:
    return field.removesuffix("_bytes").replace("_", " ")


def _value(field: str, value: str) -> str:
    """A number of bytes as people read it: sizes that hardly differ are no conflict."""
    from estate.documents.words import size

    return size(int(value)) if field.endswith("_bytes") and value.isdecimal() else value
