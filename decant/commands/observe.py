"""`decant observe`: look at the servers again and again, for who talks to whom and how much they use."""

import signal

import click

from decant import complete
from decant.app import App
from decant.durations import Duration, told
from decant.output import json_option


@click.command("observe", short_help="Look again and again: who talks to whom, and how much is used.")
@click.argument("targets", nargs=-1, metavar="[TARGET]…", shell_complete=complete.hosts)
@click.option("--every", type=Duration(), default="5m", show_default=True, help="From one round to the next.")
@click.option("--for", "length", type=Duration(), default="24h", show_default=True, help="How long in all.")
@json_option
@click.pass_obj
def COMMAND(app: App, targets: tuple[str, ...], every: float, length: float, as_json: bool) -> int:
    """Look at TARGETs (default: every host of the hosts file) in rounds, over one connection each.

    A round reads connections, CPU, memory, disks, network and load, without changing anything. Each is kept as it
    comes: Ctrl-C or a kill loses nothing, and another run goes on. Several may run at once.
    """
    from decant.commands._observed import data, show
    from decant.commands._targets import chosen
    from decant.interrupt import stopping
    from decant.journeys.observing import run
    from decant.output import next_step, say, show_json
    from estate.documents.words import some
    from estate.errors import UsageError

    if every > length:
        raise UsageError(
            f"one round every {told(every)} does not fit into {told(length)}", "make --for longer than --every"
        )
    rounds = int(length / every + 1e-9) + 1
    hosts = chosen(app.hosts, targets)
    with stopping("`decant observe`", signal.SIGTERM) as stop:
        found = run(app, hosts, every, rounds, stop.is_set)
    if as_json:
        show_json("decant.observe/1", data(found))
    else:
        show(found)
    if found.run.stopped:
        say(
            f"Stopped after {found.run.done} of {rounds} rounds, which are kept. Run `decant observe` again to go on."
        )
    never = [one.host.name for one in found.watched if not one.rounds]
    if never and len(never) < len(found.watched):
        say(f"Not reached: {some(never, 10)}. `decant doctor` says what keeps them away.")
    if never and len(never) == len(found.watched):
        next_step("decant doctor", "says what keeps a host from being reached")
    else:
        next_step("decant estate list", "then `decant assess`")
    return found.exit_code
