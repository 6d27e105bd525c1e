"""Stands where Pulumi's engine stands: takes a program's registrations and keeps them, in this process.

What is answered is what is known before anything is built: a plain input (a text, a number, a yes or no) comes
back as it was, and every other output is unknown, the id included. Nothing is looked up, because there is nobody
to ask. Lists and objects do not come back: Azure gives some of them another shape than it takes.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from estate.records.preview import Resource
from stacks.preview.values import SECRET_SIGNATURE, SIGNATURE_KEY, read

STACK_TYPE = "pulumi:pulumi:Stack"
_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
)
_FEATURE_IDS = frozenset(
    {"secrets", "resourceReferences", "aliasSpecs", "deletedWith", "replaceWith", "parameterization"}
)
_VERSION_ALIAS = re.compile(r"azure-native(_\w+_v\d+\w*)?:")


@dataclass
class Recording:
    """What one program registered, in the order in which it did."""

    project: str
    stack: str
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    """By URN, when it was registered, in seconds since the start."""
    started: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def urn(self, kind: str, name: str, parent: str) -> str:
        """The URN that Pulumi would give: the parents' types are part of it, the stack's own is not."""
        chain = parent.split("::")[2] if parent else ""
        prefix = "" if not chain or chain == STACK_TYPE else f"{chain}$"
        return f"urn:pulumi:{self.stack}::{self.project}::{prefix}{kind}::{name}"

    def add(self, resource: Resource) -> bool:
        """Keep a resource; False where one of its URN is there already."""
        with self._lock:
            if resource.urn in self.resources:
                self.errors.append(
                    f"two resources are called {resource.name} of the type {resource.type}; names must differ"
                )
                return False
            self.resources[resource.urn] = resource
            self.seconds[resource.urn] = time.monotonic() - self.started
            return True


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Pulumi's resource monitor, kept in memory. `seen` is called after each registration with their number."""

    def __init__(self, recording: Recording, seen: Callable[[int], None]) -> None:
        self._recording = recording
        self._seen = seen

    def GetDeploymentInfo(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """Say that this is a preview, of which stack, and what the monitor can take."""
        del request, context
        return resource_pb2.DeploymentInfo(
            project=self._recording.project,
            stack=self._recording.stack,
            dryRun=True,
            supportedFeatures=_FEATURES,
        )

    def SupportsFeature(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """The same for older programs."""
        del context
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _FEATURE_IDS)

    def RegisterPackage(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """Take note of a provider package."""
        del context
        return resource_pb2.RegisterPackageResponse(ref=f"{request.name}@{request.version}")

    def RegisterResource(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """Keep one resource. A second of the same URN is refused, as Pulumi does."""
        if request.remote:
            self._refuse(context, f"{request.type} is a component of another language, which needs the Pulumi CLI")
        urn = self._recording.urn(request.type, request.name, request.parent)
        inputs = read(json_format.MessageToDict(request.object))
        kept = self._recording.add(
            Resource(
                type=request.type,
                name=request.name,
                urn=urn,
                inputs=inputs.values,
                parent=request.parent,
                dependencies=tuple(sorted(request.dependencies)),
                property_dependencies={
                    key: tuple(sorted(found.urns))
                    for key, found in sorted(request.propertyDependencies.items())
                    if found.urns
                },
                protect=request.protect,
                custom=request.custom,
                aliases=_aliases(request),
                secrets=tuple(sorted(inputs.secrets)),
            )
        )
        if not kept:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"duplicate resource URN {urn}")
        self._seen(len(self._recording.resources))
        response = resource_pb2.RegisterResourceResponse(urn=urn)
        for key, value in request.object.fields.items():
            if _comes_back(value):
                response.object.fields[key].CopyFrom(value)
        return response

    def ReadResource(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """Something that is there already: only what the program said of it is known."""
        del context
        self._recording.warnings.append(
            f"{request.name} ({request.type}) is read from Azure; a preview offline knows nothing of it"
        )
        response = resource_pb2.ReadResourceResponse(
            urn=self._recording.urn(request.type, request.name, request.parent)
        )
        response.properties.CopyFrom(request.properties)
        return response

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """A question to Azure. It cannot be answered offline, and is not made up."""
        self._refuse(context, f"the program asks Azure ({request.tok}), which a preview offline cannot answer")

    def Call(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """A method of a provider; the same."""
        self._refuse(context, f"the program calls a provider ({request.tok}), which a preview offline cannot do")

    def RegisterResourceOutputs(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """Keep the stack's outputs; a component's own are not shown."""
        del context
        found = self._recording.resources.get(request.urn)
        if found is not None and found.type == STACK_TYPE:
            self._recording.outputs = read(json_format.MessageToDict(request.outputs)).values
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """The program is done."""
        del request, context
        return empty_pb2.Empty()

    def _refuse(self, context: grpc.ServicerContext, why: str) -> NoReturn:
        self._recording.errors.append(why)
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, why)
        raise AssertionError("abort raises")


class Engine(engine_pb2_grpc.EngineServicer):
    """The engine's other half: takes the program's messages and the root of its resources."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._root = ""

    def Log(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """Keep warnings and errors; the rest is chatter."""
        del context
        if request.severity == engine_pb2.WARNING:
            self._recording.warnings.append(request.message.strip())
        elif request.severity == engine_pb2.ERROR:
            self._recording.errors.append(request.message.strip())
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """The stack's own resource."""
        del request, context
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """Take note of it."""
        del context
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """There is no CLI, so every version will do."""
        del request, context
        return engine_pb2.RequirePulumiVersionResponse()


def _comes_back(value: Any) -> bool:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return bool(value.struct_value.fields[SIGNATURE_KEY].string_value == SECRET_SIGNATURE)
    return kind in ("string_value", "number_value", "bool_value")


def _aliases(request: Any) -> tuple[str, ...]:
    """The aliases that the program gave. Azure-native adds one for each API version; those say nothing."""
    found = []
    for alias in request.aliases:
        spec = alias.spec
        only_type = spec.type and not (spec.name or spec.project or spec.stack or spec.parentUrn)
        if alias.urn:
            found.append(alias.urn)
        elif not (only_type and _VERSION_ALIAS.match(spec.type)):
            found.append("::".join(part for part in (spec.project, spec.type, spec.name, spec.parentUrn) if part))
    return tuple(sorted(filter(None, [*found, *request.aliasURNs])))
