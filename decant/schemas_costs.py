"""The published shapes of what costs: the estate's, one server's, and the list prices that were fetched."""

from collections.abc import Mapping

from decant.schema_output import Output
from estate.catalogue.retail import Listed
from estate.records.base import Instant
from estate.records.cost import Amount, Carbon, CostLine, Costs, NotPriced

COSTING: Mapping[str, Output] = {
    "decant.costs/1": Output(
        ("costs",),
        "What the estate costs, in pounds without VAT.",
        {
            "costs": (Costs, "every line with its sum, what has no price, carbon, assumptions and sources"),
            "today": (Amount, "on-premises a year, before anything moves: the sum of those lines"),
            "azure": (Amount, "in Azure a year, once everything has moved"),
            "stays": (Amount, "how much of `today` goes on, of servers that stay or of which nobody has decided"),
            "once": (Amount, "for moving"),
        },
    ),
    "decant.costs-of/1": Output(
        ("costs show",),
        "What one server costs, line by line.",
        {
            "server": (str, "the server; `estate` for what all share"),
            "lines": (list[CostLine], "each figure with its sum, source and assumptions"),
            "unpriced": (list[NotPriced], "what has no price, and why"),
            "carbon": (list[Carbon], "of its electricity; none where neither side is known"),
            "assumptions": (dict[str, str], "those that its lines rest on, with where they are from"),
        },
    ),
    "decant.prices/1": Output(
        ("costs refresh",),
        "List prices that were fetched.",
        {
            "fetched_at": (Instant, "when"),
            "source": (str, "the address"),
            "prices": (dict[str, Listed], "each price in pounds by its meter"),
            "changed": (int, "how many are new or differ from those fetched before"),
            "accepted": (tuple[str, ...], "what looked wrong with them, and was accepted"),
        },
    ),
}
