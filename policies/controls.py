"""The frameworks that findings are mapped to, from `policies/frameworks/*.toml`.

A framework's ids mean something only with its version: a control without one is refused, and so is a control
that its framework does not have.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import Field, ValidationError

from estate.errors import DecantError, UsageError
from estate.records.base import Record
from estate.records.finding import Control


class ControlText(Record):
    """One control in our own words. `parent` is the control that it is a part of."""

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    summary: str = Field(min_length=1)
    parent: str | None = None


class Framework(Record):
    """One version of a framework. `complete` says whether every control of it is listed."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    version: str = Field(min_length=1)
    title: str = Field(min_length=1)
    source: str = Field(min_length=1)
    complete: bool
    note: str = ""
    control: tuple[ControlText, ...] = Field(min_length=1)

    @property
    def ids(self) -> frozenset[str]:
        """The id of every control."""
        return frozenset(c.id for c in self.control)


Frameworks = Mapping[tuple[str, str], Framework]
"""Frameworks by id and version."""


@cache
def frameworks() -> Frameworks:
    """The frameworks that ship with Decant, by id and version."""
    folder = files("policies.frameworks")
    return read(sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name))


def read(sources: Iterable[Traversable]) -> Frameworks:
    """Read framework files. Raises `DecantError` naming the file where one does not hold."""
    found: dict[tuple[str, str], Framework] = {}
    for source in sources:
        framework = _read_one(source)
        found[framework.id, framework.version] = framework
    return found


def _read_one(source: Traversable) -> Framework:
    remedy = "mend that file"
    try:
        framework = Framework.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DecantError(f"the framework {source.name} does not load: {_one_line(error)}", remedy) from error
    wanted = f"{framework.id}-{framework.version}".replace("-", "_").replace(".", "_") + ".toml"
    if source.name != wanted:
        raise DecantError(
            f"the framework {source.name} holds {framework.id} {framework.version}", f"call it {wanted}"
        )
    listed = [c.id for c in framework.control]
    repeated = sorted({i for i in listed if listed.count(i) > 1})
    if repeated:
        raise DecantError(f"the framework {source.name} repeats {', '.join(repeated)}", remedy)
    orphans = sorted(c.id for c in framework.control if c.parent is not None and c.parent not in framework.ids)
    if orphans:
        raise DecantError(f"the framework {source.name} lacks the parent of {', '.join(orphans)}", remedy)
    return framework


def check_mapping(rule: str, controls: Iterable[Control], known: Frameworks) -> None:
    """Raise `DecantError` where a rule names a framework, a version or a control that is not there."""
    for control in controls:
        if not control.version:
            raise DecantError(
                f"rule {rule} maps to {control.framework} {control.id} without a version",
                "ids change between versions: name the version",
            )
        framework = known.get((control.framework, control.version))
        if framework is None:
            raise DecantError(
                f"rule {rule} maps to {control.framework} {control.version}, which is not in policies/frameworks/",
                "add the framework, or mend the mapping",
            )
        if control.id not in framework.ids:
            raise DecantError(
                f"rule {rule} maps to {control.id}, which {control.framework} {control.version} does not have",
                "mend the mapping",
            )


def framework(id_: str, version: str) -> Framework:
    """One framework. Raises `UsageError` for one that is not there."""
    found = frameworks().get((id_, version))
    if found is None:
        there = ", ".join(f"{i} {v}" for i, v in frameworks())
        raise UsageError(f"there is no framework {id_} {version}", f"there are {there}")
    return found


def _one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}"
    return str(error)
