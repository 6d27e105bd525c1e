"""The matter of a paper without a name in it: servers and workloads by number, free text only where it names nobody."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import sha256

from estate.documents.paper.matter import CANNOT, Matter
from estate.documents.paper.sources import of_any
from estate.records.assessment import Assessment, Size
from estate.records.business_case import BusinessCase, Option
from estate.records.cost import CostLine, Costs, NotPriced
from estate.records.plan import Conflict, Plan, Wave
from estate.records.report import Outdated
from estate.records.risk import Risk, Score
from estate.records.server import Server
from estate.records.workload import Workload

ELSEWHERE = "told in the working edition"
"""What stands in place of a sentence that names somebody or something."""
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}\b", re.IGNORECASE)


Items = Mapping[tuple[str, str, str], str]
"""What has no price, by subject, what and why: the number that stands for it."""


class Names:
    """Every name that the public edition may not hold, and what stands in its place.

    `others` are names besides those of the matter: people, services, stacks. `publishable` gives a system the name
    under which a person lets it be published.
    """

    def __init__(
        self, matter: Matter, others: Iterable[str] = (), publishable: Mapping[str, str] | None = None
    ) -> None:
        self._matter = matter
        self._others = frozenset(others)
        systems = {one.system for one in matter.workloads if one.system}
        self.server = _numbered("server", (one.id for one in matter.servers))
        self.system = {**_numbered("System", systems), **(publishable or {})}
        self.workload = {
            one.id: f"{self.server.get(one.server, 'a server')}/{one.kind}/{number}"
            for number, one in enumerate(sorted(matter.workloads, key=lambda one: _order(one.id)), 1)
        }

    def clean(self, text: str) -> str:
        """The text where it names nobody and nothing; else where it is told."""
        return ELSEWHERE if self.holds(text) else text

    def all_clean(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Each that names nobody; the others once, as told elsewhere."""
        return tuple(dict.fromkeys(map(self.clean, texts)))

    def holds(self, text: str) -> bool:
        """Whether a text has a name or an address in it, in whatever case."""
        return bool(_ADDRESS.search(text) or (self._any and self._any.search(text)))

    @cached_property
    def _any(self) -> re.Pattern[str] | None:
        names = set(self._others)
        for server in self._matter.servers:
            names |= {server.id, server.address or "", server.hostname or "", server.owner or ""}
        for workload in self._matter.workloads:
            names |= {workload.id, workload.owner or "", *workload.services}
        for dependency in self._matter.dependencies:
            names |= {dependency.client, dependency.server}
        names |= {one.overridden_by or "" for one in self._matter.assessments}
        names |= {_first(name) for name in names}
        found = sorted(map(re.escape, names - {""}), key=len, reverse=True)
        return re.compile(rf"(?<![\w-])(?:{'|'.join(found)})(?![\w-])", re.IGNORECASE) if found else None


def neutral(matter: Matter, names: Names) -> Matter:
    """The same matter for the public: numbers, kinds, products and days."""
    items = {(one.subject, one.what, one.why): f"item {place}" for place, one in enumerate(matter.unpriced, 1)}
    changed = {
        "edition": "public",
        "plan": _plan(matter.plan, names),
        "case": _case(matter.case, names, items),
        "costs": _costs(matter.costs, names, items),
        "assessments": tuple(_assessment(one, names) for one in matter.assessments),
        "risks": tuple(_risk(one, place) for place, one in enumerate(matter.risks, 1)),
        "servers": tuple(_server(one, names) for one in matter.servers),
        "workloads": tuple(_workload(one, names) for one in matter.workloads),
        "dependencies": (),
        "fixes": (),
        "outdated": Outdated(
            assessments=names.clean(matter.outdated.assessments),
            plan=names.clean(matter.outdated.plan),
            costs=names.clean(matter.outdated.costs),
        ),
    }
    # Made anew and not copied: a copy would take along what was worked out of the names and kept.
    kept = {name: getattr(matter, name) for name in Matter.model_fields if name not in changed}
    return Matter.model_validate(kept | changed)


def _plan(plan: Plan, names: Names) -> Plan:
    return Plan(
        id=plan.id,
        waves=tuple(_wave(one, names) for one in plan.waves),
        not_moving={
            names.workload.get(name, f"workload {place}"): CANNOT if why.startswith(CANNOT) else ""
            for place, (name, why) in enumerate(plan.not_moving.items(), 1)
        },
        reached=plan.reached,
        conflicts=tuple(Conflict(rules=()) for _ in plan.conflicts),
        broken=(ELSEWHERE,) * len(plan.broken),
        at=plan.at,
    )


def _wave(wave: Wave, names: Names) -> Wave:
    return Wave(
        number=wave.number,
        name=f"Wave {wave.number}",
        moves=tuple(
            move.model_copy(
                update={
                    "workload": names.workload.get(move.workload, f"a server/workload/{place}"),
                    "target": "a target" if move.target else None,
                    "why": "",
                }
            )
            for place, move in enumerate(wave.moves, 1)
        ),
        window_start=wave.window_start,
        window_end=wave.window_end,
        crossing=("a connection",) * len(wave.crossing),
        expected=wave.expected,
        pilot=wave.pilot,
    )


def _case(case: BusinessCase, names: Names, items: Items) -> BusinessCase:
    return case.model_copy(
        update={
            "options": tuple(_option(one, names) for one in case.options),
            "sensitivity": tuple(
                one.model_copy(
                    update={
                        key: names.clean(getattr(one, key)) for key in ("assumption", "from_value", "to_value")
                    }
                )
                for one in case.sensitivity
            ),
            "people": tuple(one.model_copy(update={"skill": names.clean(one.skill)}) for one in case.people),
            "unpriced": tuple(_unpriced(one, names, items) for one in case.unpriced),
            "rule": names.clean(case.rule),
            "conventions": names.all_clean(case.conventions),
        }
    )


def _option(option: Option, names: Names) -> Option:
    return option.model_copy(
        update={
            "name": names.clean(option.name),
            "what": names.clean(option.what),
            "for_it": names.all_clean(option.for_it),
            "against": names.all_clean(option.against),
        }
    )


def _costs(costs: Costs, names: Names, items: Items) -> Costs:
    return costs.model_copy(
        update={
            "lines": tuple(_line(one, place, names) for place, one in enumerate(costs.lines, 1)),
            "unpriced": tuple(_unpriced(one, names, items) for one in costs.unpriced),
            "carbon": tuple(
                one.model_copy(
                    update={
                        "server": names.server.get(one.server, "a server"),
                        "reckoning": "",
                        "source": names.clean(one.source),
                    }
                )
                for one in costs.carbon
            ),
            "staying": (),
            "assumptions": {
                key: names.clean(value) for key, value in costs.assumptions.items() if not names.holds(key)
            },
            "sources": names.all_clean(costs.sources),
            "cautions": names.all_clean(costs.cautions),
        }
    )


def _line(line: CostLine, place: int, names: Names) -> CostLine:
    return line.model_copy(
        update={
            "id": f"line {place}",
            "subject": "estate",
            "what": line.category,
            "reckoning": "",
            "source": names.clean(line.source),
            "note": "",
            "assumptions": tuple(key for key in line.assumptions if not names.holds(key)),
        }
    )


def _unpriced(one: NotPriced, names: Names, items: Items) -> NotPriced:
    """Without its server's name. Each keeps a number of its own, so that both editions count the same."""
    what, why = (names.clean(text) for text in of_any(one))
    return NotPriced(subject=items[one.subject, one.what, one.why], what=what, why=why)


def _assessment(one: Assessment, names: Names) -> Assessment:
    return Assessment(
        server=names.server.get(one.server, "a server"),
        support=tuple(s.model_copy(update={"reason": "", "source": names.clean(s.source)}) for s in one.support),
        disposition=one.disposition,
        readiness=one.readiness,
        reasons=(),
        size=_size(one.size, names) if one.size else None,
        at=one.at,
    )


def _size(size: Size, names: Names) -> Size:
    return Size(
        sku=size.sku,
        vcpus=size.vcpus,
        memory_bytes=size.memory_bytes,
        disk_bytes=size.disk_bytes,
        basis=names.clean(size.basis),
    )


def _risk(risk: Risk, place: int) -> Risk:
    def bare(scores: Iterable[Score]) -> tuple[Score, ...]:
        return tuple(one.model_copy(update={"why": ""}) for one in scores)

    return risk.model_copy(
        update={"subject": f"subject {place}", "likelihood": bare(risk.likelihood), "impact": bare(risk.impact)}
    )


def _server(one: Server, names: Names) -> Server:
    return Server(
        id=names.server[one.id],
        address=None,
        role=one.role,
        authority=one.authority,
        contract_end=one.contract_end,
        power=one.power,
        reached=one.reached,
        seen_at=one.seen_at,
    )


def _workload(one: Workload, names: Names) -> Workload:
    number = names.workload[one.id]
    return Workload(
        id=number,
        server=names.server.get(one.server, "a server"),
        kind=one.kind,
        name=number,
        bytes=one.bytes,
        system=names.system[one.system] if one.system else None,
        os_owned=one.os_owned,
        seen_at=one.seen_at,
    )


def _numbered(what: str, names: Iterable[str]) -> dict[str, str]:
    """A number each, in an order that tells nothing of the names."""
    return {name: f"{what} {place}" for place, name in enumerate(sorted(set(names), key=_order), 1)}


def _first(name: str) -> str:
    """A host's first label, or what is before the @ of a person's id; nothing of an address or of words."""
    before = name.partition("@")[0] if "@" in name else name.partition(".")[0]
    return "" if " " in name or before.isdigit() else before


def _order(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
