"""What is wrong with a value is said in plain words, and the value is not repeated."""

from datetime import date
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from estate import invalid


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = ""
    port: int = Field(default=53, ge=1, le=65535)
    share: float = Field(default=0.5, gt=0)
    on: bool = True
    ends: date | None = None
    kind: Literal["full", "dump"] = "full"


class Outer(BaseModel):
    inner: Inner = Inner()
    entry: tuple[Inner, ...] = ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"inner": {"port": "seven"}}, "inner.port must be a whole number"),
        ({"inner": {"port": 0}}, "inner.port must be 1 or more"),
        ({"inner": {"port": 70000}}, "inner.port must be 65535 or less"),
        ({"inner": {"share": 0}}, "inner.share must be more than 0"),
        ({"inner": {"name": 7}}, "inner.name must be text in quotes"),
        ({"inner": {"on": "perhaps"}}, "inner.on must be true or false"),
        ({"inner": {"ends": "soon"}}, "inner.ends must be a date, as 2027-03-31"),
        ({"inner": {"kind": "other"}}, "inner.kind must be 'full' or 'dump'"),
        ({"inner": {"naem": ""}}, "inner.naem is not known here"),
        ({"inner": 3}, "inner must be a table of its own"),
        ({"entry": 3}, "entry must be a list in [brackets]"),
        ({"entry": [{}, {"name": 7}]}, "entry 2, name must be text in quotes"),
    ],
)
def test_a_wrong_value_is_named_in_plain_words(given: object, said: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Outer.model_validate(given)
    assert invalid.sentence(wrong.value) == said
