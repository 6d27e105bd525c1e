"""Hosts that do not answer, in each of the ways in which hosts do not: for measuring what they cost the others."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from estate.records.host import Host
from practice import spec
from practice.estate import Estate

WAYS = ("dropped", "silent", "refused", "gone")


@contextmanager
def dead_hosts(estate: Estate, count: int) -> Iterator[list[Host]]:
    """`count` entries of a hosts file, of every way in turn, as the clients of `estate` meet them.

    `dropped`: what is sent gets no answer, as behind a firewall. `silent`: the connection is taken and nothing is
    said. `refused`: nothing listens. `gone`: no such machine on the network.
    """
    with ExitStack() as stack:
        # A socket stays in the network that it was made in.
        with estate.entered():
            silent = stack.enter_context(_listener(backlog=1024))
            full = stack.enter_context(_listener(backlog=0))
            # A queue of connections that is full drops what more comes.
            for _ in range(3):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
        ports = {"dropped": full.getsockname()[1], "silent": silent.getsockname()[1], "refused": 2}
        yield [
            Host(
                name=f"{way}-{number}",
                address=f"10.99.77.{number % 250 + 1}" if way == "gone" else spec.CLIENT_ADDRESS,
                port=ports.get(way, 22),
                user=spec.OPERATOR,
                key=f"file:{estate.key}",
            )
            for number in range(count)
            for way in [WAYS[number % len(WAYS)]]
        ]


def _listener(backlog: int) -> socket.socket:
    made = socket.socket()
    made.bind((spec.CLIENT_ADDRESS, 0))
    made.listen(backlog)
    return made
