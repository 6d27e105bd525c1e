"""Reading a server's recorded facts, so that a rule never mistakes what was not seen for what is not
there."""

from typing import TypeVar

from estate.errors import UndecidedError
from estate.records.base import Record
from estate.records.observation import Outcome
from estate.records.server import ServerFacts

F = TypeVar("F", bound=Record)


def known(facts: ServerFacts, fact: str, kind: type[F]) -> F | None:
    """The fact's payload; None exactly where the thing is absent from the host.

    Raises `UndecidedError` where the fact is unreadable, failed or was never read.
    """
    if facts.outcome(fact) is Outcome.ABSENT:
        return None
    payload = facts.get(fact, kind)
    if payload is None and facts.outcome(fact) is None and facts.server.is_windows:
        raise UndecidedError(f"Decant does not read {fact} on Windows", "look on the host")
    if payload is None:
        raise UndecidedError(f"{fact} is not known ({facts.why(fact)})", _how(facts, fact))
    return payload


def need(facts: ServerFacts, fact: str, kind: type[F]) -> F:
    """As `known`, for a fact that every host has: its absence is undecided too."""
    payload = known(facts, fact, kind)
    if payload is None:
        raise UndecidedError(f"{fact} is absent ({facts.why(fact)})", _how(facts, fact))
    return payload


def insist_on_all(facts: ServerFacts, fact: str) -> None:
    """Raise `UndecidedError` where the fact may lack something for want of a right.

    A rule that passes because nothing bad was found calls this first.
    """
    seen = facts.observations.get(fact)
    if seen is not None and seen.partial:
        raise UndecidedError(f"{fact} was seen in part only ({seen.partial})", _how(facts, fact))


def _how(facts: ServerFacts, fact: str) -> str:
    seen = facts.observations.get(fact)
    if not facts.server.reached:
        return "make the server reachable and run `decant discover` again"
    if seen is not None and (seen.privilege or seen.partial):
        right = seen.privilege or "root, by sudo"
        return f"allow Decant this right ({right}) and run `decant discover` again"
    return "run `decant discover` again"
