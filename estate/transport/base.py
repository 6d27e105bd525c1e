"""What every transport does: run one command on one host, and bring the whole result back."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from estate.errors import UnfinishedError

DEFAULT_TIMEOUT = 60.0
OUTPUT_LIMIT = 32 * 1024 * 1024


@dataclass(frozen=True)
class Result:
    """A command's whole result. Output past the caller's limit is cut, and `truncated` says so."""

    status: int
    """Exit status; 128 + N where signal N ended it."""
    stdout: bytes
    stderr: bytes
    seconds: float
    truncated: bool = False

    @property
    def ok(self) -> bool:
        """Whether it exited with 0."""
        return self.status == 0

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are not UTF-8 are kept as surrogate escapes."""
        return self.stdout.decode("utf-8", "surrogateescape")

    def must(self, what: str) -> "Result":
        """The result itself, or `UnfinishedError` that says `what` failed with the end of stderr."""
        if self.ok:
            return self
        tail = self.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no message"]
        raise UnfinishedError(
            f"{what} failed with status {self.status} ({tail[0][:300]})",
            "mend that on the host and run the same command again",
        )


class Transport(Protocol):
    """A way to one host. Safe to use from several threads."""

    host: str
    """The host's name in the hosts file."""

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """Run `argv`, which the transport quotes, and wait.

        `limit` is in bytes and holds for stdout and for stderr, each; what comes after it is read and
        dropped, so that the command is not held up.

        Raises `UnreachableError` where the host cannot be reached, does not answer within `timeout` seconds
        or the connection breaks; `HostKeyError` where it is not the host it was. A command that fails is not
        an error: see `Result.status`.
        """

    def close(self) -> None:
        """Give the connection up. Safe to repeat."""


@runtime_checkable
class Greets(Protocol):
    """A transport that knows how its host's SSH server greets."""

    def software(self) -> str:
        """The greeting, as `SSH-2.0-OpenSSH_9.6`; empty where it is not known. Raises as `Transport.run` does."""


@dataclass(frozen=True)
class Prompts:
    """A short talk that comes before a command's own input, over stderr: how sudo gets its password.

    When `ask` is seen, `reply` and a newline are sent; when `ready` is seen, the command's stdin
    follows. Nothing is ever sent ahead. `ask` a second time means that the answer was wrong: the command is
    ended. Both markers are taken out of the stderr that comes back.
    """

    ask: bytes
    reply: bytes = field(repr=False)
    ready: bytes


@runtime_checkable
class Prompted(Protocol):
    """A transport that can also answer a prompt."""

    def run_prompted(
        self,
        argv: Sequence[str],
        prompts: Prompts,
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """As `Transport.run`, after the talk of `prompts`; `UnreachableError` where the answer was wrong."""


def quote(argv: Sequence[str]) -> str:
    """`argv` as one POSIX shell command line."""
    return shlex.join(argv)
