"""The stream over MariaDB: the shop's customers, found again by their e-mail address."""

from random import Random

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from estate.errors import RefusedError, UnreachableError
from estate.secrets import resolve as secret
from practice.load.record import Outcome
from practice.load.settings import StreamSettings
from practice.load.stream import ACKNOWLEDGED, CONNECT_SECONDS, Answer, Change, grouped

_STATEMENTS = {
    "insert": """INSERT INTO customers (name, email, address, postcode, joined)
        VALUES (%(value)s, %(email)s, '1 Load Street', 'ZZ1 1ZZ', NOW())""",
    "update": "UPDATE customers SET name = %(value)s WHERE email = %(email)s",
    "delete": "DELETE FROM customers WHERE email = %(email)s",
}
_OBSERVE = "SELECT email, name FROM customers WHERE email LIKE %s"
_DOMAIN = "@load.example"
# Errors of the server that end the session, so that the statement may or may not have been done:
# ER_SERVER_SHUTDOWN, the network's own, ER_CONNECTION_KILLED.
_ENDING = {1053, *range(1152, 1162), 1927}


class MariadbStream:
    """Items are customers: the address is the item, the name its value."""

    whole = True
    most = 500

    def __init__(self, settings: StreamSettings, answer_seconds: float) -> None:
        self._settings = settings
        self._answer_seconds = answer_seconds
        self._connection: Connection[Cursor] | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as this side knows."""
        return self._connection is not None

    def plan(self, random: Random, action: str, op: str, item: str, before: str | None) -> Change:
        """A customer's name, which names the operation."""
        del random
        return Change(op, item, action, before, None if action == "delete" else f"Customer {op}")

    def connect(self, address: str) -> None:
        """Log in as the application."""
        wanted = self._settings
        try:
            self._connection = pymysql.connect(
                host=address,
                port=wanted.port,
                database=wanted.space,
                user=wanted.user,
                password=secret(wanted.password),
                connect_timeout=CONNECT_SECONDS,
                read_timeout=self._answer_seconds,
                write_timeout=self._answer_seconds,
                charset="utf8mb4",
                autocommit=True,
            )
        except (pymysql.MySQLError, OSError) as error:
            raise UnreachableError(
                f"MariaDB at {address}: {_reason(error)}", "check the server and run again"
            ) from error

    def prepare(self) -> None:
        """The table is there already."""

    def apply(self, change: Change) -> Answer:
        """One statement, in a transaction of its own."""
        if self._connection is None:
            return Answer(Outcome.REFUSED, "not connected")
        values = {"email": change.item + _DOMAIN, "value": change.after}
        try:
            with self._connection.cursor() as cursor:
                rows = cursor.execute(_STATEMENTS[change.action], values)
        except (pymysql.MySQLError, OSError) as error:
            code = _code(error)
            # Codes from 2000 to 2999 are the client's own: it lost the server.
            definite = code >= 1000 and not 2000 <= code < 3000 and code not in _ENDING
            return Answer(Outcome.REFUSED if definite else Outcome.IN_DOUBT, _reason(error))
        return ACKNOWLEDGED if rows == 1 else Answer(Outcome.REFUSED, f"it changed {rows} rows")

    def observe(self, run: str) -> dict[str, list[str]]:
        """All customers of the run."""
        if self._connection is None:
            raise UnreachableError("MariaDB is not connected", "connect first")
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(_OBSERVE, (f"load-{run}-%{_DOMAIN}",))
                rows = [(str(email), str(name)) for email, name in cursor.fetchall()]
        except (pymysql.MySQLError, OSError) as error:
            raise RefusedError(
                f"MariaDB does not let the rows be read: {_reason(error)}", "check the server and run again"
            ) from error
        return grouped([(email.removesuffix(_DOMAIN), name) for email, name in rows])

    def close(self) -> None:
        """Close this side."""
        if self._connection is not None and self._connection.open:
            self._connection.close()
        self._connection = None


def _code(error: pymysql.MySQLError | OSError) -> int:
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) and isinstance(error, pymysql.MySQLError) else 0


def _reason(error: pymysql.MySQLError | OSError) -> str:
    return f"{error.args[-1] if error.args else type(error).__name__} ({_code(error)})"[:200]
