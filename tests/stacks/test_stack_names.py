"""Names hold Azure's rules whatever a council calls things, or are refused before anything is sent."""

import re
import sys
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import stacks
from estate.errors import UsageError
from stacks.addresses import SMALLEST, SUBNETS, plan, refuse_overlap
from stacks.naming import RULES, Names, check, short

SERVICES = st.from_regex(r"\A[a-z][a-z0-9]{1,9}\Z")
STACKS = st.from_regex(r"\A[a-z][a-z0-9-]{1,29}\Z").filter(
    lambda name: not name.endswith("-") and "--" not in name
)
SUFFIXES = st.from_regex(r"\A[a-z0-9]{2,4}\Z") | st.just("")
PARTS = st.from_regex(r"\A[a-z][a-z0-9]{0,11}\Z") | st.just("")
SUBSCRIPTIONS = st.uuids().map(str)


@given(SERVICES, STACKS, SUFFIXES, PARTS, SUBSCRIPTIONS, st.sampled_from(sorted(RULES)))
def test_a_name_that_is_given_is_one_that_azure_takes(
    service: str, stack: str, suffix: str, part: str, subscription: str, kind: str
) -> None:
    names = Names(stack, service, "uksouth", suffix, subscription)
    try:
        name = names.name(kind, part)
    except UsageError as refused:
        assume("Azure" in refused.what)
        return
    rule = RULES[kind]
    assert rule.shortest <= len(name) <= rule.longest
    assert re.fullmatch(rule.pattern, name)
    assert name.startswith(rule.abbreviation)


@given(SERVICES, STACKS, SUFFIXES, SUBSCRIPTIONS)
def test_vault_and_storage_fit_whatever_the_stack_is_called(
    service: str, stack: str, suffix: str, subscription: str
) -> None:
    names = Names(stack, service, "uksouth", suffix, subscription)
    for kind in ("key vault", "storage account", "PostgreSQL server"):
        assert len(names.name(kind)) <= RULES[kind].longest


@given(SERVICES, SUBSCRIPTIONS, SUBSCRIPTIONS)
def test_names_that_are_one_in_all_of_azure_differ_by_subscription(service: str, one: str, other: str) -> None:
    first, second = (Names("production", service, "uksouth", "", s) for s in (one, other))
    assume(first.code != second.code)
    assert first.name("storage account") != second.name("storage account")


def test_a_stack_can_be_built_again_under_new_names() -> None:
    old, new = (Names("test", "council", "uksouth", suffix, "s") for suffix in ("aa11", "bb22"))
    assert {old.name(kind) for kind in RULES}.isdisjoint({new.name(kind) for kind in RULES})


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("key vault", "kv-" + "a" * 30),
        ("storage account", "st-hyphen"),
        ("virtual machine", "-vm"),
        ("storage account", "s"),
    ],
)
def test_a_name_that_azure_would_refuse_is_refused_here(kind: str, name: str) -> None:
    with pytest.raises(UsageError, match=kind):
        check(kind, name)


@given(st.from_regex(r"\A[a-z0-9-]{1,40}\Z"), st.integers(5, 12))
def test_a_short_form_is_short_and_always_the_same(text: str, longest: int) -> None:
    assert len(short(text, longest)) <= longest
    assert short(text, longest) == short(text, longest)


SPACES = st.builds(
    lambda second, prefix: IPv4Network(f"10.{second}.0.0/{prefix}"), st.integers(0, 255), st.integers(16, 22)
)


@given(SPACES)
def test_subnets_lie_inside_the_space_and_never_overlap(space: IPv4Network) -> None:
    ranges = plan(space)
    assert list(ranges) == list(SUBNETS)
    assert all(network.subnet_of(space) for network in ranges.values())
    assert not any(a.overlaps(b) for a, b in combinations(ranges.values(), 2))
    assert all(ranges[name].prefixlen <= smallest for name, smallest in SMALLEST.items())
    assert plan(space) == ranges


@pytest.mark.parametrize("prefix", [24, 28, 32])
def test_a_space_too_small_for_its_subnets_names_the_one(prefix: int) -> None:
    with pytest.raises(ValueError, match=f"/{prefix} is too small: an eighth of it is for AzureBastionSubnet"):
        plan(IPv4Network(f"10.0.0.0/{prefix}"))


@given(SPACES, SPACES)
def test_two_stacks_with_addresses_in_common_are_refused(one: IPv4Network, other: IPv4Network) -> None:
    if one.overlaps(other):
        with pytest.raises(UsageError, match=r"production.*test"):
            refuse_overlap({"production": one, "test": other})
    else:
        refuse_overlap({"production": one, "test": other})


def test_no_module_of_the_program_hides_one_of_python() -> None:
    """Pulumi puts the program's folder first on the import path."""
    ours = {path.stem for path in Path(stacks.__file__).parent.glob("*") if not path.stem.startswith("_")}
    assert ours.isdisjoint(sys.stdlib_module_names)
