"""A preview as a person reads it."""

from collections import defaultdict
from collections.abc import Sequence

import click

from decant.output import table
from estate.documents import words
from estate.records.preview import Preview
from stacks.preview.difference import Change

EXAMPLE = "Its machines, databases and assumptions are still the template's: an example, not your workloads."


def show(made: Preview, changes: Sequence[Change] | None) -> None:
    """Print a preview for a person: by component with its cost, the dearest lines, and what has no price."""
    cost: dict[str, float] = defaultdict(float)
    for line in made.estimate.lines:
        cost[line.resource] += line.monthly_gbp
    by_urn = {resource.urn: resource for resource in made.resources}
    parts: dict[str, list[float]] = {}
    for resource in made.built:
        above = by_urn.get(resource.parent)
        part = above.name if above is not None and not above.type.startswith("pulumi:") else "stack"
        counted = parts.setdefault(part, [0, 0.0])
        counted[0] += 1
        counted[1] += cost.get(resource.name, 0.0)
    table(
        f"{made.stack}, by part",
        ("part", "resources", "£ a month"),
        [
            (part, int(count), f"{pounds:,.2f}")
            for part, (count, pounds) in sorted(parts.items(), key=lambda entry: -entry[1][1])
        ],
        numbers=("resources", "£ a month"),
    )
    click.echo()
    table(
        "What costs most",
        ("resource", "meter", "£ a month", "price", "supposes"),
        [
            (line.resource, line.meter, f"{line.monthly_gbp:,.2f}", line.basis, line.assumption)
            for line in made.estimate.lines[:10]
        ],
        numbers=("£ a month",),
    )
    if made.estimate.unpriced:
        click.echo()
        table(
            "No price, so not in the total",
            ("resource", "type", "why"),
            [(entry.resource, entry.type, entry.why) for entry in made.estimate.unpriced],
        )
    if changes is not None:
        click.echo()
        table(
            "What differs",
            ("change", "resource", "type", "inputs"),
            [(c.change, c.name, c.type, ", ".join(c.changed)) for c in changes],
        )
    bases: dict[str, float] = defaultdict(float)
    for line in made.estimate.lines:
        bases[line.basis] += line.monthly_gbp
    unpriced = len(made.estimate.unpriced)
    click.echo(f"\n{made.stack} is a {made.kind} stack of {words.count(len(made.built), 'resource')}.")
    click.echo(
        f"Total: £{made.estimate.monthly_gbp:,.2f} a month, without VAT"
        + (f", and {unpriced} that have no price" if unpriced else "; everything has a price")
        + f". Oldest price: {words.day(made.estimate.priced_at)}."
    )
    click.echo(
        f"Of it, £{made.estimate.guessed_gbp:,.2f} rests on guessed prices: our own judgement, undated, "
        "or another region's."
    )
    if made.example:
        click.echo(EXAMPLE)
    click.echo(
        "Prices: "
        + ", ".join(f"£{pounds:,.2f} {basis}" for basis, pounds in sorted(bases.items(), key=lambda b: -b[1]))
        + f". {made.estimate.source}."
    )
