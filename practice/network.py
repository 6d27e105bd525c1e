"""Network namespaces: one for each host, and one for clients, which also holds the bridge.

The bridge has no leg in the machine's own network and no namespace has a default route, so no packet can leave.
"""

import ctypes
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from estate.errors import DecantError
from practice import places, spec, tool

CLIENT = "client"
_NEW_NET = 0x40000000


def prepare(estate: str) -> None:
    """Make the clients' namespace, its bridge and its resolver, where they are not there yet."""
    client = places.namespace(estate, CLIENT)
    if exists(client):
        if _has_bridge(client):
            return
        remove(client)  # an `up` was killed before it was whole
    settings = places.NETNS_SETTINGS / client
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "resolv.conf").write_text(resolver())
    tool.run(["ip", "netns", "add", client], "making the clients' namespace")
    _batch(
        client,
        [
            "link set lo up",
            "link add br0 type bridge",
            f"addr add {spec.CLIENT_ADDRESS}/{spec.PREFIX} dev br0",
            "link set br0 up",
        ],
    )


def _has_bridge(client: str) -> bool:
    try:
        shown = tool.run(["ip", "-netns", client, "-brief", "address", "show", "br0"], "looking at the bridge")
    except DecantError:
        return False
    return spec.CLIENT_ADDRESS in shown


def in_private_view() -> bool:
    """Whether this process is a client of an estate, as `ip netns exec` makes one, with mounts of its own."""
    settings = Path("/etc/resolv.conf")
    return settings.is_file() and settings.read_text() == resolver()


def attach(estate: str, hosts: Sequence[tuple[str, str]]) -> None:
    """Make a namespace for each (host, address), joined to the bridge. Names are at most 13 characters."""
    client = places.namespace(estate, CLIENT)
    names = [(places.namespace(estate, host), host, address) for host, address in hosts]
    tool.run(["ip", "-batch", "-"], "making namespaces", stdin="".join(f"netns add {n}\n" for n, _, _ in names))
    _batch(
        client,
        [
            line
            for namespace, host, _ in names
            for line in (
                f"link add v-{host} type veth peer name eth0 netns {namespace}",
                f"link set v-{host} master br0 up",
            )
        ],
    )
    for namespace, _, address in names:
        _batch(
            namespace,
            ["link set lo up", f"addr add {address}/{spec.PREFIX} dev eth0", "link set eth0 up"],
        )


def exists(namespace: str) -> bool:
    """Whether there is a namespace of that name."""
    return (places.NETNS / namespace).exists()


def of_estate(estate: str) -> list[str]:
    """The namespaces of an estate that are there now."""
    start = places.namespace(estate, "")
    if not places.NETNS.is_dir():
        return []
    return sorted(entry.name for entry in places.NETNS.iterdir() if entry.name.startswith(start))


def remove(namespace: str) -> None:
    """Remove a namespace, with its links, and its resolver."""
    if os.path.ismount(places.NETNS / namespace):
        tool.run(["ip", "netns", "delete", namespace], f"removing the namespace {namespace}")
    else:
        (places.NETNS / namespace).unlink(missing_ok=True)  # only its name was made
    settings = places.NETNS_SETTINGS / namespace
    if settings.is_dir():
        for file in settings.iterdir():
            file.unlink()
        settings.rmdir()


def resolver() -> str:
    """What `resolv.conf` says in the estate."""
    return f"nameserver {spec.DNS_ADDRESS}\nsearch {spec.ZONE}\noptions timeout:1 attempts:3\n"


@contextmanager
def entered(namespace: str) -> Iterator[None]:
    """Put the calling thread, and threads that it starts, into a namespace while the body runs.

    Names still resolve as on the machine; only addresses lead into the estate.
    """
    with open("/proc/thread-self/ns/net", "rb") as before:  # noqa: PTH123  (kept open)
        _enter(places.NETNS / namespace)
        try:
            yield
        finally:
            _set(before.fileno())


def connect(namespace: str, address: str, port: int, timeout: float) -> socket.socket:
    """A TCP connection made from inside a namespace; the caller stays where it is. Raises `OSError`."""
    made: list[socket.socket | OSError | DecantError] = []

    def there() -> None:
        try:
            _enter(places.NETNS / namespace)
            made.append(socket.create_connection((address, port), timeout))
        except (OSError, DecantError) as error:
            made.append(error)

    thread = threading.Thread(target=there)
    thread.start()
    thread.join()
    [result] = made
    if isinstance(result, Exception):
        raise result
    return result


def _enter(file: Path) -> None:
    try:
        with file.open("rb") as namespace:
            _set(namespace.fileno())
    except FileNotFoundError as error:
        raise DecantError(f"{file.name} is not up", "start the estate with `decant practice up`") from error


def _set(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _NEW_NET):
        raise DecantError(
            f"entering a network namespace failed ({os.strerror(ctypes.get_errno())})", "run as root"
        )


def _batch(namespace: str, lines: Sequence[str]) -> None:
    tool.run(
        ["ip", "-netns", namespace, "-batch", "-"],
        f"setting up the network of {namespace}",
        stdin="\n".join(lines) + "\n",
    )
