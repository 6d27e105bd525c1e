"""`decant import`: take in what other tools know of the estate. Each source is a command of its own."""  # noqa: N999 - the file has the command's name

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from decant.journeys.importing import Imported

_MAPPING = """\b
A mapping file says which column is what:
  name = "cmdb"
  [columns]
  name = "CI Name"
  address = ["IP", "IP Address"]
  owner = "Service owner"
  memory = "RAM"
  [units]
  memory = "GiB"
  [leave_out]
  "Class" = ["Printer", "Switch"]
"""


class _Sources(click.Group):
    """A command for each file of `inventory/sources/`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The sources' ids."""
        from inventory.sources import all_sources

        del ctx
        return list(all_sources())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of one source; None where there is none of that name."""
        from inventory.sources import all_sources

        del ctx
        source = all_sources().get(cmd_name)
        return None if source is None else _command(source)


def _command(source: Any) -> click.Command:
    parameters: list[click.Parameter] = []
    if source.takes == "files":
        kind = click.Path(path_type=Path)
        parameters.append(click.Argument(["paths"], nargs=-1, required=True, type=kind, metavar="FILE..."))
        as_of = click.Option(
            ["--as-of"],
            type=click.DateTime(["%Y-%m-%d"]),
            help="When it was so, as 2026-11-22. Default: the date of the file.",
        )
        parameters.append(as_of)
        if source.needs_mapping:
            parameters.append(
                click.Option(
                    ["--mapping"],
                    type=click.Path(path_type=Path, dir_okay=False),
                    required=True,
                    help="The mapping file, in TOML.",
                )
            )
    else:
        parameters += [
            click.Option(
                ["--profile", "profiles"],
                multiple=True,
                help="A profile of the cloud's own settings, for each account; the default one where none is named.",
            ),
            click.Option(
                ["--region", "regions"],
                multiple=True,
                help="A region. Default: all that the account has switched on.",
            ),
        ]
    parameters.append(click.Option(["--dry-run"], is_flag=True, help="Show what would come in, and keep nothing."))

    @click.pass_obj
    def run(app: App, /, as_json: bool, dry_run: bool, **given: Any) -> int:
        return _run(app, source, as_json, dry_run, given)

    note = f"\n\n{_MAPPING}" if source.needs_mapping else ""
    made = click.Command(
        source.id,
        params=parameters,
        callback=run,
        help=f"{source.about}\n\nEvery row is accounted for: taken, or left out with the reason.{note}",
        short_help=source.about.partition(":")[0].partition(";")[0].removesuffix(".") + ".",
    )
    found: click.Command = json_option(made)
    return found


@click.group("import", cls=_Sources, short_help="Take in RVTools, Azure Migrate, AWS, or a CSV.")
def COMMAND() -> None:
    """Take in what other tools know of the estate. The same server seen by several sources is one server."""


def _run(app: App, source: Any, as_json: bool, dry_run: bool, given: dict[str, Any]) -> int:
    from dataclasses import asdict
    from zoneinfo import ZoneInfo

    from decant.journeys.importing import run
    from decant.output import show_json
    from estate.errors import UsageError
    from inventory.sources.base import Request

    missing = next((path for path in given.get("paths", ()) if not path.exists()), None)
    if missing is not None:
        raise UsageError(f"there is no file or folder {missing}", "see that its name is right")
    as_of: datetime | None = given.get("as_of")
    request = Request(
        paths=given.get("paths", ()),
        mapping=given.get("mapping"),
        profiles=given.get("profiles", ()),
        regions=given.get("regions", ()),
        as_of=as_of.replace(tzinfo=ZoneInfo("Europe/London")) if as_of else None,
    )
    done = run(app, source, request, dry_run)
    if as_json:
        show_json(
            "decant.import/1",
            {
                "source": done.source,
                "dry_run": dry_run,
                "rows": {
                    name: sum(getattr(part, name) for part in done.parts) for name in ("rows", "taken", "left_out")
                },
                "parts": done.parts,
                "taken": [asdict(one) for one in done.taken],
                "left_out": done.left_out,
                "doubts": done.doubts,
                "conflicts": done.conflicts,
                "lookalikes": done.lookalikes,
                "not_seen_again": done.not_seen_again,
            },
        )
    else:
        _show(done)
    return done.exit_code


_MOST_SHOWN = 30


def _show(done: "Imported") -> None:
    from decant.output import next_step, say, table
    from estate.documents.words import count

    table(
        "What was read",
        ["what", "outcome", "rows", "taken", "left out", "to know"],
        [
            [part.where, part.outcome, part.rows, part.taken, part.left_out, "; ".join(part.notes)]
            for part in done.parts
        ],
        numbers=["rows", "taken", "left out"],
    )
    rows = [
        [one.server, "new" if one.new else "known", one.joined_by, one.where]
        for one in sorted(done.taken, key=lambda one: (not one.joined_by, one.server))
    ]
    would = "would come in" if done.dry_run else "came in"
    table(
        f"Servers that {would}: {len(rows)}{_cut(rows)}", ["server", "", "joined by", "from"], rows[:_MOST_SHOWN]
    )
    if done.left_out:
        left = [[one.where, one.what, one.reason] for one in done.left_out]
        table(f"Left out{_cut(left)}", ["row", "name", "why"], left[:_MOST_SHOWN])
    if done.doubts:
        doubts = [[one.where, one.what, one.reason] for one in done.doubts]
        table(f"Values that could not be read{_cut(doubts)}", ["row", "column", "why"], doubts[:_MOST_SHOWN])
    if done.not_seen_again:
        say(
            f"An earlier import told of {count(len(done.not_seen_again), 'server')} more: "
            f"{', '.join(done.not_seen_again[:10])}. What is known of them stays; `decant estate forget` removes it."
        )
    if done.dry_run:
        next_step("the same command without --dry-run", "nothing was kept")
    elif done.conflicts or done.lookalikes:
        found = count(len(done.conflicts) + len(done.lookalikes), "place")
        next_step("decant estate conflicts", f"sources do not agree in {found}")
    elif done.taken:
        next_step("decant estate list", "then `decant assess`")
    else:
        next_step("decant import --help", "nothing came in")


def _cut(rows: list[list[str]]) -> str:
    return f" (the first {_MOST_SHOWN}; --json has all)" if len(rows) > _MOST_SHOWN else ""
