"""`decant discover`: read the servers, and derive what they hold and who talks to whom."""

import signal
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from decant.durations import Duration
from decant.numbers import Whole
from decant.output import json_option

if TYPE_CHECKING:
    from decant.journeys.personal import PersonalRun


@click.command("discover", short_help="Read the servers over SSH; changes nothing on them.")
@click.argument("targets", nargs=-1, metavar="[TARGET]…", shell_complete=complete.hosts)
@click.option("--hosts", "hosts_file", type=click.Path(path_type=Path, dir_okay=False), help="Another hosts file.")
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also keep redacted transcripts in this folder, which --replay reads.",
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Read transcripts from this folder instead of the servers.",
)
@click.option(
    "--tier",
    type=Whole(1, 2),
    default=2,
    show_default=True,
    help="1: only what costs a host a moment. 2: everything.",
)
@click.option(
    "--max-age",
    "max_age",
    type=Duration(),
    help="Leave out hosts that were read so recently: 30m, 24h, 7d. One whose last reading failed is never left out.",
)
@click.option(
    "--personal-data",
    "personal_data",
    is_flag=True,
    help="Also sample databases and shared folders for personal data; counts are kept, never a value.",
)
@click.option(
    "--sample",
    "rows",
    type=Whole(10, 10_000),
    help="Rows of each table to sample for personal data. Default: the setting discover.sample_rows.",
)
@json_option
@click.pass_obj
def COMMAND(
    app: App,
    targets: tuple[str, ...],
    hosts_file: Path | None,
    record: Path | None,
    replay: Path | None,
    tier: int,
    max_age: float | None,
    personal_data: bool,
    rows: int | None,
    as_json: bool,
) -> int:
    """Read TARGETs (default: every host of the hosts file), over SSH and without changing anything on them.

    A host that is not reached is listed with the reason; what was known of it stays known. Ctrl-C keeps all that was
    read, and with --max-age the next run goes on from there.
    """
    from decant.commands._targets import chosen as chosen_of
    from decant.interrupt import stopping
    from decant.journeys.discovery import Asked, run
    from decant.journeys.services import wrong_services
    from decant.output import next_step, say, show_json, table
    from estate.documents.words import count, moment
    from estate.errors import worst
    from inventory.hosts_file import load

    _check(personal_data, rows, record, replay)
    hosts = load(hosts_file) if hosts_file else app.hosts
    chosen = chosen_of(hosts, targets)
    with stopping("`decant discover --max-age 1h`", signal.SIGTERM) as stop:
        found = run(app, chosen, hosts, Asked(tier, max_age, record, replay), stop.is_set)
    personal = None
    if personal_data:
        from decant.journeys import personal as looking

        personal = looking.run(app, chosen, hosts, rows)
    if as_json:
        show_json(
            "decant.discover/1",
            {
                "servers": [one.server for one in found.collected if one.server.reached],
                "unreached": [
                    {"server": one.server.id, "reason": one.server.unreached_reason} for one in found.unreached
                ],
                "fresh": found.fresh,
                "not_seen": found.not_seen,
                "workloads": found.workloads,
                "dependencies": found.dependencies,
                "personal_data": personal.found if personal else None,
                "seconds": round(found.seconds, 2),
            },
        )
    else:
        held = Counter(one.server for one in found.workloads if not one.os_owned)
        missing = Counter(one.server for one in found.not_seen)
        table(
            f"{len(found.collected) - len(found.unreached)} of {len(found.collected)} servers read "
            f"in {found.seconds:.1f} s",
            ["server", "operating system", "workloads", "not seen"],
            [
                [
                    one.server.id,
                    one.server.os_name if one.server.reached else f"not reached: {one.server.unreached_reason}",
                    held[one.server.id],
                    missing[one.server.id] if one.server.reached else "all",
                ]
                for one in found.collected
            ],
            numbers=["workloads", "not seen"],
        )
    if found.fresh:
        since = moment(min(one["read_at"] for one in found.fresh))
        say(f"{count(len(found.fresh), 'host')} left out, read since {since}, London time.")
    for wrong in wrong_services(app):
        say(f"{wrong.what}: {wrong.remedy}")
    if personal and not as_json:
        _show(personal)
    if found.unreached and len(found.unreached) < len(found.collected):
        names = ", ".join(one.server.id for one in found.unreached)
        say(f"Not reached: {names}. `decant doctor` says what keeps them away.")
    if found.not_seen:
        poorest = Counter(one.server for one in found.not_seen).most_common(1)[0][0]
        facts = count(len(found.not_seen), "fact was", "facts were")
        say(f"{facts} not seen: `decant estate show {poorest}` says why there, and which right would show them.")
    if found.unreached and len(found.unreached) == len(found.collected):
        next_step("decant doctor", "says what keeps a host from being reached")
    elif personal and personal.drafts:
        next_step(f"edit {personal.drafts[0]}", "complete the drafts for the record of processing")
    else:
        next_step("decant estate list", "then `decant assess`")
    return worst((found.exit_code, personal.exit_code if personal else 0))


def _check(personal_data: bool, rows: int | None, record: Path | None, replay: Path | None) -> None:
    from estate.errors import UsageError

    if rows is not None and not personal_data:
        raise UsageError("--sample says how much --personal-data looks at", "add --personal-data, or leave it out")
    if record is not None and replay is not None:
        raise UsageError("What is replayed was recorded before", "leave --record or --replay out")
    if personal_data and replay is not None:
        raise UsageError("Transcripts hold no personal data to look for", "leave --replay or --personal-data out")


def _show(personal: "PersonalRun") -> None:
    from decant.journeys.personal import passed_rows, personal_rows
    from decant.output import say, table

    table("Personal data, by sample", ["in", "kind", "where", "confidence"], personal_rows(personal.found))
    table("Not looked at", ["in", "what", "count", "why"], passed_rows(personal.found), numbers=["count"])
    for path in personal.drafts:
        say(f"Drafted {path}")
    for path in personal.edited:
        say(f"Left {path} as a person changed it")
