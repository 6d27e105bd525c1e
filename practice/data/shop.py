"""The rows of `shop`: customers, what they ordered, the till's log."""

import json
from collections.abc import Iterator
from pathlib import Path

from practice.data.people import Borough, table

CUSTOMERS = 20_000
ORDERS = 50_000
TILL_LINES = 20_000

PRODUCTS = (
    (1, "Garden waste bin, one year", "54.00", 4000, "waste"),
    (2, "Garden waste sacks, roll of 25", "30.50", 9000, "waste"),
    (3, "Bulky waste collection", "45.00", 2500, "waste"),
    (4, "Replacement wheeled bin", "39.95", 800, "waste"),
    (5, "Resident's parking permit", "65.00", 20000, "permit"),
    (6, "Visitors' parking permits, book of 10", "15.00", 20000, "permit"),
    (7, "Skip permit, 14 days", "42.00", 5000, "permit"),
    (8, "Street trading licence", "310.00", 200, "licence"),
    (9, "Pavement café licence", "500.00", 100, "licence"),
    (10, "Allotment, half plot, one year", "38.00", 350, "licence"),
    (11, "Ambleford tea towel", "8.50", 1200, "gift"),
    (12, "Mayor's Christmas cards, 10", "5.00", 700, "gift"),
)


def write(root: Path, bundle: Path) -> None:
    """Leave the tables in `bundle`."""
    del root
    borough = Borough("shop")
    table(bundle, "customers", _customers(borough))
    table(bundle, "products", PRODUCTS)
    table(bundle, "orders", _orders(borough))
    table(bundle, "order_lines", _lines(borough))
    table(bundle, "till_log", _till(borough))


def _customers(borough: Borough) -> Iterator[tuple[object, ...]]:
    for number in range(1, CUSTOMERS + 1):
        p = borough.person(number)
        joined = f"{borough.moment(3000):%Y-%m-%d %H:%M:%S}"
        yield number, f"{p.given} {p.family}", p.email, p.address, p.postcode, joined


def _orders(borough: Borough) -> Iterator[tuple[object, ...]]:
    for number in range(1, ORDERS + 1):
        placed = f"{borough.moment(1500):%Y-%m-%d %H:%M:%S.%f}"[:-3]
        # Double quotes of JSON inside a field are doubled by the writer, and halved again by the loader.
        basket = json.dumps({"channel": borough.random.choice(["web", "desk"]), "gift": number % 9 == 0})
        yield number, borough.random.randrange(1, CUSTOMERS + 1), placed, int(number % 17 != 0), basket


def _lines(borough: Borough) -> Iterator[tuple[object, ...]]:
    for number in range(1, ORDERS + 1):
        for product in borough.random.sample(PRODUCTS, borough.random.randrange(1, 4)):
            yield number, product[0], borough.random.randrange(1, 5), product[2]


def _till(borough: Borough) -> Iterator[tuple[object, ...]]:
    for _ in range(TILL_LINES):
        at = f"{borough.moment(700):%Y-%m-%d} 12:{borough.random.randrange(60):02d}:00"
        yield (
            at,
            f"T{borough.random.randrange(1, 9):03d}",
            borough.random.choice(borough.sentences).encode("ascii", "ignore").decode(),
        )
