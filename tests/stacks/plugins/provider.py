"""Stands in for the plugin of azure-native: takes every resource, and gives it an id and an identity as Azure would."""

import json
import os
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tests.stacks.plugins.serving import serve

REFUSED = "STAND_IN_REFUSES"
"""Names the resource that is refused, in the environment."""
ADDRESS = "10.90.2.4"
PRINCIPAL = "11111111-2222-3333-4444-555555555555"


def _built(inputs: Any, urn: str) -> struct_pb2.Struct:
    """The outputs of a resource: its inputs, a name, and what Azure adds to an identity."""
    found = json_format.MessageToDict(inputs)
    identity = found.get("identity")
    if isinstance(identity, dict):
        own = identity.get("userAssignedIdentities")
        if isinstance(own, list):
            identity["userAssignedIdentities"] = {
                one: {"clientId": PRINCIPAL, "principalId": PRINCIPAL} for one in own
            }
        identity["principalId"] = PRINCIPAL
    for card in found.get("ipConfigurations") or []:
        card.setdefault("privateIPAddress", ADDRESS)
    if "administratorLogin" in found:
        found["fullyQualifiedDomainName"] = f"{found['serverName']}.database.example"
    made = struct_pb2.Struct()
    json_format.ParseDict({"name": urn.rpartition("::")[2], **found}, made)
    return made


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Every resource comes up; one that has not changed is left alone."""

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True, accept_outputs=True
        )

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="3.29.0")

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": "azure-native", "version": "3.29.0"}))

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, acceptResources=True, supportsPreview=True, acceptOutputs=True
        )

    def Check(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        same = request.news == request.old_inputs
        kinds = provider_pb2.DiffResponse
        return provider_pb2.DiffResponse(changes=kinds.DIFF_NONE if same else kinds.DIFF_SOME)

    def Create(self, request: Any, context: Any) -> Any:
        if not request.preview and request.urn.endswith(f"::{os.environ.get(REFUSED)}"):
            context.abort(grpc.StatusCode.UNKNOWN, "the requested size is not available")
        name = "" if request.preview else f"/built/{request.urn.rpartition('::')[2]}"
        return provider_pb2.CreateResponse(id=name, properties=_built(request.properties, request.urn))

    def Update(self, request: Any, context: Any) -> Any:
        return provider_pb2.UpdateResponse(properties=_built(request.news, request.urn))

    def Read(self, request: Any, context: Any) -> Any:
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()


if __name__ == "__main__":
    serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server))
