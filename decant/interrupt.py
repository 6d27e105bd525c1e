"""Ctrl-C while something is under way: the first stops it after a whole step, the second at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from decant.output import say


@contextmanager
def stopping(resume: str, *also: signal.Signals) -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; `resume` is what goes on with the work later.

    `also` are other signals that count as a Ctrl-C: SIGTERM, say.
    """
    asked = threading.Event()

    def first(number: int, frame: FrameType | None) -> None:
        del number, frame
        asked.set()
        put_back()
        say(
            "Stopping after the current step, or undoing it. Ctrl-C again stops at once and leaves things as "
            f"they are. Either way {resume} goes on."
        )

    def put_back() -> None:
        for signalled, handler in before.items():
            signal.signal(signalled, handler)

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {each: signal.signal(each, first) for each in (signal.SIGINT, *also)}
    try:
        yield asked
    finally:
        put_back()
