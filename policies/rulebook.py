"""Every rule, loaded once and checked against the frameworks."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar

import policies.rules
from estate import registry
from estate.suggest import unknown
from policies.controls import check_mapping, frameworks
from policies.rules.base import HostRule, ResourceRule, Rule, StackRule

R = TypeVar("R", bound=Rule)


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by id. Raises `DecantError` where a file holds none, or one that does not hold up."""
    loaded = registry.load(policies.rules, "RULE", Rule, lambda rule: rule.id)
    for rule in loaded.values():
        check_mapping(rule.id, rule.controls, frameworks())
    return loaded


def rule(id_: str) -> Rule:
    """One rule, its id written in either case. Raises `UsageError` for one that is not there."""
    found = rules().get(id_.upper())
    if found is None:
        raise unknown("rule", id_, rules(), "see `decant rules list`")
    return found


def resource_rules() -> tuple[ResourceRule, ...]:
    """The rules over one resource of a stack."""
    return _of(rules().values(), ResourceRule)


def stack_rules() -> tuple[StackRule, ...]:
    """The rules over a whole stack."""
    return _of(rules().values(), StackRule)


def host_rules() -> tuple[HostRule, ...]:
    """The rules over a server."""
    return _of(rules().values(), HostRule)


def _of(all_: Iterable[Rule], kind: type[R]) -> tuple[R, ...]:
    return tuple(rule for rule in all_ if isinstance(rule, kind))
