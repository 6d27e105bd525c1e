"""The writer as a process of its own: one thread a stream, until it is told to stop."""

import fcntl
import os
import signal
import threading
from functools import partial
from typing import TextIO

from estate.errors import DecantError, HeldError
from practice.load.expected import replay
from practice.load.record import Journal, read
from practice.load.settings import LoadFolder, LoadSettings
from practice.load.stream import resolve
from practice.load.streams import make
from practice.load.writer import Writer, write


def lock(folder: LoadFolder) -> TextIO:
    """Take the writer's place; it is held until the file is closed or the process ends, however it ends.

    Raises `HeldError` where another writer has it.
    """
    descriptor = os.open(folder.pid, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    file = os.fdopen(descriptor, "r+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with file:
            holder = file.read().strip()
        raise HeldError(
            f"a writer is running already (process {holder})", "stop it with `decant practice load stop`"
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def run(folder: LoadFolder) -> None:
    """Write to every stream until SIGTERM or SIGINT; each thread ends its operation first.

    Raises `DecantError` where a stream's thread ended by itself, which is a fault of the writer.
    """
    settings = folder.read()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with lock(folder):
        threads = [
            threading.Thread(target=_stream, args=(folder, settings, name, stop), name=name)
            for name in settings.active
        ]
        for thread in threads:
            thread.start()
        while not stop.wait(0.5):
            dead = [thread.name for thread in threads if not thread.is_alive()]
            if dead:
                stop.set()
                raise DecantError(f"the writer's stream {dead[0]} broke off", f"see {folder.log}")
        for thread in threads:
            thread.join()


def _stream(folder: LoadFolder, settings: LoadSettings, name: str, stop: threading.Event) -> None:
    one = settings.streams[name]
    known = replay(read(folder.journal(name))).items
    journal = Journal(folder.journal(name), settings.run)
    client = make(one, settings.answer_seconds)
    try:
        write(
            Writer(client, partial(resolve, one.service), journal, known, settings.run),
            settings.per_second,
            stop.wait,
        )
    finally:
        client.close()
        journal.close()
