"""The estate as files that other tools take: CSV, a workbook, JSON, an Ansible inventory."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from decant.journeys import differences
from decant.journeys.discovery import not_seen
from decant.journeys.estate import Shown, listed
from decant.output import jsonable
from estate.documents.words import moment
from estate.printable import printable, printable_json
from estate.records.base import now
from estate.records.server import Server
from estate.records.workload import Workload

if TYPE_CHECKING:
    from decant.app import App
    from estate.records.host import Host

Format = Literal["csv", "xlsx", "json", "ansible"]

SERVER_COLUMNS = (
    "id", "role", "address", "hostname", "os_id", "os_version", "os_name", "cpus", "memory_bytes", "disk_bytes",
    "disk_used_bytes", "platform", "power", "purpose", "owner", "authority", "contract_end", "reached",
    "unreached_reason", "seen_at", "sources",
)  # fmt: skip
WORKLOAD_COLUMNS = ("id", "server", "kind", "name", "bytes", "bytes_a_day", "services", "system", "owner", "owner_from",
                    "os_owned", "seen_at")  # fmt: skip
DEPENDENCY_COLUMNS = ("client", "client_outside", "server", "server_outside", "port", "protocol", "process",
                      "workload", "evidence", "where", "seen_at", "first_seen", "last_seen", "rounds",
                      "of_rounds")  # fmt: skip

ANSIBLE_VARIABLES = ("role", "os_id", "os_version", "cpus", "memory_bytes", "owner", "authority", "purpose",
                     "platform", "power")  # fmt: skip

MOMENTS = ("seen_at", "first_seen", "last_seen", "at")
DAYS = ("contract_end",)
FIRST_YEAR = 1900
"""Of the calendar of spreadsheets, whose first days are not everybody's."""

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain(value: object) -> str:
    """A cell as text that no spreadsheet takes for a formula and no terminal for a command. What is not known is empty."""
    if value is None:
        return ""
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if isinstance(value, bool):
        text = text.lower()
    risky = text.startswith(_STARTS_FORMULA) and not isinstance(value, int | float)
    return printable(f"'{text}" if risky else text)


def _workload_row(workload: Workload) -> dict[str, object]:
    """With what changes in a day by the best that is known, of all that share its database server's log."""
    best = next(iter(workload.changes), None)
    return {**workload.model_dump(mode="json"), "bytes_a_day": best.bytes_per_day if best else None}


def _server_row(server: Server) -> dict[str, object]:
    found: dict[str, object] = server.model_dump(mode="json")
    found["sources"] = sorted({one.source for one in server.origins.values()}) or ["discover"]
    return found


def as_csv(shown: Shown) -> bytes:
    """The servers, one a row; with a mark, so that Excel reads it as UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(SERVER_COLUMNS)
    for server in shown.servers:
        row = _server_row(server)
        writer.writerow([plain(row[column]) for column in SERVER_COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(app: "App", shown: Shown) -> bytes:
    """One table a sheet with one row of headings, and a sheet in front that says what it is."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bottom": 1})
    quoted = book.add_format({"quote_prefix": True})
    clock, day = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"))

    def sheet(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        page = book.add_worksheet(name)
        page.write_row(0, 0, columns, head)
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                value = row.get(column)
                if isinstance(value, bool):
                    page.write_boolean(number, place, value)
                elif isinstance(value, int | float):
                    page.write_number(number, place, value)
                elif when := _when(column, value):
                    page.write_datetime(number, place, when, clock if column in MOMENTS else day)
                elif value is not None:
                    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
                    risky = text.startswith(_STARTS_FORMULA)
                    page.write_string(number, place, text[:32767], quoted if risky else None)
        page.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        page.freeze_panes(1, 0)
        page.set_column(0, len(columns) - 1, 18)

    about = book.add_worksheet("About")
    for number, (word, value) in enumerate(
        (
            ("Estate of", app.settings.workspace.council or "not named"),
            ("Written", moment(now())),
            ("Servers", str(len(shown.servers))),
            ("Sizes", "bytes; an empty cell means not known"),
            ("Times", "UTC"),
            ("Handling", "host names, addresses and faults of servers: not for publication"),
        )
    ):
        about.write_string(number, 0, word, head)
        about.write_string(number, 1, value)
    about.set_column(0, 1, 40)
    sheet("Servers", SERVER_COLUMNS, [_server_row(one) for one in shown.servers])
    sheet("Workloads", WORKLOAD_COLUMNS, [_workload_row(one) for one in shown.workloads])
    sheet("Dependencies", DEPENDENCY_COLUMNS, [one.model_dump(mode="json") for one in shown.dependencies])
    names = {one.id for one in shown.servers}
    missing = [
        missed.model_dump(mode="json")
        for facts in app.store.all_server_facts()
        if facts.server.id in names
        for missed in not_seen(facts)
    ]
    sheet("Not seen", ("server", "fact", "outcome", "reason", "privilege"), missing)
    differing = [
        {
            "server": one.server,
            "field": one.field,
            **said.model_dump(mode="json"),
            "shown": "yes" if first else "no",
        }
        for one in differences.disagreements(app.store)[0]
        if one.server in names
        for first, said in ((number == 0, said) for number, said in enumerate(one.said))
    ]
    sheet("Conflicts", ("server", "field", "value", "shown", "source", "where", "at"), differing)
    book.close()
    return out.getvalue()


def _when(column: str, value: object) -> datetime | None:
    """A time or a day as a workbook can hold it: without a zone, and from 1900 on; None for anything else."""
    if column not in (*MOMENTS, *DAYS) or not isinstance(value, str):
        return None
    when = datetime.fromisoformat(value)
    return when.replace(tzinfo=None, microsecond=0) if when.year > FIRST_YEAR else None


def _json(document: Mapping[str, object]) -> bytes:
    return printable_json(json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def as_json(shown: Shown) -> bytes:
    """What `decant estate list --json` prints."""
    document = {"schema": "decant.estate/1", **jsonable(listed(shown))}
    return _json(document)


def as_ansible(shown: Shown, hosts: "Mapping[str, Host]") -> bytes:
    """An Ansible inventory. Managed services are no hosts; how to log in is said where the hosts file says it.

    It is written as JSON, which is YAML. No secret is in it: keys and passwords stay where they are.
    """
    machines = [one for one in shown.servers if not one.managed]
    groups: dict[str, set[str]] = {}
    for one in machines:
        marks = {
            "role": one.role,
            "os": one.os_id,
            "platform": one.platform,
            "owner": one.owner,
            "state": "reached" if one.reached else "not_reached",
        }
        for word, value in marks.items():
            if value:
                groups.setdefault(group_name(word, value), set()).add(one.id)
    document = {
        "all": {
            "hosts": {one.id: _variables(one, hosts.get(one.id)) for one in machines},
            "children": {
                name: {"hosts": {one: {} for one in sorted(held)}} for name, held in sorted(groups.items())
            },
        }
    }
    return _json(document)


def group_name(word: str, value: str) -> str:
    """A group's name as Ansible takes it: letters, digits and underscores."""
    return re.sub(r"[^a-z0-9_]+", "_", f"{word}_{value}".casefold()).strip("_")


def _variables(server: Server, host: "Host | None") -> dict[str, object]:
    found: dict[str, object] = {"ansible_host": (host.address if host else server.address)}
    if host is not None:
        found |= {"ansible_port": host.port, "ansible_user": host.user}
    if server.os_id in ("windows", "windows-server"):
        found["ansible_shell_type"] = "powershell"
    for name in ANSIBLE_VARIABLES:
        found[f"decant_{name}"] = getattr(server, name)
    return {name: _no_template(value) for name, value in found.items() if value is not None}


def _no_template(value: object) -> object:
    """Text that Ansible does not run as a template: an owner's name from a register is not to be trusted with that."""
    if not isinstance(value, str):
        return value
    return re.sub(r"\{(?=[{%#])", "{ ", value)


def render(app: "App", shown: Shown, form: Format) -> bytes:
    """The file in one of the formats."""
    if form == "csv":
        return as_csv(shown)
    if form == "xlsx":
        return as_xlsx(app, shown)
    if form == "json":
        return as_json(shown)
    return as_ansible(shown, app.hosts if app.workspace.hosts.exists() else {})
