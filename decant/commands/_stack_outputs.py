"""`decant stack outputs`: what a built stack gives."""

import json
from collections.abc import Iterator, Mapping

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("outputs")
@click.argument("name", shell_complete=complete.stacks)
@click.option("--targets", is_flag=True, help="Write its machines into the hosts file, as targets of moves.")
@json_option
@click.pass_obj
def COMMAND(app: App, name: str, targets: bool, as_json: bool) -> None:
    """Show what the built stack NAME gives: the targets' addresses."""
    from decant.journeys.stack_deploy import deployment
    from decant.output import next_step, show_json, table

    found = deployment(app, name).outputs()
    given = found.get("targets")
    new = _as_hosts(app, name, given if isinstance(given, Mapping) else {}) if targets else ()
    if as_json:
        show_json("decant.outputs/1", {"stack": name, "outputs": found})
        return
    table(
        f"Outputs of {name}",
        ("name", "value"),
        [row for key, value in sorted(found.items()) for row in _rows(key, value)],
    )
    if new:
        next_step(f"decant hosts trust {' '.join(new)}", "then `decant discover` them")
    elif given and not targets:
        next_step(f"decant stack outputs {name} --targets", "its machines become targets of moves")
    else:
        next_step("decant stack list")


def _rows(key: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in sorted(value.items()):
            yield from _rows(f"{key}, {name}", inner)
    else:
        yield key, value if isinstance(value, str) else "none yet" if value is None else json.dumps(value)


def _as_hosts(app: App, name: str, addresses: Mapping[str, str | None]) -> tuple[str, ...]:
    from decant.journeys.stack_targets import add
    from decant.output import say
    from estate.documents.words import count

    added = add(app, name, addresses)
    if added.new:
        say(f"Wrote {count(len(added.new), 'target')} into {app.workspace.hosts}: {', '.join(added.new)}.")
    for one in added.there:
        say(f"{one} is a target there already.")
    for one in added.databases:
        say(f"{one} is a managed database, at {addresses[one]}: not a host.")
    for one in added.nowhere:
        say(f"{one} has no address yet: `decant stack refresh {name}`, then this again.")
    if not addresses:
        say(f"{name} has no targets.")
    return added.new
