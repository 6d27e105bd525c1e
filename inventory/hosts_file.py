"""The hosts file: `[[host]]` tables of a TOML file, checked as a whole, into records."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError

from estate import invalid, reading, secrets, writing
from estate.addresses import is_address
from estate.errors import UsageError
from estate.records.host import Host
from estate.suggest import nearest

_REFERENCES = ("key", "password", "sudo_password")


def load(path: Path) -> dict[str, Host]:
    """The hosts by name, in the file's order.

    Raises `UsageError`, which names the file and the host, for what is not TOML, an unknown key, a wrong value, a
    secret written out (which is not repeated), a name given twice, and jump hosts that lead nowhere.
    """
    if not path.exists():
        raise UsageError(f"There is no hosts file {path}", "write one; `decant init` makes a template")
    return _hosts(path, reading.toml(path))


def add(path: Path, hosts: Sequence[Host]) -> None:
    """Write hosts at the end of the file, and leave all that is in it as it is.

    Raises `UsageError`, and writes nothing, where the file would not be right then: as `load` does.
    """
    fields = [one.model_dump(mode="json", exclude_defaults=True) for one in hosts]
    text = reading.text(path).rstrip()
    text += "".join(f"\n\n[[host]]\n{tomlkit.dumps(one).rstrip()}" for one in fields) + "\n"
    _hosts(path, reading.tables(text, path))
    writing.replace(path, text)


def _hosts(path: Path, content: Mapping[str, Any]) -> dict[str, Host]:
    for key in content:
        if key != "host":
            raise UsageError(f"{path} has the unknown table {key}", "write each server as a [[host]] table")
    tables = content.get("host", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError(
            f"{path} does not list its hosts", "write each server as a [[host]] table, in two brackets"
        )
    hosts: dict[str, Host] = {}
    for number, table in enumerate(tables, 1):
        host = _host(path, number, table)
        if host.name in hosts:
            raise UsageError(f"{path} has two hosts called {host.name}", "give each a name of its own")
        hosts[host.name] = host
    for host in hosts.values():
        _check_jumps(path, host, hosts)
    return hosts


def _host(path: Path, number: int, table: dict[str, Any]) -> Host:
    label = table.get("name") if isinstance(table.get("name"), str) else None
    where = f"{path}, host {label or f'number {number}'}"
    for key in table:
        if key not in Host.model_fields:
            close = nearest(key, Host.model_fields, most=1)
            remedy = f"did you mean {close[0]}?" if close else f"known are {', '.join(Host.model_fields)}"
            raise UsageError(f"{where}: {key} is no setting of a host", remedy)
    for field in _REFERENCES:
        if field in table:
            _check_reference(where, field, table[field])
    try:
        host = Host.model_validate(table)
    except ValidationError as wrong:
        raise UsageError(f"{where}: {invalid.sentence(wrong)}", _mend(wrong)) from None
    if not is_address(host.address):
        raise UsageError(
            f"{where}: {host.address!r} is neither an IP address nor a host's name",
            "write the address alone; `user` and `port` are settings of their own",
        )
    if host.sudo == "password" and host.sudo_password is None:
        raise UsageError(f'{where}: sudo = "password" lacks its sudo_password', "add a reference, as env:NAME")
    return host


def _mend(wrong: ValidationError) -> str:
    if wrong.errors()[0]["loc"] == ("name",):
        return "give it a `name` of letters, digits, full stops, hyphens and underscores"
    return "write it into that [[host]] table" if wrong.errors()[0]["type"] == "missing" else "mend that value"


def _check_reference(where: str, field: str, value: object) -> None:
    try:
        secrets.check(value if isinstance(value, str) else "")
    except UsageError as wrong:
        raise UsageError(f"{where}: {field} is not a reference to a secret", wrong.remedy) from None
    if field == "key" and not str(value).startswith("file:"):
        raise UsageError(
            f"{where}: key must be a file", 'write key = "file:PATH", or leave it out for the ssh-agent'
        )


def _check_jumps(path: Path, host: Host, hosts: Mapping[str, Host]) -> None:
    seen = [host.name]
    here = host
    while here.jump is not None:
        if here.jump not in hosts:
            close = nearest(here.jump, hosts, most=1)
            raise UsageError(
                f"{path}, host {here.name}: its jump host {here.jump} is not in the file",
                f"did you mean {close[0]}?" if close else "add it, or correct `jump`",
            )
        if here.jump in seen:
            raise UsageError(
                f"{path}, host {host.name}: its jump hosts lead in a circle ({' > '.join([*seen, here.jump])})",
                "correct `jump`",
            )
        seen.append(here.jump)
        here = hosts[here.jump]
