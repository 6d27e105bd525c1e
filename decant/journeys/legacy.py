"""The legacy servers that a person names: those that are assessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from estate.errors import UsageError
from estate.records.server import ServerFacts
from estate.suggest import pick

if TYPE_CHECKING:
    from decant.app import App


@dataclass(frozen=True)
class Chosen:
    """All legacy servers, and the names of those that were asked for."""

    legacy: Mapping[str, ServerFacts]
    names: Sequence[str]


def choose(app: "App", names: Sequence[str] = ()) -> Chosen:
    """The legacy servers of these names, or all of them.

    Raises `UsageError` where nothing was discovered yet, or a name is not known or is a target's.
    """
    known = {one.server.id: one for one in app.store.all_server_facts()}
    legacy = {name: one for name, one in known.items() if one.server.role == "legacy"}
    if not legacy:
        raise UsageError("no legacy server is known yet", "run `decant discover`, or `decant import` a list")
    target = next((name for name in names if name in known and name not in legacy), None)
    if target is not None:
        raise UsageError(
            f"{target} is a target, and only servers that are to be left are assessed",
            f"name one of these, or none for all: {', '.join(legacy)}",
        )
    found = [pick("server", name, legacy, "see `decant estate list`") for name in names] or list(legacy)
    return Chosen(legacy, list(dict.fromkeys(found)))


class _OfServer(Protocol):
    @property
    def server(self) -> str: ...


T = TypeVar("T", bound=_OfServer)


def by_server(found: Iterable[T]) -> Mapping[str, Sequence[T]]:
    """Workloads or dependencies by the server that holds or answers them, so that each server looks at its own alone."""
    sorted_: dict[str, list[T]] = {}
    for one in found:
        sorted_.setdefault(one.server, []).append(one)
    return sorted_
