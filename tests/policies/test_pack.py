"""The unmodified CrossGuard pack, started as Pulumi starts it and spoken to as the engine does: it must say what
`decant check` says."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from estate.records.finding import Finding, Status
from estate.records.preview import UNKNOWN, Estimate, Preview, Resource, StackKind
from policies.evaluate import evaluate_stack, subject_names
from policies.rulebook import resource_rules, rules, stack_rules
from tests.policies.engine import CANARY, analyze, analyze_stack, said_by_pack, started


@pytest.fixture(scope="module", params=["production", "test"])
def pack(request: pytest.FixtureRequest) -> Iterator[tuple[StackKind, analyzer_pb2_grpc.AnalyzerStub]]:
    with started(kind=request.param) as stub:
        yield request.param, stub


@pytest.mark.parametrize(
    ("settings", "answer"), [("test", "for production; this stack is test"), (None, "it has no virtual machine")]
)
def test_the_kind_comes_from_the_settings_file_and_is_production_without_one(tmp_path, settings, answer):
    config = {}
    if settings:
        (tmp_path / "sandpit.toml").write_text(f'kind = "{settings}"\n')
        config["settings"] = str(tmp_path / "sandpit.toml")
    with started(**config) as stub:
        said = analyze_stack(stub, ())
    assert {n.policy_name: n.reason for n in said.not_applicable}["LOG-03"] == answer


def _preview(kind: StackKind, resources: tuple[Resource, ...]) -> Preview:
    return Preview(
        stack=kind,
        kind=kind,
        settings_sha256="0" * 64,
        resources=resources,
        estimate=Estimate(monthly_gbp=0, priced_at=date(2026, 11, 22), source="none", lines=()),
        at=datetime.now(UTC),
    )


def _unique(resources: list[Resource]) -> tuple[Resource, ...]:
    """The same resources, each with a URN and a name of its own."""
    return tuple(
        r.model_copy(update={"name": f"{r.name}-{n}", "urn": f"{r.urn}-{n}"}) for n, r in enumerate(resources)
    )


def _corpus() -> tuple[Resource, ...]:
    """Every example of every rule over a resource, and each with all its values unknown."""
    examples = [e for rule in resource_rules() for e in (*rule.passing, *rule.failing)]
    blind = [e.model_copy(update={"inputs": dict.fromkeys(e.inputs, UNKNOWN)}) for e in examples if e.inputs]
    return _unique(examples + blind)


def test_the_pack_describes_every_rule_over_stacks(pack):
    _, stub = pack
    info = stub.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "decant"
    described = {p.name: p for p in info.policies}
    assert set(described) == {r.id for r in (*resource_rules(), *stack_rules())}
    rule = rules()["NET-01"]
    assert described["NET-01"].description == rule.title
    assert described["NET-01"].remediation_steps == rule.remedy
    assert described["NET-01"].enforcementLevel == analyzer_pb2.MANDATORY
    assert described["NET-01"].severity == analyzer_pb2.POLICY_SEVERITY_CRITICAL


def test_the_pack_and_the_check_agree_on_every_resource(pack):
    kind, stub = pack
    resources = _corpus()
    names = subject_names(kind, resources)
    by_subject: dict[str, dict[str, Finding]] = {}
    for finding in evaluate_stack(_preview(kind, resources), datetime.now(UTC).date(), resource_rules()):
        by_subject.setdefault(finding.subject, {})[finding.rule] = finding
    compared = 0
    for resource in resources:
        answer = analyze(stub, resource)
        assert CANARY not in str(answer)
        said = said_by_pack(answer)
        ours = by_subject.get(names[resource.urn], {})
        for rule in resource_rules():
            found = ours.get(rule.id)
            wanted = found.status if found else Status.NOT_APPLICABLE
            assert said[rule.id] is wanted, (rule.id, resource, found)
            compared += 1
        for diagnostic in answer.diagnostics:
            assert ours[diagnostic.policyName].why in diagnostic.message
            assert diagnostic.urn == resource.urn
    assert compared == len(resources) * len(resource_rules())


def test_the_pack_and_the_check_agree_on_whole_stacks(pack):
    kind, stub = pack
    stacks = [s for rule in stack_rules() for s in (*rule.passing, *rule.failing)]
    for resources in stacks:
        findings = evaluate_stack(_preview(kind, tuple(resources)), datetime.now(UTC).date(), stack_rules())
        answer = analyze_stack(stub, resources)
        said = said_by_pack(answer)
        assert {f.rule: f.status for f in findings} == {f.rule: said[f.rule] for f in findings}


def test_the_corpus_holds_every_verdict():
    """Agreement means something only when there is something to disagree on."""
    for kind in ("production", "test"):
        found = evaluate_stack(_preview(kind, _corpus()), datetime.now(UTC).date())
        assert {f.status for f in found} == {
            Status.PASS,
            Status.FAIL,
            Status.NOT_EVALUATED,
            Status.NOT_APPLICABLE,
        }
