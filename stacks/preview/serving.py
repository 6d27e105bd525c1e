"""Serves the monitor and the engine of one preview on a private socket."""

from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager

import grpc
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from stacks.preview.monitor import Engine, Monitor, Recording

_MESSAGE_LIMIT = 64 * 1024 * 1024
"""Bytes."""


@contextmanager
def serving(address: str, project: str, stack: str, seen: Callable[[int], None]) -> Iterator[Recording]:
    """Take what a program registers at `address` (`unix:PATH`); `seen` is called with how many there are."""
    recording = Recording(project, stack)
    server = grpc.server(
        futures.ThreadPoolExecutor(16),
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
            ("grpc.max_send_message_length", _MESSAGE_LIMIT),
        ],
    )
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(recording, seen), server)
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(recording), server)
    server.add_insecure_port(address)
    server.start()
    try:
        yield recording
    finally:
        server.stop(None).wait()
