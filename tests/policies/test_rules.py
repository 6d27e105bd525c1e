"""Every rule against its own examples, and against whatever else a program or a host may hold."""

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estate.errors import DecantError
from estate.records.finding import Control, Status
from estate.records.observation import Outcome
from estate.records.preview import SECRET, UNKNOWN
from policies.evaluate import judge
from policies.rulebook import host_rules, resource_rules, rule, rules, stack_rules
from policies.rules.base import HostRule, ResourceRule, host, ncsc, resource


def _examples(which: str) -> list[Any]:
    return [
        pytest.param(rule, example, id=f"{rule.id}-{number}")
        for rule in rules().values()
        for number, example in enumerate(getattr(rule, which))
    ]


@pytest.mark.parametrize(("rule", "example"), _examples("passing"))
def test_a_passing_example_passes(rule, example):
    judged = judge(rule.check, example, rule.example_context())
    assert (judged.verdict.status, judged.crashed) == (Status.PASS, False), judged.verdict


@pytest.mark.parametrize(("rule", "example"), _examples("failing"))
def test_a_failing_example_fails_and_says_why(rule, example):
    judged = judge(rule.check, example, rule.example_context())
    assert (judged.verdict.status, judged.crashed) == (Status.FAIL, False), judged.verdict
    assert judged.verdict.why


@pytest.mark.parametrize(("rule", "example"), _examples("passing") + _examples("failing"))
def test_what_a_rule_says_is_not_eaten_by_redaction(rule, example):
    verdict = judge(rule.check, example, rule.example_context()).verdict
    assert "[redacted]" not in verdict.observed + verdict.why


def test_an_id_can_be_given_in_either_case_and_a_near_miss_is_named():
    assert rule("net-01").id == "NET-01"
    with pytest.raises(DecantError, match="NET-01"):
        rule("NET-1")


def test_there_are_enough_rules_over_both():
    assert len(resource_rules()) + len(stack_rules()) >= 10
    assert len(host_rules()) >= 10


@pytest.mark.parametrize("rule", rules().values(), ids=lambda r: r.id)
def test_every_rule_is_mapped_to_the_ncsc_principles(rule):
    assert any(c.framework == "ncsc-cloud" for c in rule.controls)


@pytest.mark.parametrize("lacks", ["passing", "failing", "controls", "rationale", "remedy", "title"])
def test_a_rule_that_lacks_something_does_not_load(lacks):
    whole = rule("NET-01")
    assert isinstance(whole, ResourceRule)
    with pytest.raises(DecantError, match="NET-01"):
        replace(whole, **{lacks: "" if lacks in ("rationale", "remedy", "title") else ()})


def test_a_mapping_to_a_control_that_is_not_there_does_not_load():
    from policies.controls import check_mapping, frameworks

    with pytest.raises(DecantError, match="does not have"):
        check_mapping("X-01", ncsc("99"), frameworks())
    with pytest.raises(DecantError, match="not in policies/frameworks"):
        check_mapping("X-01", (Control(framework="ncsc-cloud", version="1.0", id="1"),), frameworks())
    with pytest.raises(DecantError, match="without a version"):
        check_mapping("X-01", (Control(framework="ncsc-cloud", version="", id="1"),), frameworks())


# What a program may hold instead of what a rule expects.

_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        [UNKNOWN, SECRET, "*", "Internet", "0.0.0.0/0", "22-3389", "TLS1_0", "Enabled", "", "²", "1-"]
    ),
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_EXAMPLES = [(rule, example) for rule in resource_rules() for example in (*rule.passing, *rule.failing)]


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below: list[tuple[Any, ...]] = []
    if isinstance(value, dict):
        below = [p for key, inner in value.items() for p in _paths(inner, (*path, key))]
    elif isinstance(value, list):
        below = [p for index, inner in enumerate(value) for p in _paths(inner, (*path, index))]
    return [path, *below]


def _put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = _put(value[path[0]], path[1:], new)
    return value


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_input_makes_a_resource_rule_crash(data):
    rule, example = data.draw(st.sampled_from(_EXAMPLES))
    path = data.draw(st.sampled_from(_paths(example.inputs)))
    new = data.draw(st.dictionaries(st.text(max_size=6), _JSON, max_size=3) if not path else _JSON)
    spoiled = example.model_copy(update={"inputs": _put(example.inputs, path, new)})
    judged = judge(rule.check, spoiled, rule.example_context())
    assert not judged.crashed, judged.verdict.why


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_resource_makes_a_stack_rule_crash(data):
    rule = data.draw(st.sampled_from(stack_rules()))
    things = list(data.draw(st.sampled_from([*rule.passing, *rule.failing])))
    for number in range(len(things)):
        path = data.draw(st.sampled_from(_paths(things[number].inputs)))
        if path:
            things[number] = things[number].model_copy(
                update={"inputs": _put(things[number].inputs, path, data.draw(_JSON))}
            )
    judged = judge(rule.check, things, rule.example_context())
    assert not judged.crashed, judged.verdict.why


@pytest.mark.parametrize(
    ("rule", "example"), [p for p in _examples("passing") if isinstance(p.values[0], ResourceRule)]
)
def test_a_value_that_is_unknown_never_turns_a_pass_into_a_fail(rule, example):
    for path in _paths(example.inputs)[1:]:
        spoiled = example.model_copy(update={"inputs": _put(example.inputs, path, UNKNOWN)})
        verdict = judge(rule.check, spoiled, rule.example_context()).verdict
        assert verdict.status in (Status.PASS, Status.NOT_EVALUATED, Status.NOT_APPLICABLE), (path, verdict)


@pytest.mark.parametrize("rule", resource_rules(), ids=lambda r: r.id)
def test_a_rule_whose_every_value_is_unknown_is_not_a_pass(rule):
    for example in rule.failing:
        if not example.inputs:
            continue
        blind = example.model_copy(update={"inputs": dict.fromkeys(example.inputs, UNKNOWN)})
        verdict = judge(rule.check, blind, rule.example_context()).verdict
        assert verdict.status in (Status.NOT_EVALUATED, Status.FAIL), verdict


# What a host may not have told.


@pytest.mark.parametrize("outcome", [Outcome.UNREADABLE, Outcome.FAILED, None])
@pytest.mark.parametrize("rule", [r for r in host_rules() if r.facts], ids=lambda r: r.id)
def test_a_fact_that_is_not_known_is_not_evaluated_and_says_which(rule, outcome):
    facts = host({} if outcome is None else dict.fromkeys(rule.facts, outcome))
    judged = judge(rule.check, facts, rule.example_context())
    assert judged.verdict.status is Status.NOT_EVALUATED
    assert not judged.crashed
    assert any(fact in judged.verdict.why for fact in rule.facts)


@pytest.mark.parametrize("rule", [r for r in host_rules() if r.facts], ids=lambda r: r.id)
def test_a_fact_that_is_absent_is_never_a_pass(rule):
    judged = judge(rule.check, host(dict.fromkeys(rule.facts, Outcome.ABSENT)), rule.example_context())
    assert judged.verdict.status is not Status.PASS
    assert not judged.crashed
    assert judged.verdict.why


_BY_ABSENCE = ("HC-05", "HC-11", "HC-12", "HC-19", "HC-31", "HC-32", "HC-33", "HC-35", "HC-36")


@pytest.mark.parametrize("id_", _BY_ABSENCE)
def test_a_rule_that_passes_because_nothing_was_found_wants_to_have_seen_everything(id_):
    checked = rule(id_)
    assert isinstance(checked, HostRule)
    for example in checked.passing:
        seen_in_part = {
            fact: observation.model_copy(update={"partial": "what other users have"})
            for fact, observation in example.observations.items()
        }
        verdict = judge(
            checked.check, replace(example, observations=seen_in_part), checked.example_context()
        ).verdict
        assert verdict.status is Status.NOT_EVALUATED
        assert "what other users have" in verdict.why


def test_a_pinned_api_version_is_the_same_type():
    checked = rule("NET-04")
    assert isinstance(checked, ResourceRule)
    subnet = resource("network:Subnet").model_copy(update={"type": "azure-native:network/v20240501:Subnet"})
    assert checked.is_for(subnet)
