"""`decant practice`: a small council's servers on this machine, to try everything on."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from decant import complete
from decant.app import App
from decant.numbers import Whole
from decant.output import json_option

if TYPE_CHECKING:
    from decant.rows import PracticeHostRow
    from practice.host import HostStatus


class _Practice(click.Group):
    """The subgroup `load` lives in a file of its own; nothing of it is imported before it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "load"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "load":
            from decant.commands import _practice_load

            return _practice_load.LOAD
        return super().get_command(ctx, cmd_name)


estate_option: Callable[[Any], Any] = click.option(
    "--estate",
    "name",
    default="decant",
    show_default=True,
    envvar="DECANT_PRACTICE_ESTATE",
    help="The estate's name; several can be up at once.",
)


@click.group("practice", short_help="Run real servers on this machine to try everything on.", cls=_Practice)
def COMMAND() -> None:
    """Real servers on this machine to try everything on: needs root on Debian."""


@COMMAND.command("up", short_help="Bring the estate up.")
@estate_option
@click.option(
    "--legacy",
    type=click.Choice(["bullseye", "bookworm"]),
    default="bullseye",
    show_default=True,
    help="The Debian release of the legacy servers.",
)
@click.pass_obj
def up(app: App, name: str, legacy: str) -> None:
    """Bring the estate up; install what is missing and build its images first, once."""
    from decant.output import next_step, say
    from practice import system
    from practice.estate import Estate

    installed = system.install(app.progress)
    if installed:
        say(f"Installed: {', '.join(installed)}")
    estate = Estate(name)
    estate.up(app.progress, legacy)
    say(f"The estate {name} is up. Hosts file: {estate.hosts_file}")
    next_step(f"decant practice run{_named(name)} -- COMMAND", "runs a client inside; `shell HOST` logs in")


@COMMAND.command("down")
@estate_option
@click.pass_obj
def down(app: App, name: str) -> None:
    """Take the estate down, with all that was written in it. Cached images stay."""
    from decant.output import say
    from practice.estate import Estate

    was_there = Estate(name).down(app.progress)
    say(f"The estate {name} is gone." if was_there else f"No estate {name} was there; nothing was changed.")


@COMMAND.command("status")
@estate_option
@json_option
@click.pass_context
def status(ctx: click.Context, name: str, as_json: bool) -> None:
    """Show whether each host runs, answers, and has its services active. Exits 1 where one is not ready."""
    from decant.output import next_step, show_json, table
    from estate.documents.words import size
    from practice.estate import Estate

    hosts = Estate(name).status()
    if as_json:
        show_json("decant.practice-status/1", {"estate": name, "hosts": [_row(host) for host in hosts]})
    else:
        rows = [
            [
                host.name,
                host.address,
                "ready" if host.ready else "not ready" if host.running else "down",
                ", ".join(f"{unit} {state}" for unit, state in host.units.items() if state != "active"),
                size(host.memory_bytes) if host.running else "",
            ]
            for host in hosts
        ]
        table(f"Estate {name}", ["host", "address", "state", "not active", "memory"], rows, ["memory"])
        if not any(host.running for host in hosts):
            next_step("decant practice up", "bring it up")
    if not all(host.ready for host in hosts):
        ctx.exit(1)


@COMMAND.command(
    "run",
    short_help="Run a command as a client in the estate.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@estate_option
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED)
def run(name: str, argv: tuple[str, ...]) -> None:
    """Run a command as a client in the estate; its exit status is passed on."""
    from practice.estate import Estate

    sys.exit(Estate(name).run(argv))


@COMMAND.command("shell")
@estate_option
@click.argument("host", shell_complete=complete.practice_hosts)
def shell(name: str, host: str) -> None:
    """Log in to a host as the operator."""
    from practice.estate import Estate

    sys.exit(Estate(name).shell(host))


@COMMAND.command("fleet", short_help="Have so many light hosts besides, for scale.")
@estate_option
@click.argument("count", type=Whole(0, 500))
@click.pass_obj
def fleet(app: App, name: str, count: int) -> None:
    """Have COUNT light hosts besides, for scale: adds or removes what differs; 0 removes all."""
    from decant.output import say
    from practice import system
    from practice.fleet import Fleet

    system.install(app.progress)
    hosts = Fleet(name)
    hosts.resize(count, app.progress)
    say(f"The estate {name} has {count} light hosts." + (f" Hosts file: {hosts.hosts_file}" if count else ""))


def _row(host: "HostStatus") -> "PracticeHostRow":
    return {
        "name": host.name,
        "address": host.address,
        "running": host.running,
        "answers": host.answers,
        "units": host.units,
        "memory_bytes": host.memory_bytes,
        "ready": host.ready,
    }


def _named(name: str) -> str:
    return "" if name == "decant" else f" --estate {name}"
