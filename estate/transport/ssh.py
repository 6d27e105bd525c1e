"""SSH through paramiko: one connection a host, kept and shared by many threads, one channel a command."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import paramiko

from estate.errors import OutOfTimeError, UnreachableError
from estate.records.host import Host
from estate.secrets import Secrets, resolve
from estate.transport import hostkeys
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Prompts, Result, quote
from estate.transport.connection import Connection
from estate.transport.handshake import Stream, first_word, handshake, open_stream, reason
from estate.transport.login import log_in
from estate.transport.pump import CHUNK, Caught, Streams, pump

Given = ParamSpec("Given")
Brought = TypeVar("Brought")

COMMANDS_AT_ONCE = 8
"""Channels on one connection. OpenSSH allows 10 by default (`MaxSessions` in sshd_config(5))."""
GRACE = 1.0


@dataclass(frozen=True)
class Timeouts:
    """How long each stage of connecting may take, in seconds; all of them together end with the command's own."""

    connect: float = 10.0
    handshake: float = 15.0
    """From the TCP connection to agreed keys: covers a host that says hello and then hangs."""
    login: float = 20.0
    channel: float = 15.0
    keepalive: int = 10
    """Seconds between signs of life on a quiet connection, so that a cut one is noticed."""


NO_ROOM = frozenset({2, 4})
"""How a server refuses one session more: "connect failed" (OpenSSH's answer) and "resource shortage" (RFC 4254, 5.1)."""

ROOM_PAUSE = 0.1
"""Seconds before a server is asked again for a session."""


class SshTransport:
    """One host over SSH. Safe to use from many threads; connects when first used, and again when it was cut."""

    def __init__(
        self,
        host: Host,
        known_hosts: Path,
        secrets: Secrets = resolve,
        via: "SshTransport | None" = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        """`via` is the jump host's transport, which this one shares and gives back when it is closed."""
        self.host = host.name
        self._host = host
        self._known_hosts = known_hosts
        self._secrets = secrets
        self._via = via.share() if via else None
        self._via_held = via is not None
        self._timeouts = timeouts or Timeouts()
        self._connection: Connection | None = None
        self._connecting = threading.Lock()
        self._slots = threading.BoundedSemaphore(COMMANDS_AT_ONCE)
        self._sharers = 0

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Transport.run`.

        A command that is out of time gets SIGTERM, then SIGKILL, with all of its process group. OpenSSH does
        that for ordinary users only, not where we log in as root or a command runs by sudo: `rooted` bounds
        those on the host itself.
        """
        return self._run(argv, stdin, timeout, limit, None)

    def run_prompted(
        self,
        argv: Sequence[str],
        prompts: Prompts,
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Prompted.run_prompted`."""
        return self._run(argv, stdin, timeout, limit, prompts)

    def connect(self, timeout: float = math.inf, heard: Callable[[], None] = lambda: None) -> None:
        """Connect and log in now, where that was not done yet; `heard` is called once the host has said a word.

        Raises as `run` does.
        """
        self._connected(time.monotonic() + timeout, heard)

    def host_key(self) -> hostkeys.HostKey:
        """The key that the host shows on the connection that stands; connects where there is none."""
        return hostkeys.HostKey.of(self._connected(math.inf).get_remote_server_key())

    def software(self) -> str:
        """The SSH server's greeting (`SSH-2.0-OpenSSH_for_Windows_8.1`); connects where there is no connection."""
        return str(self._connected(math.inf).remote_version)

    def tunnel(self, address: str, port: int, timeout: float) -> paramiko.Channel:
        """A stream from here to a host behind this one; `UnreachableError` where it leads nowhere."""
        try:
            return self._connected(time.monotonic() + timeout).open_channel(
                "direct-tcpip", (address, port), ("127.0.0.1", 0), timeout=timeout
            )
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise UnreachableError(
                f"The jump host {self.host} cannot reach {address} port {port} ({reason(error)})",
                "check the address, and that the jump host allows TCP forwarding",
            ) from None

    def share(self) -> "SshTransport":
        """Take note of one more user of this transport, who will call `close` once."""
        with self._connecting:
            self._sharers += 1
        return self

    def close(self) -> None:
        """Give the connection up, once every sharer has. Safe to repeat; a later `run` connects anew."""
        with self._connecting:
            self._sharers = max(0, self._sharers - 1)
            if self._sharers:
                return
            connection, self._connection = self._connection, None
            via, self._via_held = self._via if self._via_held else None, False
        if connection is not None:
            connection.close()
        if via is not None:
            via.close()

    def _run(
        self, argv: Sequence[str], stdin: bytes | None, timeout: float, limit: int, prompts: Prompts | None
    ) -> Result:
        start = time.monotonic()
        deadline = start + timeout
        late = f"{self.host} did not finish {argv[0]} within {timeout:g} seconds"
        remedy = "see what holds it up, and run again"
        if not self._slots.acquire(timeout=timeout):
            raise OutOfTimeError(late, remedy)
        try:
            connection, channel = self._begin(quote(argv), deadline)
            caught = Caught()
            try:
                caught = pump(_streams(channel), stdin, deadline, limit, prompts)
                done = caught.in_time and channel.status_event.wait(max(0.0, deadline - time.monotonic()))
                caught.check_began(self.host)
                if not done:
                    connection.stop(channel, GRACE)
                    raise OutOfTimeError(late, remedy, bytes(caught.out))
                if channel.exit_status < 0 or not connection.whole(channel):
                    raise UnreachableError(
                        f"The connection to {self.host} broke while {argv[0]} ran",
                        "check the network, and run again",
                    )
                return Result(
                    channel.exit_status,
                    bytes(caught.out),
                    bytes(caught.err),
                    time.monotonic() - start,
                    truncated=caught.truncated,
                )
            finally:
                connection.hang_up(channel, lambda: caught.settle(GRACE))
        finally:
            self._slots.release()

    def _begin(self, command: str, deadline: float) -> tuple[Connection, paramiko.Channel]:
        """A channel with the command started. A connection that was cut while idle is made anew, once."""
        try:
            connection = self._connected(deadline)
            try:
                channel = self._open(connection, deadline)
            except (paramiko.SSHException, OSError, EOFError):
                # A cut shows in the channel a moment before it shows in the connection.
                connection.join(GRACE)
                if connection.is_active():
                    raise
                connection = self._connected(deadline)
                channel = self._open(connection, deadline)
            # paramiko waits without end for the answer to an exec request: hanging up ends the wait.
            watchdog = threading.Timer(min(self._timeouts.channel, _left(deadline)), connection.hang_up, [channel])
            watchdog.daemon = True
            watchdog.start()
            try:
                channel.exec_command(command)
            except BaseException:
                connection.hang_up(channel)
                raise
            finally:
                watchdog.cancel()
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise UnreachableError(
                f"{self.host} did not start a command ({reason(error)})",
                "check the account's shell and the server's sshd, and run again",
            ) from None
        return connection, channel

    def _open(self, connection: Connection, deadline: float) -> paramiko.Channel:
        """A channel. A server that has all the sessions it allows (MaxSessions) is asked again for a while."""
        patience = time.monotonic() + min(self._timeouts.channel, _left(deadline))
        while True:
            try:
                return connection.command(min(self._timeouts.channel, _left(deadline)))
            except paramiko.ChannelException as refused:
                if refused.code not in NO_ROOM or time.monotonic() > patience:
                    raise
            time.sleep(ROOM_PAUSE)

    def _connected(self, deadline: float, heard: Callable[[], None] = lambda: None) -> Connection:
        left = _left(deadline)
        if not self._connecting.acquire(timeout=-1 if math.isinf(left) else max(0.0, left)):
            raise UnreachableError(f"{self.host} did not answer in time", "check the host, and run again")
        try:
            if self._connection is None or not self._connection.is_active():
                self._connection = self._connect(deadline, heard)
            return self._connection
        finally:
            self._connecting.release()

    def _connect(self, deadline: float, heard: Callable[[], None]) -> Connection:
        keys = hostkeys.known(self._known_hosts, self._host)
        stream = self._stream(deadline)
        first_word(self._host, stream, min(self._timeouts.handshake, _left(deadline)))
        heard()
        connection = handshake(
            self._host,
            stream,
            [key.kind for key in keys],
            min(self._timeouts.handshake, _left(deadline)),
        )
        try:
            hostkeys.check(self._host, connection.get_remote_server_key(), keys)
            log_in(connection, self._host, self._secrets, min(self._timeouts.login, _left(deadline)))
        except BaseException:
            # Raised again, whatever it is: a stop by Ctrl-C leaves no connection open either.
            connection.close()
            raise
        connection.set_keepalive(self._timeouts.keepalive)
        return connection

    def _stream(self, deadline: float) -> Stream:
        timeout = min(self._timeouts.connect, _left(deadline))
        if self._via is None:
            return open_stream(self._host, timeout)
        return self._via.tunnel(self._host.address, self._host.port, timeout)


def _left(deadline: float) -> float:
    return max(0.1, deadline - time.monotonic())


def _streams(channel: paramiko.Channel) -> Streams:
    return Streams(
        read_out=_or_broken(lambda: channel.recv(CHUNK)),
        read_err=_or_broken(lambda: channel.recv_stderr(CHUNK)),
        write=_or_broken(channel.sendall),
        shut=_or_broken(channel.shutdown_write),
    )


def _or_broken(use: Callable[Given, Brought]) -> Callable[Given, Brought]:
    """The same, with what paramiko raises where the connection was cut as the `OSError` that `Streams` speak of."""

    def used(*given: Given.args, **named: Given.kwargs) -> Brought:
        try:
            return use(*given, **named)
        except (paramiko.SSHException, EOFError) as error:
            raise ConnectionAbortedError(reason(error)) from None

    return used
