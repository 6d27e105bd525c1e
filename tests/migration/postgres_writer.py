"""An application that writes to a PostgreSQL database while it moves, and keeps its own record of it."""

import threading
import time
from pathlib import Path

import psycopg
from postgres_drive import SOURCE, TARGET, Drive

ADDRESSES = {SOURCE: "10.99.1.12", TARGET: "10.99.2.22"}


class Writer(threading.Thread):
    """Writes as the application does, and keeps its own record of what was acknowledged."""

    def __init__(self, drive: Drive) -> None:
        super().__init__(daemon=True)
        self.password = Path(drive.estate.password_file("reports_app")).read_text().strip()
        self.host = SOURCE
        self.kept: set[str] = set()
        self.gone: set[str] = set()
        self.stopping = threading.Event()
        self.longest = 0.0

    def run(self) -> None:
        number, last = 0, time.monotonic()
        while not self.stopping.is_set():
            try:
                with psycopg.connect(
                    host=ADDRESSES[self.host], dbname="reports", user="reports_app", password=self.password,
                    connect_timeout=2, autocommit=True,
                ) as there:  # fmt: skip
                    while not self.stopping.is_set():
                        number += 1
                        mark = f"w{number}"
                        there.execute(
                            """INSERT INTO reports (resident_id, ward_id, category_id, description)
                               SELECT resident_id, ward_id, category_id, %s FROM reports ORDER BY id LIMIT 1""", (mark,)
                        )  # fmt: skip
                        self.kept.add(mark)
                        self.longest, last = max(self.longest, time.monotonic() - last), time.monotonic()
                        if number % 5 == 0:
                            there.execute("DELETE FROM reports WHERE description = %s", (f"w{number - 3}",))
                            self.gone.add(f"w{number - 3}")
                        self.stopping.wait(0.01)
            except psycopg.Error:
                self.stopping.wait(0.05)

    def stop(self) -> set[str]:
        self.stopping.set()
        self.join(20)
        return self.kept - self.gone


def written(drive: Drive, host: str) -> list[str]:
    """What a server holds of what the writer wrote."""
    found = drive.sql(host, "SELECT description FROM reports WHERE description ~ '^w[0-9]+$'")
    return sorted(found.split())
