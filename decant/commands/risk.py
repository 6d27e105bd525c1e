"""`decant risk`: how risky each legacy server is, and what only people can say."""

from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from estate.records.risk import Risk, Score


@click.command("risk", short_help="Score the risk of each server by the government's framework.")
@click.argument("servers", metavar="[SERVER]...", nargs=-1, shell_complete=complete.servers)
@click.option("--ask", is_flag=True, help="Add the questions that are open to answers.toml.")
@json_option
@click.pass_obj
def COMMAND(app: App, servers: tuple[str, ...], ask: bool, as_json: bool) -> None:
    """Score each server by the Legacy IT Risk Assessment Framework: likelihood times impact, at most 30, red from 16.

    What was measured is kept apart from what people answered in answers.toml. While criteria are open there is no
    total, only the lowest and the highest that it can be. With one SERVER, every criterion is shown.
    """
    from decant.journeys import risk
    from decant.output import next_step, say, show_json, table
    from estate.documents.words import count

    found = risk.score(app, servers, ask=ask)
    if as_json:
        show_json(
            "decant.risks/1",
            {
                "risks": [
                    {
                        "risk": one,
                        "lowest": one.lowest,
                        "highest": one.highest,
                        "rating": one.rating,
                        "legacy": one.legacy,
                    }
                    for one in found.risks
                ],
                "asked": sum(len(one.scores) for one in found.asked),
            },
        )
        return
    if len(found.risks) == 1:
        _one(found.risks[0])
    else:
        table(
            "Risk of each server, the highest first, by the lowest that each can be",
            ("server", "score", "rating", "legacy", "likelihood known", "open"),
            [
                (
                    one.subject,
                    _range(one),
                    _RATINGS[one.rating],
                    None if one.legacy is None else "yes" if one.legacy else "no",
                    "; ".join(f"{score.criterion} {score.points}" for score in one.likelihood if score.points),
                    len(one.open),
                )
                for one in found.risks
            ],
            numbers=("open",),
        )
    for question in found.asked:
        say(f"Asked of the {question.kind} {question.name}: {', '.join(one.criterion for one in question.scores)}")
    if ask and not found.asked:
        say("answers.toml holds every open question already.")
    still = [one.subject for one in found.risks if one.open]
    say(f"By the {found.risks[0].framework}; which score a measurement means is Decant's judgement.")
    if found.asked:
        next_step(f"answer the questions in {app.workspace.answers.name}, then `decant risk`")
    elif still and not app.workspace.answers.exists():
        next_step("decant risk --ask", f"{count(len(still), 'server')} with open questions")
    elif still:
        next_step(f"answer what is open in {app.workspace.answers.name}, or `decant risk --ask`")
    else:
        next_step("decant plan")


_RATINGS = {"red": "red", "not red": "not red", "open": "may be red"}


def _range(one: "Risk") -> str:
    return f"{one.lowest:g}" if not one.open else f"{one.lowest:g} to {one.highest:g}"


def _one(one: "Risk") -> None:
    from decant.output import table

    table(
        f"{one.subject}: {_range(one)} of 30, {_RATINGS[one.rating]}",
        ("criterion", "score", "basis", "why"),
        [_row(score) for score in (*one.likelihood, *one.impact)],
    )


def _row(score: "Score") -> tuple[str, str, str, str]:
    points = f"1 to {score.most}" if score.points is None else f"{score.points} of {score.most}"
    return (score.criterion, points, score.basis, score.why)
