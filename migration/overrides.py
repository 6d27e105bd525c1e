"""Dispositions that a person decided: `overrides.toml`."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from estate import invalid, reading
from estate.errors import UsageError
from estate.printable import plain
from estate.records.assessment import Disposition
from estate.records.base import Record
from estate.suggest import same, unknown

Words = Annotated[str, Field(min_length=1), AfterValidator(plain)]


class Override(Record):
    """One server's disposition, who decided it, and why."""

    server: str
    disposition: Disposition
    reason: Words
    who: Words


class _File(Record):
    override: tuple[Override, ...] = ()


def load(path: Path, servers: Collection[str]) -> dict[str, Override]:
    """The overrides by server; none where there is no file.

    Raises `UsageError` for a file that is not right: broken, an unknown key or server, a disposition that is
    none of the seven, no reason or name, or a server twice.
    """
    if not path.exists():
        return {}
    try:
        entries = _File.model_validate(reading.toml(path)).override
    except ValidationError as error:
        raise UsageError(
            f"{path}: {invalid.sentence(error)}",
            "each [[override]] takes server, disposition (one of the seven), reason and who",
        ) from error
    found: dict[str, Override] = {}
    for one in entries:
        server = same(one.server, servers)
        if server is None:
            wrong = unknown("server", one.server, servers, f"mend {path.name}, or discover the server first")
            raise UsageError(f"{path}: {wrong.what}", wrong.remedy)
        if server in found:
            raise UsageError(f"{path} decides on {server} twice", "keep one of the two")
        found[server] = one.model_copy(update={"server": server})
    return found
