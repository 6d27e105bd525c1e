"""Plays Pulumi's engine to a policy pack: starts it as Pulumi does, and speaks the analyzer protocol to it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

import policies
from estate.records.finding import Status
from estate.records.preview import SECRET, UNKNOWN, Resource
from policies.pack import NOT_EVALUATED
from policies.rulebook import rules

PACK = Path(policies.__file__).parent
SECRET_SIGNATURE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
CANARY = "correct-horse-battery"


@contextmanager
def started(**config: str) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The pack as `pulumi-analyzer-policy-python` starts it, with this configuration of the stack."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)],
        stdout=subprocess.PIPE,
        cwd=PACK,
        env={**os.environ, "PULUMI_CONFIG": json.dumps({f"decant:{k}": v for k, v in config.items()})},
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.kill()  # as Pulumi ends a plugin; an interrupt at the wrong moment leaves its server waiting
        process.wait(timeout=20)
        process.stdout.close()


def _wire(value: Any) -> Any:
    """Inputs as the engine sends them: unknowns as its own mark, secrets in plain text inside their signature."""
    if isinstance(value, dict):
        return {k: _wire(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_wire(v) for v in value]
    if value == SECRET:
        return {**SECRET_SIGNATURE, "value": CANARY}
    return UNKNOWN_STRING_VALUE if value == UNKNOWN else value


def _properties(resource: Resource) -> struct_pb2.Struct:
    return json_format.ParseDict(_wire(resource.inputs), struct_pb2.Struct())


def said_by_pack(answer: analyzer_pb2.AnalyzeResponse) -> dict[str, Status]:
    """Each policy's verdict, as the protocol carries it; policies that said nothing passed."""
    said = dict.fromkeys(rules(), Status.PASS)
    for inapplicable in answer.not_applicable:
        unknown = inapplicable.reason.startswith(NOT_EVALUATED)
        said[inapplicable.policy_name] = Status.NOT_EVALUATED if unknown else Status.NOT_APPLICABLE
    for diagnostic in answer.diagnostics:
        said[diagnostic.policyName] = Status.FAIL
    return said


def analyze(stub: analyzer_pb2_grpc.AnalyzerStub, resource: Resource) -> analyzer_pb2.AnalyzeResponse:
    """Ask the pack about one resource."""
    return stub.Analyze(
        analyzer_pb2.AnalyzeRequest(
            type=resource.type, urn=resource.urn, name=resource.name, properties=_properties(resource)
        )
    )


def analyze_stack(
    stub: analyzer_pb2_grpc.AnalyzerStub, resources: Sequence[Resource]
) -> analyzer_pb2.AnalyzeResponse:
    """Ask the pack about a whole stack."""
    return stub.AnalyzeStack(
        analyzer_pb2.AnalyzeStackRequest(
            resources=[
                analyzer_pb2.AnalyzerResource(
                    type=r.type,
                    urn=r.urn,
                    name=r.name,
                    parent=r.parent,
                    properties=_properties(r),
                    dependencies=list(r.dependencies),
                    propertyDependencies={
                        name: analyzer_pb2.AnalyzerPropertyDependencies(urns=list(urns))
                        for name, urns in r.property_dependencies.items()
                    },
                )
                for r in resources
            ]
        )
    )
