"""What a workspace needs to know of the estate, as text."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import tomlkit

from estate.records.host import Host
from practice import spec


def hosts(key: Path) -> list[Host]:
    """The legacy servers and the targets, reached as the operator with `key`."""
    return [
        Host(
            name=host.name,
            address=host.address,
            user=spec.OPERATOR,
            key=f"file:{key}",
            sudo="nopasswd",
            role=host.role,
            owner=host.owner,
            authority=host.authority,
            contract_end=host.contract_end,
        )
        for host in spec.HOSTS
        if host.role != "infrastructure"
    ]


def hosts_toml(key: Path) -> str:
    """`hosts.toml`."""
    return tables("host", [host.model_dump(exclude_defaults=True) for host in hosts(key)])


def settings_toml(tsig_key: Path) -> str:
    """[dns] and [[service]] of `decant.toml`."""
    document = tomlkit.document()
    document["dns"] = {
        "server": spec.DNS_ADDRESS,
        "zone": spec.ZONE,
        "key": f"file:{tsig_key}",
        "ttl": spec.SERVICE_TTL,
    }
    services = [{"name": one.dns_name, "workload": one.workload} for one in spec.SERVICES]
    return tomlkit.dumps(document) + "\n" + tables("service", services)


def tables(name: str, entries: Sequence[Mapping[str, object]]) -> str:
    """Entries as an array of tables."""
    array = tomlkit.aot()
    for entry in entries:
        one = tomlkit.table()
        one.update(entry)
        array.append(one)
    document = tomlkit.document()
    document[name] = array
    return tomlkit.dumps(document)
