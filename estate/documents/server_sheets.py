"""The workbook's sheets of servers and what runs on them: deadlines, support, assessments."""

from collections.abc import Iterable

from estate.documents.paper.deadlines import OfProduct, OfServer
from estate.documents.sheets import Head, Sheet
from estate.documents.words import day
from estate.records.assessment import Assessment


def support(products: Iterable[OfProduct]) -> Sheet:
    """What is on the servers and out of support, or soon will be."""
    return Sheet(
        "Support",
        "Products on the servers whose support has ended, ends soon or is not known.",
        (Head("Product", "words"), Head("Support"), Head("Until", "day"), Head("Servers", "number")),
        tuple((one.product, one.status, one.until, one.servers) for one in products),
    )


def deadlines(servers: Iterable[OfServer]) -> Sheet:
    """When each server has to be left, and when it is."""
    return Sheet(
        "Deadlines",
        "One server a row: when its contract and the first of its support end, and when it is left.",
        (
            Head("Server"), Head("Owner"), Head("Contract ends", "day"), Head("First support to end", "words"),
            Head("It ends", "day"), Head("Left on", "day"), Head("Where there is no day", "words"),
        ),
        tuple(
            (
                one.server, one.owner or None, one.contract, one.product or None, one.support, one.left,
                None if one.left else one.instead,
            )
            for one in servers
        ),
    )  # fmt: skip


def assessed(assessments: Iterable[Assessment]) -> Sheet:
    """What was made out of each server."""
    return Sheet(
        "Assessments",
        "What is to become of each server.",
        (
            Head("Server"), Head("Disposition"), Head("Readiness"), Head("Support", "words"), Head("Size in Azure"),
            Head("Reasons", "words"), Head("Conditions", "words"),
        ),
        tuple(
            (
                one.server, one.disposition.value if one.disposition else "unknown", one.readiness,
                "; ".join(f"{each.name}: {each.status}, ends {day(each.ends)}" for each in one.support)
                or "unknown",
                one.size.sku if one.size else "unknown", "; ".join(one.reasons), "; ".join(one.conditions),
            )
            for one in assessments
        ),
    )  # fmt: skip
