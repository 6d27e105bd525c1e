"""The part of the estate that a person asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from estate.catalogue import lifecycle
from estate.documents.words import moment
from estate.errors import UsageError
from estate.records.assessment import Assessment
from estate.records.dependency import Dependency
from estate.records.estate_map import EstateMap
from estate.records.server import Server, ServerFacts
from estate.records.workload import Workload

if TYPE_CHECKING:
    from decant.app import App
    from estate.store import Store


@dataclass(frozen=True)
class Wanted:
    """Filters. None, and False, let everything pass; those given all have to fit."""

    os: str | None = None
    role: str | None = None
    owner: str | None = None
    kind: str | None = None
    ended: bool = False
    text: str | None = None

    @property
    def anything(self) -> bool:
        """Whether nothing was asked for in particular."""
        return self == Wanted()


@dataclass(frozen=True)
class Shown:
    """The servers that fit, their workloads, and the dependencies that have one of them as an end."""

    servers: Sequence[Server]
    workloads: Sequence[Workload]
    dependencies: Sequence[Dependency]


def part(app: "App", wanted: Wanted) -> Shown:
    """The part of the estate that fits every filter."""
    store = app.store
    servers, workloads = store.all(Server), store.all(Workload)
    dependencies = store.all(Dependency)
    if wanted.anything:
        return Shown(servers, workloads, dependencies)
    today = datetime.now(ZoneInfo("Europe/London")).date()
    ended = _ended(store, servers, today, app.lifecycle) if wanted.ended else frozenset()
    kinds: dict[str, set[str]] = {}
    for one in workloads:
        kinds.setdefault(one.server, set()).add(one.kind)
    tests: list[Callable[[Server], bool]] = []
    if wanted.os is not None:
        name = wanted.os.casefold()
        tests.append(
            lambda one: name in f"{one.os_id or ''} {one.os_version or ''} {one.os_name or ''}".casefold()
        )
    if wanted.role is not None:
        tests.append(lambda one: one.role == wanted.role)
    if wanted.owner is not None:
        owner = wanted.owner.casefold()
        tests.append(lambda one: owner in (one.owner or "").casefold())
    if wanted.kind is not None:
        tests.append(lambda one: wanted.kind in kinds.get(one.id, set()))
    if wanted.ended:
        tests.append(lambda one: one.id in ended)
    if wanted.text is not None:
        text = wanted.text.casefold()
        tests.append(lambda one: text in _all_text(one, workloads))
    fit = [one for one in servers if all(test(one) for test in tests)]
    names = {one.id for one in fit}
    return Shown(
        fit,
        [one for one in workloads if one.server in names and wanted.kind in (None, one.kind)],
        [
            one
            for one in dependencies
            if names & {one.client, one.server}
            and (wanted.kind is None or one.client in names or _may_lead_to(wanted.kind, one, workloads))
        ],
    )


def _may_lead_to(kind: str, one: Dependency, workloads: Sequence[Workload]) -> bool:
    """Whether a workload of that kind answers at a dependency's port, or nobody knows what does."""
    from inventory.dependencies import answers_at

    answering = [each for each in workloads if each.server == one.server and one.port in answers_at(each)]
    kinds = {each.kind for each in answering if one.workload in (None, each.id)}
    return kind in kinds if kinds else True


def _all_text(server: Server, workloads: Sequence[Workload]) -> str:
    """All that is written of a server in words, and the names of what it holds."""
    words = [
        server.id, server.address, server.hostname, server.os_name, server.owner, server.authority, server.purpose,
        server.platform, *(name for one in workloads if one.server == server.id for name in (one.id, *one.services)),
    ]  # fmt: skip
    return " ".join(word for word in words if word).casefold()


def _ended(store: "Store", servers: Sequence[Server], today: date, dates: lifecycle.Table) -> frozenset[str]:
    """Servers of which the system, or a product that their assessment names, is out of support."""
    found = {
        one.server for one in store.all(Assessment) if any(support.status == "ended" for support in one.support)
    }
    for one in servers:
        if one.os_id:
            product = lifecycle.product_of_os(one.os_id) or one.os_id
            if lifecycle.support_of(product, one.os_version or "", today, dates).status == "ended":
                found.add(one.id)
    return frozenset(found)


def listed(shown: Shown) -> dict[str, Any]:
    """The keys of `decant.estate/1`."""
    return {
        "servers": shown.servers,
        "workloads": shown.workloads,
        "dependencies": shown.dependencies,
        "unreached": [
            {"server": one.id, "reason": one.unreached_reason} for one in shown.servers if not one.reached
        ],
    }


def unread(servers: Sequence[Server]) -> list[str]:
    """Why servers were not read: a line for each reason, with the names of those that have it."""
    names: dict[str, list[str]] = {}
    for one in servers:
        if not one.reached:
            names.setdefault(one.unreached_reason.removeprefix(f"{one.id}: "), []).append(one.id)
    return [f"{', '.join(same)}: {reason}" for reason, same in names.items()]


def state_of(server: Server) -> str:
    """In a word or two, for a table."""
    if server.reached:
        return "reached"
    return ("not reached" if server.tried else "not tried") + (", off" if server.power == "off" else "")


def known_as_of(facts: ServerFacts) -> list[list[str]]:
    """Rows that say whether a server was read, when, and whether it is switched on."""
    about = facts.server
    last = about.seen_at if about.reached else max((one.at for one in facts.observations.values()), default=None)
    if about.reached:
        state = "reached"
    else:
        state = f"not reached: {about.unreached_reason}" if about.tried else about.unreached_reason
    rows = [["state", state], ["last read", f"{moment(last)}, London time" if last else "never"]]
    if not about.tried:
        rows.append(["listed", f"{moment(about.seen_at)}, London time"])
    if about.power and not about.reached:
        rows.append(["power", {"on": "switched on", "off": "switched off"}.get(about.power, about.power)])
    return rows


def drawing(drawn: EstateMap, file: Path) -> str:
    """The map in the format that the file's name says. Raises `UsageError` for a name that says none."""
    from estate.documents.map import svg
    from estate.documents.map_files import dot, html

    forms: dict[str, Callable[[], str]] = {
        ".svg": lambda: svg(drawn),
        ".html": lambda: html(svg(drawn)),
        ".dot": lambda: dot(drawn),
        ".gv": lambda: dot(drawn),
    }
    form = forms.get(file.suffix.lower())
    if form is None:
        raise UsageError(f"{file} says no format that is known", "end its name in .svg, .html or .dot")
    return form()
