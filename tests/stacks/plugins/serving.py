"""A plugin of Pulumi's: a gRPC server on loopback that prints its port, and ends with the CLI that started it."""

import signal
from collections.abc import Callable
from concurrent import futures

import grpc


def serve(add: Callable[[grpc.Server], None]) -> None:
    """Serve until the process is ended. As Pulumi's own plugins do, it leaves a Ctrl-C to the CLI."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = grpc.server(futures.ThreadPoolExecutor(16), options=[("grpc.max_receive_message_length", -1)])
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 - by which the CLI finds it
    server.wait_for_termination()
