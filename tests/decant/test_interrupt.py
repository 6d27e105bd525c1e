"""What the first Ctrl-C does, and when it comes at the worst of moments."""

import select
import signal
import subprocess
import sys
import time

FULL_PIPE = """
import sys
from decant.interrupt import stopping
with stopping("`decant observe`") as stop:
    while not stop.is_set():
        sys.stderr.write("observe: a line of progress that nobody reads\\n" * 1000)
        sys.stderr.flush()
print("went on")
"""

TWICE = """
import os, signal, time
from decant.interrupt import stopping
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background jobs ignore it
with stopping("`decant observe`") as stop:
    os.kill(os.getpid(), signal.SIGINT)
    assert stop.is_set()
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    except KeyboardInterrupt:
        print("at once")
"""


def test_a_ctrl_c_in_the_midst_of_a_line_that_nobody_reads_breaks_nothing() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FULL_PIPE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr is not None
        select.select([run.stderr], [], [], 20)
        time.sleep(0.5)  # until the pipe is full, and the line waits for its reader
        run.send_signal(signal.SIGINT)
        time.sleep(0.5)
        out, err = run.communicate(timeout=30)
    assert (run.returncode, out) == (0, "went on\n"), err[-500:]
    assert "Either way `decant observe` goes on." in err


def test_the_first_says_what_goes_on_and_the_second_stops_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "at once\n"
    assert "Either way `decant observe` goes on." in done.stderr
    assert "Traceback" not in done.stderr
