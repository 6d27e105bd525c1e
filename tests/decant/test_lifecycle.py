"""`decant lifecycle`: dates fetched from the API are taken whole, and what they newly say is shown."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from estate.catalogue.lifecycle import Table, newest, shipped
from estate.errors import UsageError
from estate.paths import Workspace
from tests.decant.face import decant
from tests.estate.test_fetch import plain, serving


def api(change: Callable[[str, list[dict[str, Any]]], bytes | None] | None = None) -> Callable[[Any], None]:
    """The API as it would answer of the products that we ship; `change` may answer otherwise, or edit the releases."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        name = handler.path.rsplit("/", 1)[-1]
        known = shipped().products.get(name)
        if known is None or not handler.path.startswith("/api/v1/products/"):
            plain(b"<html>not found</html>", 404)(handler)
            return
        found = [
            {
                "name": release,
                "isEol": one.ends is True,
                "eolFrom": None if isinstance(one.ends, bool) else str(one.ends),
                "eoesFrom": str(one.extended_until) if one.extended_until else None,
            }
            for release, one in known.releases.items()
        ]
        otherwise = change(name, found) if change else None
        body = {"schema_version": "1.2.0", "result": {"name": name, "releases": found}}
        plain(json.dumps(body).encode() if otherwise is None else otherwise)(handler)

    return reply


@contextmanager
def council(at: Path, answers: Callable[[Any], None]) -> Iterator[Workspace]:
    """A workspace whose dates are fetched from a stand-in on this machine."""
    assert decant("init", ".", at=at).code == 0
    with serving(answers) as url:
        (at / "decant.toml").write_text(f'[lifecycle]\nurl = "{url}/api/v1"\n')
        yield Workspace(at)


def test_dates_that_moved_are_shown_and_are_in_force_from_then_on(tmp_path: Path) -> None:
    def later(name: str, found: list[dict[str, Any]]) -> None:
        for one in found:
            if (name, one["name"]) == ("postgresql", "15"):
                one["eolFrom"] = "2028-05-04"
        if name == "postgresql":
            found.insert(0, {"name": "19", "isEol": False, "eolFrom": "2031-11-13"})

    with council(tmp_path, api(later)) as here:
        done = decant("lifecycle", "refresh", "--json", at=tmp_path)
        assert done.code == 0, done.err
        moved = {(one["product"], one["release"]): (one["before"], one["after"]) for one in done.json["moved"]}
        assert set(moved) == {("PostgreSQL", "15"), ("PostgreSQL", "19")}
        assert moved["PostgreSQL", "15"][1]["ends"] == "2028-05-04"
        assert newest(here.lifecycle).source == "endoflife.date API"
        shown = decant("lifecycle", "show", "postgresql", at=tmp_path)
        assert "2028-05-04" in shown.out
        again = decant("lifecycle", "refresh", at=tmp_path)
        assert "none" in again.out
        assert any(
            "lifecycle.refreshed" in line for line in decant("evidence", "export", at=tmp_path).out.splitlines()
        )


@pytest.mark.parametrize("broken", [b"<html>busy</html>", b'{"result": {"name": "debian", "releases": []}}'])
def test_one_broken_answer_keeps_the_old_table_and_says_its_age(tmp_path: Path, broken: bytes) -> None:
    with council(tmp_path, api(lambda name, _: broken if name == "debian" else None)) as here:
        done = decant("lifecycle", "refresh", at=tmp_path)
        assert done.code == 3
        assert "those of 22 August 2026 (" in done.err
        assert "days old) stay in use" in done.err
        assert "the answer about debian cannot be used" in done.err
        assert not here.lifecycle.exists()


def test_offline_keeps_what_was_fetched_before(tmp_path: Path) -> None:
    with council(tmp_path, api()) as here:
        assert decant("lifecycle", "refresh", at=tmp_path).code == 0
        before = here.lifecycle.read_bytes()
    done = decant("lifecycle", "refresh", at=tmp_path)
    assert done.code == 3
    assert "could not be reached" in done.err
    assert "stay in use" in done.err
    assert here.lifecycle.read_bytes() == before


def test_a_product_that_is_not_known_there_keeps_its_dates_with_their_own_age(tmp_path: Path) -> None:
    answers = api()

    def reply(handler: BaseHTTPRequestHandler) -> None:
        plain(b"", 404)(handler) if handler.path.endswith("/redis") else answers(handler)

    with council(tmp_path, reply) as here:
        done = decant("lifecycle", "refresh", "--json", at=tmp_path)
        assert done.json["kept"] == ["Redis"]
        table = newest(here.lifecycle)
        assert table.products["redis"].as_of == shipped().as_of
        assert table.products["php"].as_of is None


def test_an_address_that_knows_hardly_a_product_is_no_api(tmp_path: Path) -> None:
    with council(tmp_path, plain(b"", 404)) as here:
        done = decant("lifecycle", "refresh", at=tmp_path)
        assert done.code == 3
        assert "it knows 0 of 46 products" in done.err.replace("\n", " ")
        assert not here.lifecycle.exists()


def test_a_release_that_is_no_longer_listed_keeps_its_end(tmp_path: Path) -> None:
    def shorter(name: str, found: list[dict[str, Any]]) -> None:
        if name == "debian":
            del found[3:]

    with council(tmp_path, api(shorter)) as here:
        assert decant("lifecycle", "refresh", "--json", at=tmp_path).json["moved"] == []
        assert "9" in newest(here.lifecycle).products["debian"].releases


def test_an_address_without_https_is_refused(tmp_path: Path) -> None:
    assert decant("init", ".", at=tmp_path).code == 0
    (tmp_path / "decant.toml").write_text('[lifecycle]\nurl = "http://endoflife.date/api/v1"\n')
    done = decant("lifecycle", "refresh", at=tmp_path)
    assert done.code == 2
    assert "https" in done.err


def test_a_broken_fetched_table_is_bad_use_and_the_older_of_two_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "lifecycle.json"
    path.write_text('{"as_of": "soon"}')
    with pytest.raises(UsageError, match="decant lifecycle refresh"):
        newest(path)
    old = Table(as_of=date(2020, 1, 1), source="long ago", products={})
    path.write_text(old.model_dump_json())
    assert newest(path) is shipped()


def test_a_product_by_any_name_and_what_is_close() -> None:
    from decant.journeys.lifecycle import product

    assert product(shipped(), "PostgreSQL")[0] == "postgresql"
    with pytest.raises(UsageError, match="postgresql"):
        product(shipped(), "postgres")
