"""A preview as a person reads it."""

from collections import defaultdict
from collections.abc import Sequence

import click

from decant.journeys.check import groups
from decant.journeys.stack_preview import Made
from decant.output import sentence, table
from estate.documents import words
from estate.records.finding import Status
from estate.records.preview import EstimateLine
from stacks.preview.difference import Change

EXAMPLE = "Its machines, databases and assumptions are still the template's: an example, not your workloads."


def show(whole: Made, changes: Sequence[Change] | None) -> None:
    """Print a preview for a person: by component with its cost, the dearest lines, what has no price, and what fails."""
    made = whole.preview
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
        "What costs money, by resource",
        ("resource", "meter", "£ a month", "price", "of", "supposes"),
        [
            (line.resource, line.meter, f"{line.monthly_gbp:,.2f}", line.basis, _of(line), line.assumption)
            for line in made.estimate.lines
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
    failing = groups(whole.checked.findings, Status.FAIL)
    if failing:
        click.echo()
        table(
            "Findings that fail",
            ("severity", "rule", "what", "count", "where"),
            [
                (g.severity, g.rule, g.title, len(g.findings), words.some([f.subject for f in g.findings], 3))
                for g in failing
            ],
            numbers=("count",),
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
    click.echo()
    sentence(f"{made.stack} is {words.an(made.kind)} stack of {words.count(len(made.built), 'resource')}.")
    sentence(
        f"Total: £{made.estimate.monthly_gbp:,.2f} a month, without VAT"
        + (f", and {unpriced} that have no price" if unpriced else "; everything has a price")
        + f". Oldest price: {words.day(made.estimate.priced_at)}."
    )
    _budget(whole)
    sentence(
        f"Of it, £{made.estimate.guessed_gbp:,.2f} rests on guessed prices: our own judgement, undated, "
        "or another region's."
    )
    if made.example:
        sentence(EXAMPLE)
    sentence(
        "Prices: "
        + ", ".join(f"£{pounds:,.2f} {basis}" for basis, pounds in sorted(bases.items(), key=lambda b: -b[1]))
        + f". {made.estimate.source}."
    )
    counts = whole.checked.counts
    sentence("Findings: " + ", ".join(f"{number} {name}" for name, number in counts.items()) + ".")


def _of(line: EstimateLine) -> str:
    return words.day(line.dated) if line.dated else "no day"


def _budget(whole: Made) -> None:
    """The budgets that it draws on, what is left of each, and who lets it pass where it is over."""
    cost = whole.preview.estimate.monthly_gbp
    for one in whole.cap.allowances:
        whose = "Budget" if one.stack == whole.preview.stack else f"Budget of {one.stack}"
        known = sorted(one.others.keys() - set(one.unknown))
        others = f", £{one.budget_gbp - one.left_gbp:,.2f} of it for {', '.join(known)}" if known else ""
        others += f", what {', '.join(one.unknown)} takes is not known" if one.unknown else ""
        left = one.left_gbp - cost
        sentence(
            f"{whose}: £{one.budget_gbp:,.2f} a month{others}; "
            + (
                f"{'at most ' if one.unknown else ''}£{left:,.2f} would be left."
                if left >= 0
                else f"this is £{-left:,.2f} too much."
            )
        )
    if whole.cap.override is not None:
        sentence(f"Over the cap, and {whole.cap.override.who} lets it pass: {whole.cap.override.reason}")
