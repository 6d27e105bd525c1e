"""From a host's address to an SSH connection with agreed keys, not yet logged in; every stage is bounded."""

import logging
import select
import socket
import threading
from collections.abc import Sequence

import paramiko

from estate.errors import UnreachableError
from estate.records.host import Host
from estate.transport.connection import Connection

# paramiko writes tracebacks of broken connections to its log; every one reaches the caller as an error anyway.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

LOST_AFTER_MS = 30_000
"""A connection whose bytes were not acknowledged for so long is lost (`TCP_USER_TIMEOUT` in tcp(7))."""

CIPHERS_FIRST = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""Asked for before paramiko's own choice: OpenSSL then also checks each packet, which else is done byte by byte here."""

Stream = socket.socket | paramiko.Channel


def open_stream(host: Host, timeout: float) -> socket.socket:
    """A TCP connection to `host`. Raises `UnreachableError` that says which of the usual things is wrong."""
    where = f"{host.address} port {host.port}"
    try:
        stream = socket.create_connection((host.address, host.port), timeout=max(0.1, timeout))
    except socket.gaierror:
        raise UnreachableError(
            f"{host.name}: the name {host.address} cannot be resolved",
            "correct `address` in the hosts file, or the DNS",
        ) from None
    except ConnectionRefusedError:
        raise UnreachableError(
            f"{host.name}: {where} refused the connection", "check that sshd runs there, and on this port"
        ) from None
    except TimeoutError:
        raise UnreachableError(
            f"{host.name}: {where} did not answer within {timeout:.0f} seconds",
            "check that the host is up and no firewall is in between",
        ) from None
    except (OSError, UnicodeError) as error:
        raise UnreachableError(
            f"{host.name}: {where} cannot be reached ({reason(error)})", "check the address and the network"
        ) from None
    # A cut line is noticed: keepalives are sent, and bytes that nobody acknowledges end the connection.
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, LOST_AFTER_MS)
    return stream


def first_word(host: Host, stream: Stream, timeout: float) -> None:
    """Wait until the host has said something over `stream`, and leave it there to be read.

    Raises `UnreachableError` after `timeout` seconds, and closes `stream`. A tunnel through a jump host is not
    waited for: it opens only once the host has answered the jump host.
    """
    if not isinstance(stream, socket.socket):
        return
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    if not poll.poll(max(0.1, timeout) * 1000):
        stream.close()
        raise UnreachableError(
            f"{host.name}: {host.address} port {host.port} took the connection and then said nothing"
            f" for {timeout:.0f} seconds",
            "look at the host's load and its sshd, and run again",
        )


def handshake(host: Host, stream: Stream, key_types: Sequence[str], timeout: float) -> Connection:
    """Agree on keys over `stream`, which is closed where that fails.

    `key_types` are the kinds of host key to ask for first, as in known_hosts. The host key is not checked here.
    Raises `UnreachableError`, at the latest after `timeout` seconds.
    """
    try:
        connection = Connection(stream)
    except (paramiko.SSHException, OSError, EOFError) as error:
        stream.close()
        raise _no_ssh(host, error) from None
    connection.banner_timeout = connection.handshake_timeout = timeout
    options = connection.get_security_options()
    first = [kind for known in key_types for kind in _algorithms(known) if kind in options.key_types]
    options.key_types = tuple(dict.fromkeys((*first, *options.key_types)))
    options.ciphers = tuple(dict.fromkeys((*CIPHERS_FIRST, *options.ciphers)))
    ready = threading.Event()
    connection.start_client(event=ready)
    in_time = ready.wait(max(0.1, timeout))
    if in_time and connection.is_active():
        return connection
    fault = connection.get_exception()
    connection.close()
    if not in_time:
        raise UnreachableError(
            f"{host.name}: {host.address} port {host.port} began to speak and then hung for {timeout:.0f} seconds",
            "look at the host's load and its sshd, and run again",
        )
    raise _no_ssh(host, fault)


def _algorithms(key_type: str) -> tuple[str, ...]:
    return ("rsa-sha2-512", "rsa-sha2-256") if key_type == "ssh-rsa" else (key_type,)


def _no_ssh(host: Host, error: BaseException | None) -> UnreachableError:
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return UnreachableError(
            f"{host.name} offers only SSH algorithms that are too old ({reason(error)})",
            "set `legacy_ssh = true` for this host, which uses the system's client and is a finding",
        )
    return UnreachableError(
        f"{host.name}: {host.address} port {host.port} does not speak SSH as it should ({reason(error)})",
        "check the port, and MaxStartups in the server's sshd_config",
    )


def reason(error: BaseException | None) -> str:
    """An error of the network or of paramiko, in few words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, paramiko.ChannelException):
        return str(error.text)
    return str(error).strip(".") or (type(error).__name__ if error else "the connection was closed")
