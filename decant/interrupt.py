"""Ctrl-C while something is under way: the first stops it after a whole step, the second at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from queue import SimpleQueue
from types import FrameType

import click

from decant.output import say


@contextmanager
def stopping(resume: str, *also: signal.Signals) -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; `resume` is what goes on with the work later.

    `also` are other signals that count as a Ctrl-C: SIGTERM, say. Outside of the main thread nothing sets it.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    tell: SimpleQueue[bool] = SimpleQueue()

    def first(number: int, frame: FrameType | None) -> None:
        # A handler runs in the midst of anything, the drawing of progress too: it may wait for no lock.
        del number, frame
        asked.set()
        put_back()
        tell.put(True)

    def put_back() -> None:
        for signalled, handler in before.items():
            signal.signal(signalled, handler)

    teller = threading.Thread(
        target=_tell, args=(tell, resume, click.get_current_context(silent=True)), name="stopping", daemon=True
    )
    teller.start()
    before = {each: signal.signal(each, first) for each in (signal.SIGINT, *also)}
    try:
        yield asked
    finally:
        put_back()
        tell.put(False)
        teller.join()


def _tell(tell: "SimpleQueue[bool]", resume: str, context: click.Context | None) -> None:
    """Say what the Ctrl-C does, once it comes; `context` is the command's, so that its progress ends before."""
    if tell.get():
        with context.scope(cleanup=False) if context else nullcontext():
            say(
                "Stopping after the current step, or undoing it. Ctrl-C again stops at once and leaves things as "
                f"they are. Either way {resume} goes on."
            )
