"""Prices come from the council's own rates, then from Microsoft's list as fetched, then from the book."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.catalogue import meters, price_lists, rates, retail
from estate.catalogue.prices import book
from estate.errors import DecantError, UnreachableError, UsageError
from tests.estate.retail_answers import answer, disk, item

TODAY = date(2026, 11, 22)
ASKED = "https://prices.azure.com/api/retail/prices?currencyCode='GBP'"
D2 = "Standard_D2as_v5"


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def fetched(*items: dict[str, Any]) -> retail.Retail:
    found = retail.prices(retail.page(answer(items), ASKED).items)
    return retail.Retail(
        fetched_at=datetime(2026, 11, 20, tzinfo=UTC),
        url=retail.URL,
        currency="GBP",
        region="uksouth",
        prices=dict(found),
    )


def rate(meter: str, gbp: object, more: str = "") -> str:
    return f'[[rate]]\nmeter = "{meter}"\ngbp = {gbp}\ndated = 2026-10-01\n{more}\n'


def test_the_councils_own_rate_comes_before_the_list_and_the_list_before_the_book(tmp_path: Path) -> None:
    own = rates.load(written(tmp_path / "rates.toml", rate(f"vm/{D2}", 0.05, 'note = "reseller"')))
    lists = price_lists.Prices(own, fetched(item(D2, 0.09), item("Standard_D4as_v5", 0.18)))
    found = [
        lists.price(meter) for meter in (f"vm/{D2}", "vm/Standard_D4as_v5", "vm/Standard_D8as_v5", "vm/Standard_X")
    ]
    assert [one and (one.gbp, one.source) for one in found] == [
        (0.05, "rates.toml"),
        (0.18, "Azure Retail Prices API"),
        (0.311368, "price book: retail-gbp"),
        None,
    ]
    assert "1 of the council's own" in lists.caution(TODAY)
    assert "fetched on 20 November 2026" in lists.caution(TODAY)
    assert lists.oldest == book().oldest


def test_no_file_and_the_template_as_it_stands_mean_no_rate_of_the_councils_own(tmp_path: Path) -> None:
    assert rates.load(tmp_path / "rates.toml").rates == {}
    assert rates.load(written(tmp_path / "rates.toml", rates.TEMPLATE)).rates == {}
    every = "\n".join(
        line.removeprefix("# ")
        for line in rates.TEMPLATE.splitlines()
        if line.startswith(("# [[", "# meter", "# gbp", "# dated", "# note"))
    )
    assert len(rates.load(written(tmp_path / "rates.toml", every), ["db01"]).rates) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (rate("vm/Standard_D2as_v55", 1), "did you mean vm/Standard_D2as_v5"),
        (rate(f"vm/{D2}", "nan"), "gbp must be a number"),
        (rate(f"vm/{D2}", "inf"), "gbp must be a number"),
        (rate(f"vm/{D2}", -1), "gbp must be 0 or more"),
        (rate(f"vm/{D2}", 1e30), "gbp must be 1e+07 or less"),
        (rate(f"vm/{D2}", '"1"'), "gbp must be a number"),
        (rate(f"vm/{D2}", 1, 'currency = "USD"'), "must be GBP"),
        ('currency = "EUR"\n', "must be GBP"),
        (rate(f"vm/{D2}", 1, 'unit = "month"'), "is priced by the hour, not by the month"),
        (rate(f"vm/{D2}", 1) * 2, "is given twice"),
        (rate("today/db99", 1), "there is no server"),
        (rate(f"vm/{D2}", 1, 'meters = "x"'), "did you mean meter"),
        (f'[[rate]]\nMeter = "vm/{D2}"\ngbp = 1\ndated = 2026-01-01\n', "did you mean meter"),
        (f'[[rate]]\nmeter = "vm/{D2}"\ngbp = 1\ndated = 2027-01-01\n', "which is still to come"),
        (f'[[rate]]\nmeter = "vm/{D2}"\ngbp = 1\n', "dated is missing"),
        ("rate = 3\n", "must be a list"),
        ("[[rate", "is not valid TOML"),
    ],
)
def test_what_is_wrong_with_a_rate_is_said(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError) as wrong:
        rates.load(written(tmp_path / "rates.toml", text), ["db01", "web01"], TODAY)
    assert says in str(wrong.value)


def test_every_meter_of_the_book_and_of_the_tables_can_be_given_a_rate() -> None:
    for meter in book().prices:
        assert meters.unit_of(meter) == book().prices[meter].unit
    assert meters.unit_of("vm/Standard_E4as_v5/reserved-3y") == "year"
    assert meters.unit_of("repurchase/db01") == "year"
    assert meters.unit_of("repurchase/") is None


def test_of_an_answer_only_what_is_an_ordinary_price_in_uk_south_is_taken() -> None:
    found = fetched(
        item(D2, 0.077842),
        item(D2, 0.01, skuName=f"{D2} Spot", meterName="D2as v5 Spot"),
        item(D2, 0.01, meterName="D2as v5 Low Priority"),
        item(D2, 0.149457, productName="Dasv5 Series Cloud Services"),
        item(D2, 0.149457, productName="Virtual Machines Dasv5 Series Windows"),
        item(D2, 0.077, productName="Virtual Machines Dasv5 Series Windows", type="DevTestConsumption"),
        item(D2, 402.444246, type="Reservation", reservationTerm="1 Year"),
        item(D2, 777.643716, type="Reservation", reservationTerm="3 Years"),
        item("Standard_D4as_v5", 1.0, armRegionName="westeurope"),
        item("Standard_Z9", 1.0),
        disk("P10", 18.563811),
        disk("E10", 8.220138, "Standard SSD Managed Disks"),
        disk("P10", 0.1) | {"meterName": "P10 LRS Disk Mount"},
    )
    assert {meter: round(one.gbp, 6) for meter, one in found.prices.items()} == {
        f"vm/{D2}": 0.077842,
        f"vm/{D2}/windows": 0.071615,
        f"vm/{D2}/reserved-1y": 402.444246,
        f"vm/{D2}/reserved-3y": 259.214572,
        "disk/Premium_LRS/P10": 18.563811,
        "disk/StandardSSD_LRS/E10": 8.220138,
    }
    assert all(meters.unit_of(meter) == one.unit for meter, one in found.prices.items())


def test_what_is_null_in_an_answer_is_nothing_and_spoils_no_price() -> None:
    assert (
        fetched(item(D2, 0.07, reservationTerm=None), item(D2, 1, armSkuName=None)).prices[f"vm/{D2}"].gbp == 0.07
    )


def test_of_two_prices_the_one_in_force_last_counts() -> None:
    new = item(D2, 0.08, effectiveStartDate="2026-09-01T00:00:00Z")
    assert fetched(new, item(D2, 0.07)).prices[f"vm/{D2}"].gbp == 0.08


@pytest.mark.parametrize("currency", ["USD", "EUR", ""])
def test_an_answer_in_another_currency_is_refused_whole(currency: str) -> None:
    for body in (
        answer([item(D2, 1)], currency=currency),
        answer([item(D2, 1), item(D2, 1, currencyCode=currency)]),
    ):
        with pytest.raises(UnreachableError, match=r"and not in pounds \(GBP\)"):
            retail.page(body, ASKED)


@pytest.mark.parametrize(
    "following",
    [
        "https://elsewhere.example/api",
        "http://prices.azure.com/api",
        "https://prices.azure.com:444/x",
        "//x",
        "https://[x",
    ],
)
def test_a_next_page_on_another_host_is_refused(following: str) -> None:
    with pytest.raises(UnreachableError, match="another host"):
        retail.page(answer([], following), ASKED)
    assert retail.page(answer([], "https://prices.azure.com:443/api?$skip=1000"), ASKED).next


@pytest.mark.parametrize("price", [-1, "NaN", "Infinity", 1e12, None, "much"])
def test_a_price_that_can_be_none_spoils_the_answer(price: object) -> None:
    body = answer([item(D2, 1)]).replace(b'"retailPrice": 1', f'"retailPrice": {json.dumps(price)}'.encode())
    with pytest.raises(UnreachableError, match="no list of prices"):
        retail.page(body, ASKED)


def test_a_day_outside_the_calendar_spoils_the_answer() -> None:
    body = answer([{**item(D2, 1), "effectiveStartDate": "0001-01-01T00:00:00+14:00"}])
    with pytest.raises(UnreachableError, match="outside the calendar"):
        retail.page(body, ASKED)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=300) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_any_answer_is_a_list_of_prices_or_our_error(body: bytes) -> None:
    try:
        found = retail.page(body, ASKED)
    except DecantError:
        return
    assert found.currency == "GBP"


@given(st.dictionaries(st.sampled_from(sorted(item(D2, 1.0))), _JSON, max_size=5))
def test_any_item_gives_prices_that_can_be_reckoned_with_or_our_error(other: dict[str, Any]) -> None:
    try:
        found = retail.prices(retail.page(answer([{**item(D2, 1.0), **other}]), ASKED).items)
    except DecantError:
        return
    assert all(0 <= one.gbp <= retail.MOST and meters.unit_of(meter) for meter, one in found.items())


def test_deep_nesting_is_our_error() -> None:
    with pytest.raises(UnreachableError):
        retail.page(b"[" * 100_000, ASKED)


def test_what_was_fetched_is_kept_and_its_age_is_said(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    assert retail.kept(path) is None
    path.write_text(fetched(item(D2, 0.09)).model_dump_json())
    found = retail.kept(path)
    assert found is not None
    assert not found.stale(TODAY)
    assert "which is old" in found.sentence(date(2027, 6, 1))
    for bad in ("", "{}", path.read_text().replace("0.09", "-1"), path.read_text().replace("GBP", "USD")):
        path.write_text(bad)
        with pytest.raises(UsageError, match="decant costs refresh"):
            retail.kept(path)


def test_the_questions_ask_in_pounds_for_uk_south_and_for_every_size() -> None:
    asked = retail.questions()
    assert all(one.startswith("https://prices.azure.com/") and "currencyCode='GBP'" in one for one in asked)
    assert all(len(one) < 4000 and "uksouth" in one for one in asked)
    assert all(any(sku in one for one in asked) for sku in ("Standard_E96as_v5", "Standard_B2s_v2"))


_LINES = st.lists(
    st.sampled_from(
        [
            "[[rate]]",
            f'meter = "vm/{D2}"',
            "gbp = 1",
            "gbp = -inf",
            "dated = 2026-01-01",
            "dated = 3",
            "note = 1",
            "rate = []",
        ]
    )
    | st.text(max_size=20),
    max_size=6,
)


@given(_LINES.map("\n".join) | st.binary(max_size=60))
def test_whatever_a_rates_file_holds_is_taken_or_refused_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, text: str | bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "rates.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    try:
        found = rates.load(path, ["db01"], TODAY)
    except UsageError:
        return
    assert all(0 <= one.gbp <= rates.MOST for one in found.rates.values())


@given(st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_was_kept_is_taken_or_refused_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, body: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "prices.json"
    path.write_bytes(body)
    with pytest.raises(UsageError, match="decant costs refresh"):
        retail.kept(path)
