"""`decant practice load`: write through the service names all the while, and prove that nothing was lost."""

import click

from decant.commands.practice import estate_option
from decant.numbers import Amount
from decant.output import json_option, next_step, say, show_json, table

_SHOWN_FAULTS = 20


@click.group("load", short_help="Write all the while, and prove that nothing was lost.")
def LOAD() -> None:
    """Write to the databases and the share all the while, and prove that nothing was lost."""


@LOAD.command(short_help="Start the writer in the background.")
@estate_option
@click.option("--rate", default=4.0, show_default=True, type=Amount(0.1, 500), help="Operations a second, each.")
@click.option(
    "--patience",
    default=5.0,
    show_default=True,
    type=Amount(0.1, 300),
    help="Seconds to wait for an answer before the connection is cut.",
)
@click.option("--stream", "names", multiple=True, help="Only this one (reports, shop, shared); may be repeated.")
@click.option("--fresh", is_flag=True, help="Forget what an earlier writer recorded.")
def start(name: str, rate: float, patience: float, names: tuple[str, ...], fresh: bool) -> None:
    """Start the writer in the background; returns once every stream has taken a write."""
    from estate.suggest import pick
    from practice.load.services import load_of, streams

    chosen = streams(name)
    if names:
        wanted = [pick("stream", one, chosen, f"say one of {', '.join(chosen)}") for one in names]
        chosen = {one: chosen[one] for one in wanted}
    pid = load_of(name).start(chosen, rate, fresh=fresh, answer_seconds=patience)
    say(f"The writer runs (process {pid}): {', '.join(chosen)}, {rate:g} operations a second each.")
    next_step(_command("stop", name), f"then `{_command('verify', name)}`")


@LOAD.command()
@estate_option
def stop(name: str) -> None:
    """Let the writer end its operations, and stop it."""
    from practice.load.services import load_of

    say("The writer has stopped." if load_of(name).stop() else "No writer was running.")
    next_step(_command("verify", name))


@LOAD.command()
@estate_option
@json_option
@click.pass_context
def verify(ctx: click.Context, name: str, as_json: bool) -> None:
    """Compare what the writer was promised with what is live now. Exit 0 only if nothing was lost."""
    from practice.load.services import load_of

    load = load_of(name)
    report = load.verify()
    if as_json:
        show_json(
            "decant.load/1",
            {**report.model_dump(mode="json"), "lost": report.lost, "running": load.running() is not None},
        )
        ctx.exit(report.exit_code)
    table(
        "What became of the writes",
        ("stream", "live at", "acknowledged", "refused", "in doubt", "longest gap", "lost", "otherwise wrong"),
        [
            (
                stream.stream,
                stream.address,
                stream.acknowledged,
                stream.refused,
                stream.in_doubt,
                _gap(stream.longest_gap),
                stream.lost,
                None if stream.lost is None else len(stream.faults) - stream.lost,
            )
            for stream in report.streams
        ],
        numbers=("acknowledged", "refused", "in doubt", "longest gap", "lost", "otherwise wrong"),
    )
    faults = [(stream.stream, fault) for stream in report.streams for fault in stream.faults]
    if faults:
        table(
            "What is wrong"
            + (f" (the first {_SHOWN_FAULTS} of {len(faults)})" if len(faults) > _SHOWN_FAULTS else ""),
            ("stream", "item", "what", "acknowledged by", "found on the other side"),
            [
                (stream_name, fault.item, fault.kind.value, fault.acknowledged_by, fault.wrong_side or "no")
                for stream_name, fault in faults[:_SHOWN_FAULTS]
            ],
        )
    for stream in report.streams:
        for side in stream.sides:
            if not side.read:
                where = "live" if side.live else "the other side"
                say(f"{stream.stream}: {side.address} ({where}) could not be read: {side.why}")
        if stream.address is None:
            say(f"{stream.stream}: {stream.why}")
    if report.lost is None:
        say("Not everything could be read, so it is not known whether writes were lost.")
    else:
        say(f"{report.lost} acknowledged writes lost.")
    ctx.exit(report.exit_code)


def _command(action: str, estate: str) -> str:
    return f"decant practice load {action}" + ("" if estate == "decant" else f" --estate {estate}")


def _gap(gap: object) -> str:
    from practice.load.verify import RefusedTime

    if not isinstance(gap, RefusedTime):
        return "none"
    return f"{gap.seconds:.1f} s" + ("" if gap.ended else ", not over")
