"""Who waits for a host's answer waits no longer than was asked."""

import os
import signal
import threading
import time
from types import FrameType

from inventory.places import Places


def test_a_wait_ends_in_time_where_a_signal_s_handler_outlasts_it() -> None:
    def slow(number: int, frame: FrameType | None) -> None:
        del number, frame
        time.sleep(0.3)

    before = signal.signal(signal.SIGUSR1, slow)
    places: Places[str] = Places(1)
    # Whoever waits for ever is woken, so that the test fails and does not hang.
    rescue = threading.Timer(5, places._arrived.put, [None])
    rescue.start()
    sender = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1))
    sender.start()
    try:
        began = time.monotonic()
        assert places.next(0.1) is None
        assert time.monotonic() - began < 4
    finally:
        rescue.cancel()
        # A signal that comes late, on a busy machine, must still find its handler: without one it ends the process.
        sender.join()
        signal.signal(signal.SIGUSR1, before)
