"""What a rule is: facts about itself, one pure check, and the examples that prove the check.

To add a rule, add `policies/rules/<id>.py` with a `RULE` (`NET-01` lives in `net_01.py`) and map it to
controls that `policies/frameworks/` has. A rule without a passing and a failing example does not load.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, ClassVar, Literal, get_args

from estate.catalogue.lifecycle import Table
from estate.errors import DecantError
from estate.records.base import Record
from estate.records.finding import Control, Severity, Status
from estate.records.observation import Observation, Outcome
from estate.records.preview import Resource, StackKind
from estate.records.server import Server, ServerFacts

Enforcement = Literal["advisory", "mandatory"]
KINDS: frozenset[StackKind] = frozenset(get_args(StackKind))
EXAMPLE_DAY = date(2026, 11, 22)
"""The day on which every example is judged, so that an example means the same for ever."""


@dataclass(frozen=True)
class Verdict:
    """How a check ended. `observed` is what was seen, `why` the reason for anything but a pass."""

    status: Status
    observed: str = ""
    why: str = ""


def passed(observed: str = "") -> Verdict:
    """The subject is as the rule wants it."""
    return Verdict(Status.PASS, observed)


def failed(why: str, observed: str = "") -> Verdict:
    """The subject is not as the rule wants it."""
    return Verdict(Status.FAIL, observed, why)


def not_applicable(why: str) -> Verdict:
    """The rule has nothing to say of this subject."""
    return Verdict(Status.NOT_APPLICABLE, "", why)


@dataclass(frozen=True)
class Context:
    """What a check may know besides its subject: the day, and the stack it belongs to (both empty for a
    host)."""

    today: date
    stack: str = ""
    kind: StackKind | None = None
    lifecycle: Table | None = None
    """The support dates to judge by; None stands for those that ship with Decant."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule says of itself.

    `controls` names framework, version and id of each control it gives evidence for; `kinds` the kinds of
    stack it is for (a rule over hosts is for all).
    """

    scope: ClassVar[Literal["resource", "stack", "host"]]
    id: str
    title: str
    severity: Severity
    enforcement: Enforcement
    rationale: str
    remedy: str
    controls: tuple[Control, ...]
    kinds: frozenset[StackKind] = KINDS

    def __post_init__(self) -> None:
        for name in ("title", "rationale", "remedy"):
            if not getattr(self, name).strip():
                raise DecantError(f"rule {self.id} has no {name}", "write one")
        if not self.controls:
            raise DecantError(f"rule {self.id} is mapped to no control", "name the controls it gives evidence for")
        if not (self._examples("passing") and self._examples("failing")):
            raise DecantError(f"rule {self.id} lacks a passing or a failing example", "add one of each")

    def _examples(self, which: str) -> Sequence[object]:
        found: Sequence[object] = getattr(self, which)
        return found

    def example_context(self) -> Context:
        """The context in which the rule's own examples are judged."""
        kind = "production" if "production" in self.kinds else min(self.kinds)
        return Context(EXAMPLE_DAY, stack=kind, kind=kind)


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """A rule over one resource of a stack. `types` are Pulumi types; `*` is every Azure resource."""

    scope = "resource"
    types: tuple[str, ...]
    check: Callable[[Resource, Context], Verdict]
    passing: tuple[Resource, ...] = ()
    failing: tuple[Resource, ...] = ()

    def is_for(self, resource: Resource) -> bool:
        """Whether the rule speaks of this resource's type."""
        type_ = plain_type(resource.type)
        return type_ in self.types or ("*" in self.types and type_.startswith("azure-native:"))


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """A rule over a whole stack: every resource together."""

    scope = "stack"
    types: tuple[str, ...]
    """The types that it looks at."""
    check: Callable[[Sequence[Resource], Context], Verdict]
    passing: tuple[tuple[Resource, ...], ...] = ()
    failing: tuple[tuple[Resource, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class HostRule(Rule):
    """A rule over one server: a pure function of what was recorded of it."""

    scope = "host"
    facts: tuple[str, ...]
    """The ids of the facts that it reads; empty where it reads the server's own record."""
    check: Callable[[ServerFacts, Context], Verdict]
    passing: tuple[ServerFacts, ...] = ()
    failing: tuple[ServerFacts, ...] = ()
    unread_too: bool = False
    """Whether it can judge a server that nobody reached by what else is known of it."""

    def example_context(self) -> Context:
        """The context in which the rule's own examples are judged."""
        return Context(EXAMPLE_DAY)


@cache
def plain_type(type_: str) -> str:
    """A resource's type without the API version that a program may pin (`network/v20240501:Subnet`)."""
    package, _, rest = type_.partition(":")
    module, colon, name = rest.partition(":")
    return f"{package}:{module.split('/', 1)[0]}{colon}{name}" if colon else type_


NCSC = "ncsc-cloud"
CYBER_ESSENTIALS = "cyber-essentials"


def ncsc(*ids: str) -> tuple[Control, ...]:
    """Principles of the NCSC cloud security principles 2.1, by our judgement."""
    return tuple(Control(framework=NCSC, version="2.1", id=i) for i in ids)


def cyber_essentials(*ids: str) -> tuple[Control, ...]:
    """Requirements of Cyber Essentials 3.3, by our judgement."""
    return tuple(Control(framework=CYBER_ESSENTIALS, version="3.3", id=i) for i in ids)


def resource(type_: str, name: str = "example", **inputs: Any) -> Resource:
    """An example resource of an Azure type, given without its `azure-native:` part."""
    full = f"azure-native:{type_}"
    return Resource(type=full, name=name, urn=f"urn:pulumi:example::decant::{full}::{name}", inputs=dict(inputs))


def host(
    facts: Mapping[str, Record | Outcome], *, partial: str = "", server: Mapping[str, object] | None = None
) -> ServerFacts:
    """An example server with the payload of each fact, or the outcome where there is none.

    `partial` is set on every known fact.
    """
    at = datetime(EXAMPLE_DAY.year, EXAMPLE_DAY.month, EXAMPLE_DAY.day, tzinfo=UTC)
    observations = {}
    for fact, seen in facts.items():
        known = isinstance(seen, Record)
        observations[fact] = Observation(
            server="example",
            fact=fact,
            outcome=Outcome.KNOWN if isinstance(seen, Record) else seen,
            payload=seen.model_dump(mode="json") if isinstance(seen, Record) else None,
            reason="" if known else f"{seen} in this example",
            partial=partial if known else "",
            at=at,
        )
    record = Server.model_validate(
        {"id": "example", "address": "192.0.2.10", "reached": True, "seen_at": at, **(server or {})}
    )
    return ServerFacts(server=record, observations=observations)
