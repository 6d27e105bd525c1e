"""What a connection of paramiko's lacks: by which signal a command ended, an end in which messages keep their order, and
a beginning in which each asker learns its own answer, and a channel that comes too late is given back.

OpenSSH gives up the whole connection, with all that runs on it, when anything comes for a channel after that channel's
CLOSE (RFC 4254, 5.3). paramiko answers the server's CLOSE in a thread of its own, while others may be about to send
the end of stdin, or room for more output. For the channels of commands the answer therefore waits for `hang_up`.
"""

import contextlib
import signal
import threading
from collections.abc import Callable
from typing import Any, ClassVar

import paramiko
from paramiko.common import (
    CONNECTION_FAILED_CODE,
    MSG_CHANNEL_CLOSE,
    MSG_CHANNEL_REQUEST,
    cMSG_CHANNEL_CLOSE,
    cMSG_CHANNEL_REQUEST,
)

# paramiko has no hook for these; its table of handlers is the narrowest place to add them.
_TABLE: dict[int, Callable[..., Any]] = vars(paramiko.Transport)["_channel_handler_table"]


def _request(channel: paramiko.Channel, message: paramiko.Message) -> None:
    """Read `exit-signal`, which paramiko passes over, as status 128 + N; the rest is paramiko's."""
    peek = paramiko.Message(message.get_remainder())
    if peek.get_text() == "exit-signal":
        peek.get_boolean()
        found = signal.Signals.__members__.get(f"SIG{peek.get_text()}")
        channel.exit_status = 128 + (found.value if found else 0)
    _TABLE[MSG_CHANNEL_REQUEST](channel, message)


def _closed(channel: paramiko.Channel, message: paramiko.Message) -> None:
    """Take the server's CLOSE of a command's channel as the end of all reading and writing, and answer it later."""
    connection = channel.transport
    if not isinstance(connection, Connection) or channel.chanid not in connection.commands:
        _TABLE[MSG_CHANNEL_CLOSE](channel, message)
    else:
        connection.shut(channel)


class Connection(paramiko.Transport):
    """A connection for commands, each of which is begun on `command` and ended by `hang_up`."""

    _channel_handler_table: ClassVar[dict[int, Callable[..., Any]]] = {
        **_TABLE,
        MSG_CHANNEL_REQUEST: _request,
        MSG_CHANNEL_CLOSE: _closed,
    }

    def __init__(self, stream: Any) -> None:
        """Over a socket or a channel of another connection; raises as paramiko's."""
        self.commands: set[int] = set()
        """The numbers of the channels that were opened by `command`."""
        self._owed: set[int] = set()
        """Those of them that are shut and whose CLOSE was not sent: where paramiko shut one, it sent it itself."""
        self._asked = threading.local()
        """The number of the channel that each thread asked for last."""
        self._refused: dict[int, paramiko.ChannelException] = {}
        self._given_up: set[int] = set()
        """The numbers of the channels for whose answer nobody waits any more."""
        super().__init__(stream)

    def run(self) -> None:
        """What paramiko's own thread does, and an end to its clock of the handshake, which would outlive a failure."""
        try:
            super().run()
        finally:
            self.packetizer.complete_handshake()

    def open_channel(self, *what: Any, **how: Any) -> paramiko.Channel:
        """As paramiko's, which keeps one refusal for all who ask at once; `paramiko.ChannelException` is raised for one."""
        self._asked.number = None
        try:
            return super().open_channel(*what, **how)
        except (paramiko.SSHException, OSError, EOFError):
            # Where the connection was gone already, no channel was asked for.
            refused = self._refused.pop(self._asked.number, None)
            if refused is not None:
                raise refused from None
            if self._asked.number is not None:
                self._given_up.add(self._asked.number)
            raise

    def command(self, timeout: float) -> paramiko.Channel:
        """A channel for one command; raises as `paramiko.Transport.open_session`."""
        channel = self.open_session(timeout=timeout)
        self.commands.add(channel.chanid)
        return channel

    def shut(self, channel: paramiko.Channel) -> None:
        """End all reading from a channel and writing to it, on this side."""
        with channel.lock:
            if not channel.closed:
                self._owed.add(channel.chanid)
                channel._set_closed()  # type: ignore[attr-defined]  # no public way

    def whole(self, channel: paramiko.Channel) -> bool:
        """Whether the server said that no more output comes: its exit status can come before the last of it."""
        return bool(channel.eof_received) or channel.chanid in self._owed

    def stop(self, channel: paramiko.Channel, grace: float) -> None:
        """Ask sshd to end the command's process group (RFC 4254, 6.9; OpenSSH since 7.9), gently first.

        `grace` is how many seconds it has to end each time.
        """
        for name in ("TERM", "KILL"):
            message = _to(channel.remote_chanid, cMSG_CHANNEL_REQUEST)
            message.add_string("signal")
            message.add_boolean(False)
            message.add_string(name)
            self._say(message)
            if channel.status_event.wait(grace):
                return

    def hang_up(self, channel: paramiko.Channel, settle: Callable[[], None] = lambda: None) -> None:
        """End a command's channel: shut it, wait in `settle` for those who use it, and send CLOSE. Safe to repeat."""
        self.shut(channel)
        settle()
        self.commands.discard(channel.chanid)
        if channel.chanid in self._owed:
            self._owed.discard(channel.chanid)
            self._say(_to(channel.remote_chanid, cMSG_CHANNEL_CLOSE))

    def _next_channel(self) -> int:
        self._asked.number = super()._next_channel()  # type: ignore[misc]  # no public way
        return int(self._asked.number)

    def _parse_channel_open_failure(self, message: paramiko.Message) -> None:
        peek = paramiko.Message(message.get_remainder())
        number, code = peek.get_int(), peek.get_int()
        if not self._is_late(number):
            self._refused[number] = paramiko.ChannelException(
                code, CONNECTION_FAILED_CODE.get(code, "unknown code")
            )
            super()._parse_channel_open_failure(message)  # type: ignore[misc]  # no public way

    def _parse_channel_open_success(self, message: paramiko.Message) -> None:
        peek = paramiko.Message(message.get_remainder())
        number, theirs = peek.get_int(), peek.get_int()
        if self._is_late(number):
            # The server would hold it open, as one of the few that it allows.
            self._say(_to(theirs, cMSG_CHANNEL_CLOSE))
        else:
            super()._parse_channel_open_success(message)  # type: ignore[misc]  # no public way

    def _is_late(self, number: int) -> bool:
        """Whether nobody waits for the answer about that channel any more; it is the last that comes of it."""
        late = number in self._given_up
        if late:
            self._given_up.discard(number)
            self.channel_events.pop(number, None)
        return late

    def _say(self, message: paramiko.Message) -> None:
        with contextlib.suppress(paramiko.SSHException, OSError, EOFError):
            self._send_user_message(message)  # type: ignore[attr-defined]  # no public way


def _to(number: int, kind: bytes) -> paramiko.Message:
    """A message to the channel to which the server gave that number."""
    message = paramiko.Message()
    message.add_byte(kind)
    message.add_int(number)
    return message
