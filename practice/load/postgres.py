"""The stream over PostgreSQL: residents' reports, and page views, whose table has no key."""

import json
from random import Random

import psycopg

from estate.errors import RefusedError, UnreachableError
from estate.secrets import resolve as secret
from practice.load.record import Outcome
from practice.load.settings import StreamSettings
from practice.load.stream import ACKNOWLEDGED, CONNECT_SECONDS, Answer, Change, cut_after, grouped, shut

_STATUSES = ("new", "assigned", "in progress", "fixed")

# As the application does it: key and reference come from their sequences, a trigger notes each new status.
_REPORTS = {
    "insert": """INSERT INTO reports (category_id, ward_id, description, details)
        SELECT (SELECT min(id) FROM categories), (SELECT min(id) FROM wards), %(value)s, %(mark)s""",
    "update": """UPDATE reports SET description = %(value)s, status = %(status)s::report_status
        WHERE details @> %(mark)s""",
    "delete": "DELETE FROM reports WHERE details @> %(mark)s",
}
_PAGE_VIEWS = {
    "insert": "INSERT INTO page_views (at, path, agent, seconds) VALUES (now(), %(value)s, %(item)s, 0.5)",
    "update": "UPDATE page_views SET path = %(value)s WHERE agent = %(item)s",
    "delete": "DELETE FROM page_views WHERE agent = %(item)s",
}
_OBSERVE = """SELECT details->>'load', description FROM reports WHERE details @> %(run)s
    UNION ALL SELECT agent, path FROM page_views WHERE agent LIKE %(prefix)s"""


class PostgresStream:
    """Three of four items are reports, one is a page view."""

    whole = True
    most = 500

    def __init__(self, settings: StreamSettings, answer_seconds: float) -> None:
        self._settings = settings
        self._answer_seconds = answer_seconds
        self._connection: psycopg.Connection | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as this side knows."""
        return self._connection is not None

    def plan(self, random: Random, action: str, op: str, item: str, before: str | None) -> Change:
        """A report's text, which names the operation."""
        del random
        return Change(op, item, action, before, None if action == "delete" else f"/load-test/{op}")

    def connect(self, address: str) -> None:
        """Log in as the application."""
        wanted = self._settings
        try:
            self._connection = psycopg.connect(
                host=wanted.service,
                hostaddr=address,
                port=wanted.port,
                dbname=wanted.space,
                user=wanted.user,
                password=secret(wanted.password),
                connect_timeout=CONNECT_SECONDS,
                application_name="decant-load",
                autocommit=True,
            )
        except psycopg.Error as error:
            raise UnreachableError(
                f"PostgreSQL at {address}: {_reason(error)}", "check the server and run again"
            ) from error

    def prepare(self) -> None:
        """The tables are there already."""

    def apply(self, change: Change) -> Answer:
        """One statement, in a transaction of its own."""
        connection = self._connection
        if connection is None:
            return Answer(Outcome.REFUSED, "not connected")
        number = int(change.item.rsplit("-", 1)[1])
        statements = _PAGE_VIEWS if number % 4 == 3 else _REPORTS
        run = change.item.split("-")[1]
        values = {
            "item": change.item,
            "value": change.after,
            "status": _STATUSES[number % len(_STATUSES)],
            "mark": json.dumps({"load": change.item, "load_run": run}),
        }
        try:
            with cut_after(self._answer_seconds, lambda: shut(connection.fileno())):
                rows = connection.execute(statements[change.action], values).rowcount
        except psycopg.Error as error:
            # A server that ends the session may have committed first.
            ending = Outcome.IN_DOUBT if connection.closed or error.sqlstate is None else Outcome.REFUSED
            return Answer(ending, _reason(error))
        return ACKNOWLEDGED if rows == 1 else Answer(Outcome.REFUSED, f"it changed {rows} rows")

    def observe(self, run: str) -> dict[str, list[str]]:
        """Both tables, in one statement and so at one moment."""
        connection = self._connection
        if connection is None:
            raise UnreachableError("PostgreSQL is not connected", "connect first")
        values = {"run": json.dumps({"load_run": run}), "prefix": f"load-{run}-%"}
        try:
            return grouped(connection.execute(_OBSERVE, values).fetchall())
        except psycopg.Error as error:
            raise RefusedError(
                f"PostgreSQL does not let the rows be read: {_reason(error)}", "check the server and run again"
            ) from error

    def close(self) -> None:
        """Close this side."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _reason(error: psycopg.Error) -> str:
    """One line, without the server's address or the values that were sent."""
    if error.diag.message_primary:
        return f"{error.diag.message_primary} ({error.sqlstate})"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].strip()[:200]
