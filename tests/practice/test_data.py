"""The synthetic data: the same from the same seed, and of nobody who exists."""

import csv
import re
from pathlib import Path

import pytest

from practice.data import reports, shop
from practice.data.people import Borough


def rows(folder: Path, name: str) -> list[list[str]]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in {"RESIDENTS": 300, "REPORTS": 500, "NOTES": 100, "PAGE_VIEWS": 100}.items():
        monkeypatch.setattr(reports, name, size)
    for name, size in {"CUSTOMERS": 300, "ORDERS": 200, "TILL_LINES": 50}.items():
        monkeypatch.setattr(shop, name, size)


@pytest.mark.usefixtures("small")
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        reports.write(tmp_path, folder)
        shop.write(tmp_path, folder)
    for file in folders[0].iterdir():
        assert file.read_bytes() == (folders[1] / file.name).read_bytes()


@pytest.mark.usefixtures("small")
def test_rows_refer_to_rows_that_are_there(tmp_path: Path) -> None:
    reports.write(tmp_path, tmp_path)
    residents = {row[0] for row in rows(tmp_path, "residents")}
    categories = {row[0] for row in rows(tmp_path, "categories")}
    written = rows(tmp_path, "reports")
    assert {row[2] for row in written} - {""} <= residents
    assert {row[3] for row in written} <= categories
    assert len({row[1] for row in written}) == 500


@pytest.mark.usefixtures("small")
def test_a_table_without_a_key_has_rows_that_are_exactly_alike(tmp_path: Path) -> None:
    reports.write(tmp_path, tmp_path)
    views = [tuple(row) for row in rows(tmp_path, "page_views")]
    assert len(set(views)) < len(views)


def test_nobody_can_be_reached_by_the_data() -> None:
    borough = Borough("test")
    for number in range(500):
        person = borough.person(number)
        assert re.fullmatch(r"07700 900\d{3}|01632 960\d{3}", person.phone)
        assert re.fullmatch(r"[a-z.]+\d+@example\.(org|com|net)", person.email)
        assert person.ni_number.startswith("QQ")
        assert re.fullmatch(r"AQ\d{1,2} \d[A-Z]{2}", person.postcode)
