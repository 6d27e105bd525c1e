"""One reading of a MariaDB server: SELECTs in one snapshot, each row a JSON object."""

import json
from collections.abc import Sequence
from typing import Any

from estate.errors import DecantError, UnfinishedError
from estate.records.host import Host
from estate.transport.base import Transport
from estate.transport.privilege import rooted

SECONDS = 6 * 3600.0
"""Allowed to one reading of a whole database."""
# Times and numbers are written alike whatever the session of the server's own clients has.
_BEGIN = (
    "SET SESSION sql_mode='NO_UNSIGNED_SUBTRACTION', time_zone='+00:00', max_statement_time=0, "
    "group_concat_max_len=16777216, sql_log_off=1, lc_time_names='en_US', div_precision_increment=4;\n"
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;\n"
)


class Session:
    """Readings of one server, by its own administrator over the local socket. It changes nothing."""

    def __init__(self, transport: Transport, host: Host) -> None:
        self._host = host
        self._root = rooted(transport, host)

    def read(self, database: str, selects: Sequence[str]) -> list[dict[str, Any]]:
        """The rows of all the SELECTs, one after the other, of one moment.

        Raises `UnfinishedError` with the server's error number where it refuses.
        """
        argv = ["mariadb", "--batch", "--raw", "--skip-column-names", "--protocol=socket"]
        argv += ["--default-character-set=utf8mb4", f"--database={database}"]
        script = _BEGIN + "".join(f"{select};\n" for select in selects)
        result = self._root.run(argv, script.encode(), SECONDS, 256 << 20)
        if not result.ok:
            said = result.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no message"]
            raise UnfinishedError(
                f"MariaDB on {self._host.name} could not be read for the comparison ({said[0][:200]})",
                "mend that there and run the same command again",
            )
        if result.truncated:
            raise DecantError(f"MariaDB on {self._host.name} answered more than can be held", "report this")
        return [json.loads(line) for line in result.text.split("\n") if line]


def literal(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def ident(name: str) -> str:
    """A quoted name."""
    return "`" + name.replace("`", "``") + "`"
