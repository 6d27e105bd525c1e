"""`decant evidence`: check, export and anchor the ledger."""

from pathlib import Path

import click

from decant.app import App
from decant.output import json_option


@click.group("evidence", short_help="Check, export and anchor the ledger of what was done.")
def COMMAND() -> None:
    """The ledger of everything that was done: check it, export it, anchor it elsewhere."""


@COMMAND.command("verify", short_help="Recompute every hash and signature.")
@click.option(
    "--anchors",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="A file of anchors kept elsewhere. May be given more than once.",
)
@click.option(
    "--public-key", type=click.Path(path_type=Path, dir_okay=False), help="A copy of ledger.pub kept elsewhere."
)
@json_option
@click.pass_obj
def verify(app: App, anchors: tuple[Path, ...], public_key: Path | None, as_json: bool) -> None:
    """Recompute every hash and signature; exit 1 names the first entry that does not hold."""
    from decant.output import next_step, say, show_json
    from estate.anchors import SYSLOG

    checked = app.ledger.verify(dict.fromkeys([*anchors, *app.anchors_elsewhere]), public_key)
    if as_json:
        show_json(
            "decant.evidence/1", {"holds": True, **vars(checked), "public_key_given": public_key is not None}
        )
        return
    covered = (
        f"anchored up to entry {checked.anchored_sequence}" if checked.anchors else "not anchored anywhere yet"
    )
    click.echo(f"The ledger holds: {checked.entries:,} entries, {covered}.")
    if public_key is None:
        say("Checked against the workspace's own public key; give a copy kept elsewhere with --public-key.")
    named = app.settings.ledger.anchor_file
    if named and named != SYSLOG and not app.anchors_elsewhere:
        say(f"{named} cannot be read here, so its anchors were not compared.")
    if checked.anchored_sequence != checked.entries:
        next_step("decant evidence anchor", "what comes after the last anchor could be cut off unseen")
    else:
        next_step("decant evidence export FILE", "for an auditor")


@COMMAND.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.pass_obj
def export(app: App, file: Path | None) -> None:
    """Write the ledger as JSON Lines to FILE (default: standard output)."""
    import os

    from decant.output import next_step, say
    from estate.errors import UsageError
    from estate.writing import PRIVATE, create

    if file is None:
        for line in app.ledger.export():
            click.echo(line)
        return
    try:
        with os.fdopen(create(file, PRIVATE), "w", encoding="ascii") as out:
            count = sum(bool(out.write(line + "\n")) for line in app.ledger.export())
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror})", "name a new file") from error
    say(f"Wrote {count:,} entries to {file}")
    next_step("decant evidence verify")


@COMMAND.command("anchor", short_help="Note the ledger's head, also in a second place.")
@json_option
@click.pass_obj
def anchor(app: App, as_json: bool) -> None:
    """Note the ledger's head in `.decant/anchors.jsonl`, and in the second place that the settings name."""
    from decant.output import next_step, say, show_json

    made = app.ledger.anchor(app.settings.ledger.anchor_file)
    if as_json:
        show_json("decant.anchor/1", {"anchor": made})
        return
    if made is None:
        say("The ledger is empty; there is nothing to anchor.")
        return
    click.echo(f"Anchored entry {made.sequence}: {made.entry_sha256}")
    if not app.settings.ledger.anchor_file:
        say(
            "Only in this workspace: set ledger.anchor_file in decant.toml to a file on another machine's disk,"
            ' or to "syslog:" for the system log.'
        )
    next_step("decant evidence verify")
