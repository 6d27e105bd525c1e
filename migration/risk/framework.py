"""The criteria of the framework (`framework.toml`), as a dated table."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from estate.records.base import Record


class Criterion(Record):
    """One criterion. `levels` says what each score means, from 1 up."""

    id: str
    code: str
    """The framework's own."""
    side: Literal["likelihood", "impact"]
    title: str
    question: str
    levels: tuple[str, ...] = Field(min_length=2)

    @property
    def most(self) -> int:
        """The highest score."""
        return len(self.levels)


class Framework(Record):
    """The framework: `red` is the overall score from which a system is red, `legacy` the likelihood that makes it legacy."""

    name: str
    red: float
    legacy: int
    criterion: tuple[Criterion, ...]

    @property
    def by_id(self) -> Mapping[str, Criterion]:
        """Each criterion by its id."""
        return {one.id: one for one in self.criterion}


@cache
def framework() -> Framework:
    """The framework that ships with Decant."""
    return Framework.model_validate(tomllib.loads((files("migration.risk") / "framework.toml").read_text("utf-8")))
