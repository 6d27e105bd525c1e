"""The stream over a Windows share: small files that are made, overwritten, appended to, renamed and deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, EEXIST, ENOENT, EPERM, EROFS
from os import SEEK_END
from random import Random
from typing import Any

import smbclient
from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBException, SMBOSError

from estate.errors import RefusedError, UnreachableError
from estate.secrets import resolve as secret
from practice.load.record import Outcome
from practice.load.settings import StreamSettings
from practice.load.stream import ACKNOWLEDGED, CONNECT_SECONDS, Answer, Change, cut_after, grouped

FOLDER = "Load test"
_BETWEEN = ": "
# With these a server says that it did nothing.
_DEFINITE = {EACCES, EEXIST, ENOENT, EPERM, EROFS}
# smbprotocol raises plain ValueError and TimeoutError for a connection that fails.
_ERRORS = (SMBException, OSError, ValueError)
_APPEND_LIMIT = 400


class ShareStream:
    """A value is a file's name and its content, "NAME: CONTENT"; the name begins with the item."""

    whole = False
    most = 150

    def __init__(self, settings: StreamSettings, answer_seconds: float) -> None:
        self._settings = settings
        self._answer_seconds = answer_seconds
        # A cache of our own: the library's shared one would hand out old connections.
        self._connections: dict[str, Connection] = {}
        self._address = ""

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as this side knows; the library would reconnect by itself."""
        return any(connection.transport.connected for connection in self._connections.values())

    def plan(self, random: Random, action: str, op: str, item: str, before: str | None) -> Change:
        """Which kind of change: an update overwrites, appends or renames."""
        if before is None:
            return Change(op, item, "create", None, f"{item} report.txt{_BETWEEN}{op}\n")
        if action == "delete":
            return Change(op, item, "delete", before, None)
        name, content = split(before)
        kinds = ["overwrite", "rename"] + (["append"] if len(content) < _APPEND_LIMIT else [])
        kind = random.choice(kinds)
        if kind == "rename":
            return Change(op, item, kind, before, f"{item} {op}.txt{_BETWEEN}{content}")
        new = f"{content}{op}\n" if kind == "append" else f"{op}\n"
        return Change(op, item, kind, before, f"{name}{_BETWEEN}{new}")

    def connect(self, address: str) -> None:
        """Log in as the share's user."""
        self._address = address
        wanted = self._settings
        try:
            smbclient.register_session(
                address,
                username=wanted.user,
                password=secret(wanted.password),
                port=wanted.port,
                connection_timeout=CONNECT_SECONDS,
                connection_cache=self._connections,
            )
        except _ERRORS as error:
            self.close()
            raise UnreachableError(
                f"the share at {address}: {_reason(error)}", "check the server and run again"
            ) from error

    def prepare(self) -> None:
        """Make the folder that the files go to."""
        try:
            with self._patience():
                smbclient.makedirs(self._path(""), exist_ok=True, **self._options())
        except _ERRORS as error:
            raise RefusedError(
                f"the folder {FOLDER!r} cannot be made on the share: {_reason(error)}",
                "let the share's user write to its top folder",
            ) from error

    def apply(self, change: Change) -> Answer:
        """One change of one file, ended by closing it."""
        if change.action in ("overwrite", "append", "create"):
            return self._write(change)
        old, _ = split(change.before or "")
        try:
            with self._patience():
                if change.action == "rename":
                    new, _ = split(change.after or "")
                    smbclient.rename(self._path(old), self._path(new), **self._options())
                else:
                    smbclient.remove(self._path(old), **self._options())
        except _ERRORS as error:
            return Answer(_ending(error), _reason(error))
        return ACKNOWLEDGED

    def _write(self, change: Change) -> Answer:
        name, content = split(change.after or "")
        # A file that should be there and is not is never made anew: that would hide its loss.
        mode = "xb" if change.action == "create" else "r+b"
        try:
            with self._patience():
                try:
                    file = smbclient.open_file(self._path(name), mode=mode, **self._options())
                except SMBOSError as error:
                    return Answer(_ending(error), _reason(error))
                with file:
                    if change.action == "append":
                        content = content[len(split(change.before or "")[1]) :]
                        file.seek(0, SEEK_END)
                    elif change.action == "overwrite":
                        file.truncate(0)
                    file.write(content.encode())
        except _ERRORS as error:
            # It was opened, perhaps truncated: how much was written is not known.
            return Answer(Outcome.IN_DOUBT, _reason(error))
        return ACKNOWLEDGED

    def observe(self, run: str) -> dict[str, list[str]]:
        """Every file of the run in the folder, with its content."""
        prefix = f"load-{run}-"
        pairs = []
        try:
            for name in smbclient.listdir(self._path(""), **self._options()):
                text = self._content(name) if name.startswith(prefix) else None
                if text is not None:
                    pairs.append((name.split(" ", 1)[0], f"{name}{_BETWEEN}{text}"))
        except SMBOSError as error:
            if error.errno != ENOENT:
                raise _unreadable(error) from error
        except _ERRORS as error:
            raise _unreadable(error) from error
        return grouped(pairs)

    def _content(self, name: str) -> str | None:
        """A file's content; None where it went after it was listed, which says nothing of the files after it."""
        try:
            with smbclient.open_file(self._path(name), mode="rb", **self._options()) as file:
                return str(file.read().decode("utf-8", "replace"))
        except SMBOSError as error:
            if error.errno != ENOENT:
                raise
            return None

    def close(self) -> None:
        """Cut the connection."""
        for connection in self._connections.values():
            connection.disconnect(close=False)
        self._connections.clear()

    def _path(self, name: str) -> str:
        return "\\".join(("", "", self._address, self._settings.space, FOLDER, name)).rstrip("\\")

    def _options(self) -> dict[str, Any]:
        return {"connection_cache": self._connections, "port": self._settings.port}

    @contextmanager
    def _patience(self) -> Iterator[None]:
        held = list(self._connections.values())
        with cut_after(self._answer_seconds, lambda: [one.transport.close() for one in held]):
            yield


def split(value: str) -> tuple[str, str]:
    """Name and content of a value."""
    name, _, content = value.partition(_BETWEEN)
    return name, content


def _ending(error: BaseException) -> Outcome:
    definite = isinstance(error, SMBOSError) and error.errno in _DEFINITE
    return Outcome.REFUSED if definite else Outcome.IN_DOUBT


def _reason(error: BaseException) -> str:
    """One line, without file names."""
    if isinstance(error, SMBOSError):
        return f"{error.strerror} (0x{error.ntstatus:08x})"
    return f"{type(error).__name__}: {error}"[:200]


def _unreadable(error: BaseException) -> RefusedError:
    return RefusedError(
        f"the files on the share cannot be read: {_reason(error)}", "check the server and run again"
    )
