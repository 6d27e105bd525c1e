"""Moves the bytes of one command: stdin in, stdout and stderr out, all at once, up to a deadline."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from estate.errors import UnreachableError
from estate.transport.base import Prompts

CHUNK = 65536


@dataclass(frozen=True)
class Streams:
    """The ends of one running command. Reads block and give `b""` at the end; all may raise `OSError`."""

    read_out: Callable[[], bytes]
    read_err: Callable[[], bytes]
    write: Callable[[bytes], None]
    shut: Callable[[], None]
    """Ends its stdin."""


@dataclass
class Caught:
    """What came out of a command."""

    out: bytearray = field(default_factory=bytearray)
    err: bytearray = field(default_factory=bytearray)
    truncated: bool = False
    in_time: bool = False
    wrong_answer: bool = False
    """It asked again after it was answered."""
    began: bool = False
    """The command itself began: at once, or where it was prompted when it said so."""
    threads: list[threading.Thread] = field(default_factory=list)

    def check_began(self, host: str) -> None:
        """Raise `UnreachableError` where the answer was wrong, or the talk ended before the command began."""
        if self.wrong_answer:
            raise UnreachableError(
                f"{host} did not take the password for sudo", "check `sudo_password` in the hosts file"
            )
        if self.in_time and not self.began:
            said = bytes(self.err).decode("utf-8", "replace").strip().splitlines()[-1:] or ["it gave no reason"]
            raise UnreachableError(
                f"{host} did not let the command begin as root ({said[0][:200]})",
                "check `sudo` for it, and its sudoers",
            )

    def settle(self, seconds: float) -> None:
        """Wait for the threads to be done with the streams."""
        until = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, until - time.monotonic()))


def pump(streams: Streams, stdin: bytes | None, deadline: float, limit: int, prompts: Prompts | None) -> Caught:
    """Feed and empty a command until it closes its output or `deadline` (monotonic seconds) passes.

    Each stream has a thread of its own, so that none can hold up another. After a deadline the caller ends
    the command, which ends the threads.
    """
    caught = Caught(began=prompts is None)
    go = threading.Event()
    talk = _Talk(prompts, streams, go, caught)
    if prompts is None:
        go.set()
    readers = [
        threading.Thread(
            target=_collect, args=(lambda: streams.read_out() or None, caught.out, caught, limit), daemon=True
        ),
        threading.Thread(
            target=_collect, args=(lambda: talk.hear(streams.read_err()), caught.err, caught, limit), daemon=True
        ),
    ]
    if prompts is not None:
        feeder = threading.Thread(
            target=_feed_when, args=(streams, stdin or b"", go, deadline, caught), daemon=True
        )
    else:
        feeder = threading.Thread(target=_feed, args=(streams, stdin or b""), daemon=True)
    caught.threads = [*readers, feeder]
    for reader in readers:
        reader.start()
    if stdin or prompts is not None:
        feeder.start()
    else:
        caught.threads.remove(feeder)
        _feed(streams, b"")
    for reader in readers:
        reader.join(max(0.0, deadline - time.monotonic()))
    caught.in_time = not any(reader.is_alive() for reader in readers)
    go.set()
    return caught


def _collect(read: Callable[[], bytes | None], into: bytearray, caught: Caught, limit: int) -> None:
    while True:
        try:
            chunk = read()
        except (OSError, ValueError):
            # ValueError: the pipe was closed under us, after the deadline.
            return
        if chunk is None:
            return
        room = limit - len(into)
        if len(chunk) > room:
            caught.truncated = True
        into += chunk[: max(0, room)]


def _feed(streams: Streams, stdin: bytes) -> None:
    # A command that ends without reading its input breaks the pipe, which is no error.
    try:
        view = memoryview(stdin)
        for start in range(0, len(view), CHUNK):
            streams.write(bytes(view[start : start + CHUNK]))
        streams.shut()
    except (OSError, ValueError):
        return


def _feed_when(streams: Streams, stdin: bytes, go: threading.Event, deadline: float, caught: Caught) -> None:
    if go.wait(max(0.0, deadline - time.monotonic())) and caught.began and not caught.wrong_answer:
        _feed(streams, stdin)


class _Talk:
    """Listens on stderr for the two markers, and takes them out."""

    def __init__(self, prompts: Prompts | None, streams: Streams, go: threading.Event, caught: Caught) -> None:
        self._prompts = prompts
        self._streams = streams
        self._go = go
        self._caught = caught
        self._answered = False
        self._held = b""

    def hear(self, chunk: bytes) -> bytes | None:
        """The chunk without markers, or None at the end. Holds back what may be the start of a marker."""
        if self._prompts is None or self._go.is_set():
            held, self._held = self._held, b""
            return (held + chunk) if (held or chunk) else None
        if not chunk:
            # It ended without a word: what was held back is all there is.
            self._go.set()
            held, self._held = self._held, b""
            return held or None
        text = self._held + chunk
        text = self._answer(text, self._prompts)
        if self._prompts.ready in text:
            before, _, after = text.partition(self._prompts.ready)
            self._held = b""
            self._caught.began = True
            self._go.set()
            return before + after
        keep = max(len(self._prompts.ask), len(self._prompts.ready)) - 1
        self._held, text = (text[-keep:], text[:-keep]) if keep else (b"", text)
        return text

    def _answer(self, text: bytes, prompts: Prompts) -> bytes:
        while prompts.ask in text:
            text = text.replace(prompts.ask, b"", 1)
            if self._answered:
                self._caught.wrong_answer = True
                self._streams.shut()
                return text.replace(prompts.ask, b"")
            self._answered = True
            self._streams.write(prompts.reply + b"\n")
        return text
