"""`decant why`: every reason behind what is said of one server."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from decant.journeys.why import Why


@click.command("why", short_help="Give every reason for what is said of one server.")
@click.argument("server", metavar="SERVER", shell_complete=complete.servers)
@json_option
@click.pass_obj
def COMMAND(app: App, server: str, as_json: bool) -> None:
    """Give every reason behind a server's disposition, size, costs, risk and wave, as they are stored.

    What is not there yet is named, with the command that makes it.
    """
    from decant.journeys.why import why
    from decant.output import listing, next_step, show_json

    found = why(app, server)
    if as_json:
        show_json("decant.why/1", _row(found))
        return
    for title, lines in _parts(found):
        listing(title, lines)
    listing("Not there yet", [f"{one.what}: run `{one.command}`" for one in found.missing])
    if found.server.role != "legacy":
        listing(found.server.id, ["it is a target: only servers that are to be left are assessed"])
    if found.missing:
        next_step(found.missing[0].command)
    else:
        next_step("decant plan show" if found.places else "decant plan")


def _row(found: "Why") -> dict[str, object]:
    return {
        "server": found.server.id,
        "assessment": found.assessment,
        "risk": found.risk,
        "lowest": found.risk.lowest if found.risk else None,
        "highest": found.risk.highest if found.risk else None,
        "costs": found.costs,
        "unpriced": found.unpriced,
        "places": [
            {
                "workload": one.workload,
                "wave": one.wave.number if one.wave else None,
                "expected": one.wave.expected if one.wave else None,
                "why": one.why,
            }
            for one in found.places
        ],
        "missing": [{"what": one.what, "command": one.command} for one in found.missing],
    }


def _parts(found: "Why") -> Iterator[tuple[str, list[str]]]:
    from estate.documents.words import day, pounds

    one = found.assessment
    yield "Noted of it", [found.server.purpose] if found.server.purpose else []
    if one is not None:
        disposition = one.disposition.value if one.disposition else "unknown"
        by = f", {one.tool}" if one.tool else ""
        decided = f", decided by {one.overridden_by}" if one.overridden_by else ""
        yield f"{one.server}: {disposition}, {one.readiness}{by}{decided}", list(one.reasons)
        yield "What speaks against it", list(one.against)
        yield "To settle first", list(one.conditions)
        yield "Support", [f"{s.name}: {s.reason}" for s in one.support]
        yield "Size", [f"{one.size.sku}: {one.size.basis}"] if one.size else []
    yield (
        "Costs, in pounds without VAT",
        [
            f"{line.what} ({line.side}, {line.nature}): {pounds(line.amount.likely)}"
            f" ({pounds(line.amount.low)} to {pounds(line.amount.high)}): {line.reckoning}; {line.source}"
            + (f" of {day(line.priced_at)}" if line.priced_at else "")
            for line in found.costs
        ],
    )
    yield "Without a price", [f"{each.what}: {each.why}" for each in found.unpriced]
    risk = found.risk
    if risk is not None:
        total = f"{risk.lowest:g} of 30" if not risk.open else f"{risk.lowest:g} to {risk.highest:g} of 30"
        yield (
            f"Risk: {total}, red from {risk.red_from:g}",
            [
                *(f"{s.criterion}: {s.points} ({s.why})" for s in (*risk.likelihood, *risk.impact) if s.points),
                *(
                    [f"open: {', '.join(s.criterion for s in risk.open)} (`decant risk --ask`)"]
                    if risk.open
                    else []
                ),
            ],
        )
    yield (
        "Waves",
        [
            f"{place.workload}: "
            + (
                f"wave {place.wave.number}" + (f", {day(place.wave.expected)}" if place.wave.expected else "")
                if place.wave
                else "does not move"
            )
            + (f": {place.why}" if place.why else "")
            for place in found.places
        ],
    )
