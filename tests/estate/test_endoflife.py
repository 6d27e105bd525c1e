"""Answers of the endoflife.date API become our own table, or nothing at all."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.catalogue.endoflife import releases
from estate.catalogue.lifecycle import Release
from estate.errors import UnreachableError


def answer(*found: dict[str, Any], **about: Any) -> bytes:
    """An answer in the form of API version 1, with keys that we do not read."""
    result = {"name": "example", "label": "Example", "releases": list(found), **about}
    return json.dumps({"schema_version": "1.2.0", "result": result}).encode()


def release(name: str = "1", **about: Any) -> dict[str, Any]:
    return {"name": name, "label": name, "isEol": False, "isMaintained": True, "latest": None, **about}


def test_dates_and_what_is_not_announced_are_told_apart() -> None:
    found = releases(
        answer(
            release("3", eolFrom="2030-11-14", eoasFrom="2028-01-01"),
            release("2", eolFrom="2026-07-11", isEol=True, eoesFrom="2028-06-30"),
            release("1", isEol=True, eolFrom=None),
            release("0"),
        ),
        "example",
    )
    assert found == {
        "3": Release(ends=date(2030, 11, 14)),
        "2": Release(ends=date(2026, 7, 11), extended_until=date(2028, 6, 30)),
        "1": Release(ends=True),
        "0": Release(ends=False),
    }


@pytest.mark.parametrize(
    "broken",
    [
        b"<html>busy</html>",
        b"",
        b"[]",
        b'{"result": {"name": "example", "releases": []}}',
        answer(release(isEol="no")),
        answer(release(eolFrom="soon")),
        answer(release(eolFrom="1066-10-14")),
        answer(release("1"), release("1")),
        answer(release("../../etc")),
        answer({"name": "1"}),
    ],
)
def test_of_a_broken_answer_nothing_is_taken(broken: bytes) -> None:
    with pytest.raises(UnreachableError, match="the answer about example cannot be used"):
        releases(broken, "example")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_RELEASE = st.fixed_dictionaries(
    {"name": st.text(max_size=8) | _JSON, "isEol": st.booleans() | _JSON},
    optional={"eolFrom": st.dates().map(str) | _JSON, "eoesFrom": st.dates().map(str) | _JSON},
)


@given(
    _JSON
    | st.fixed_dictionaries({"result": st.fixed_dictionaries({"name": st.text(), "releases": st.lists(_RELEASE)})})
)
def test_any_json_is_taken_whole_or_refused_as_ours(found: object) -> None:
    taken(json.dumps(found).encode())


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_whole_or_refused_as_ours(found: bytes) -> None:
    taken(found)


def taken(found: bytes) -> None:
    try:
        made = releases(found, "example")
    except UnreachableError:
        return
    assert made
