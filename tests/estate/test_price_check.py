"""A list of prices that cannot be whole, or holds what no cloud charges, is doubted with its reasons."""

from datetime import date

from estate.catalogue import disks
from estate.catalogue.price_check import doubts
from estate.catalogue.prices import book
from estate.catalogue.retail import Listed
from estate.catalogue.sizes import sizes

DAY = date(2026, 11, 1)


def price(gbp: float, unit: str = "hour") -> Listed:
    return Listed(unit=unit, gbp=gbp, since=DAY)


def whole(factor: float = 1.0) -> dict[str, Listed]:
    """Every size and disk of Premium SSD at so many times the book's price."""
    meters = [f"vm/{sku}" for sku in sizes()] + [
        f"disk/Premium_LRS/{one.tier}" for one in disks.tiers("Premium_LRS")
    ]
    return {meter: price(known.gbp * factor) for meter in meters if (known := book().price(meter))}


def test_a_whole_list_is_not_doubted_nor_one_that_is_somewhat_dearer_or_cheaper() -> None:
    for factor in (0.5, 1, 1.4, 2.5):
        assert doubts(whole(factor), None, book()) == ()
        assert doubts(whole(factor), whole(), book()) == ()


def test_too_few_of_a_series_are_said_and_once_accepted_are_no_longer() -> None:
    of_bsv2 = {f"vm/{sku}" for sku, size in sizes().items() if size.series == "Bsv2"}
    found = {meter: one for meter, one in whole().items() if meter not in of_bsv2}
    assert [one for one in doubts(found, None, book()) if "series Bsv2, 0 have a price" in one]
    assert doubts(found, found, book()) == ()


def test_what_is_missing_of_the_list_before_is_said() -> None:
    before = whole() | {f"vm/{sku}/reserved-1y": price(500, "year") for sku in sizes()}
    (said,) = doubts(whole(), before, book())
    assert said.startswith(f"of {len(before)} prices fetched before, {len(sizes())} are missing (vm/")


def test_a_price_is_held_against_the_list_before_and_the_book_and_either_will_do() -> None:
    sku = "vm/Standard_D2as_v5"
    dear = whole() | {sku: price(0.5)}
    (said,) = doubts(dear, None, book())
    assert said == f"{sku} costs £0.5000; the price book has £0.0778"
    assert doubts(dear, dear, book()) == (), "it was accepted"
    (said,) = doubts(whole() | {sku: price(0.001)}, whole(1.2), book())
    assert "the list before has £0.0934, the price book has £0.0778" in said


def test_what_neither_list_has_is_held_against_its_machine() -> None:
    sku = "vm/Standard_E4as_v5"
    assert doubts(whole() | {f"{sku}/reserved-3y": price(900, "year")}, None, book()) == ()
    (said,) = doubts(whole() | {f"{sku}/reserved-3y": price(9_999_999, "year")}, None, book())
    assert said == f"{sku}/reserved-3y costs £1,141.55 an hour; its machine costs £0.2304"


def test_of_many_strange_prices_three_are_named_and_the_others_counted() -> None:
    said = doubts(whole(100), None, book())
    assert len(said) == 4
    assert said[-1] == f"and {len(whole()) - 3} more prices of that sort"
