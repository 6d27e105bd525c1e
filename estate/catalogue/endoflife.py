"""Reads an answer of the endoflife.date API, version 1: `/products/NAME`.

Of each release it takes `name`, `isEol` with `eolFrom` (the end of security fixes) and `eoesFrom` (the end of an
extension). A date that is null is not announced, or not known; `isEol` then says which.
"""

import re
from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from estate import invalid
from estate.catalogue.lifecycle import Release
from estate.errors import UnreachableError

SOURCE = "endoflife.date API"
LIMIT = 2 << 20
"""Bytes of one answer; the longest were a twentieth of that in 2026."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,59}")
_EARLIEST, _LATEST = date(1980, 1, 1), date(2200, 1, 1)
_AGAIN = "try again later; if it stays so, the API has changed: report it"


class _Release(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    name: str
    is_eol: bool = Field(alias="isEol")
    eol_from: date | None = Field(default=None, alias="eolFrom")
    eoes_from: date | None = Field(default=None, alias="eoesFrom")


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    name: str
    releases: list[_Release] = Field(min_length=1, max_length=2000)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    result: _Result


def releases(answer: bytes, product: str) -> Mapping[str, Release]:
    """The releases of `product` in an answer, in its order.

    Raises `UnreachableError` for what is no such answer, whole: nothing of a broken one is taken.
    """
    try:
        result = _Answer.model_validate_json(answer).result
    except ValidationError as wrong:
        raise _broken(product, invalid.sentence(wrong)) from None
    if result.name != product:
        raise _broken(product, "it is about another product")
    made: dict[str, Release] = {}
    for one in result.releases:
        if not _NAME.fullmatch(one.name) or one.name in made:
            raise _broken(product, "a release has no name of its own")
        for day in (one.eol_from, one.eoes_from):
            if day is not None and not _EARLIEST <= day < _LATEST:
                raise _broken(product, f"release {one.name} has a day that cannot be")
        made[one.name] = Release(ends=one.eol_from or one.is_eol, extended_until=one.eoes_from)
    return made


def _broken(product: str, why: str) -> UnreachableError:
    return UnreachableError(f"the answer about {product} cannot be used ({why})", _AGAIN)
