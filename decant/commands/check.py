"""`decant check`: hold stacks and servers against the rules."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from decant.journeys.check import Checked

_SHOWN = 3
"""So many subjects are named in the table; `--json` has all."""

fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(["critical", "high", "medium", "low"]),
    default="low",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)


@click.group("check", short_help="Hold a stack or the servers against the rules.")
def COMMAND() -> None:
    """Hold a stack or the servers against the rules. Exit 1 on findings, 5 where a rule itself broke."""


@COMMAND.command("stack", short_help="Check what a stack would build.")
@click.argument("name", shell_complete=complete.stacks)
@fail_on_option
@json_option
@click.pass_context
def stack(ctx: click.Context, name: str, fail_on: str, as_json: bool) -> None:
    """Check what the stack NAME would build; it is previewed anew where settings or programs have changed."""
    from decant.journeys.check import check_stack

    app: App = ctx.obj
    _show(ctx, check_stack(app, name), f"Stack {name}", fail_on, as_json)


@COMMAND.command("hosts")
@click.argument("servers", nargs=-1, metavar="[SERVER]...", shell_complete=complete.servers)
@fail_on_option
@json_option
@click.pass_context
def hosts(ctx: click.Context, servers: tuple[str, ...], fail_on: str, as_json: bool) -> None:
    """Check the recorded facts of every SERVER, or of all servers."""
    from decant.journeys.check import check_hosts
    from estate.documents.words import count

    app: App = ctx.obj
    made = check_hosts(app, servers)
    _show(ctx, made, count(len(made.subjects), "server"), fail_on, as_json)


def _show(ctx: click.Context, made: "Checked", title: str, fail_on: str, as_json: bool) -> None:
    from decant.journeys.check import groups
    from decant.output import next_step, say, show_json
    from estate.records.finding import Status
    from policies.evaluate import exit_code

    if as_json:
        show_json(
            "decant.findings/1",
            {
                "subjects": made.subjects,
                "at": made.at,
                "as_of": made.as_of,
                "counts": made.counts,
                "findings": made.findings,
                "uncovered": made.uncovered,
                "notes": made.notes,
            },
        )
    else:
        _tables(made, title)
    for note in made.notes:
        say(note)
    if any(f.crashed for f in made.findings):
        say("A rule itself went wrong; what it would have found is not known. Please report it.")
    failing = made.counts["fail"]
    if failing:
        worst = groups(made.findings, Status.FAIL)[0].rule
        next_step(
            f"decant rules show {worst}", "why this rule is there and what to do; `decant report` has them all"
        )
    else:
        next_step("decant report")
    ctx.exit(exit_code(made.findings, fail_on))  # type: ignore[arg-type]  # click checked the choice


def _tables(made: "Checked", title: str) -> None:
    from decant.journeys.check import groups, of_whole_servers
    from decant.output import listing, sentence, table
    from estate.documents.words import count, moment
    from estate.records.finding import Status

    for status, name in ((Status.FAIL, "failing"), (Status.WAIVED, "waived")):
        found = groups(made.findings, status)
        if status is Status.FAIL and not found:
            sentence(f"{title}: nothing fails.")
        elif found:
            table(
                f"{title}: {name}",
                ["severity", "rule", "what", "count", "where"],
                [
                    [g.severity, g.rule, g.title, len(g.findings), _where([f.subject for f in g.findings])]
                    for g in found
                ],
                numbers=["count"],
            )
    unread, rest = of_whole_servers(made.findings)
    listing("Not evaluated, as the server was not read", unread)
    undecided = groups(rest, Status.NOT_EVALUATED)
    if undecided:
        table(
            f"{title}: not evaluated",
            ["rule", "what", "count", "why", "where"],
            [
                [
                    g.rule,
                    g.title,
                    len(g.findings),
                    reasons_in_short([f.why for f in g.findings]),
                    _where([f.subject for f in g.findings]),
                ]
                for g in undecided
            ],
            numbers=["count"],
        )
    sentence(", ".join(f"{number} {name}" for name, number in made.counts.items()))
    if made.as_of is not None:
        sentence(f"Judged from what was recorded on {moment(made.as_of)}, London time")
    if made.uncovered:
        names = [type_.removeprefix("azure-native:") for type_ in made.uncovered]
        sentence(f"No rule is about {_where(names)} ({count(sum(made.uncovered.values()), 'resource')})")


def _where(subjects: Sequence[str]) -> str:
    named = ", ".join(subjects[:_SHOWN])
    return named + (f" and {len(subjects) - _SHOWN} more" if len(subjects) > _SHOWN else "")


def reasons_in_short(reasons: Sequence[str]) -> str:
    """The reason that most have, with how many others there are."""
    first, *others = Counter(reasons).most_common()
    if not others:
        return first[0]
    rest = sum(number for _, number in others)
    return f"{first[1]}: {first[0]}; {rest}: {others[0][0] if len(others) == 1 else 'other reasons, in --json'}"
