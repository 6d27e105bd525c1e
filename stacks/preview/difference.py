"""What differs between two previews: resources added, gone and changed, and the money."""

from collections.abc import Iterable, Mapping
from typing import Any

from estate.records.base import Record
from estate.records.preview import Resource


class Change(Record):
    """One resource that differs. `changed` holds, by path of the input, what it was and what it is."""

    change: str
    """`added`, `gone` or `changed`."""
    type: str
    name: str
    changed: dict[str, tuple[Any, Any]] = {}


def rows(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """A preview's resources as `decant stack preview --json` writes them."""
    return [resource.model_dump(mode="json", by_alias=True) for resource in resources]


def difference(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[Change]:
    """How `after` differs from `before`; resources are the same by their URN without the stack's name.

    Both are rows of `--json`. Raises `KeyError` where a row lacks `urn`, `type`, `name` or `inputs`.
    """
    old, new = _by_urn(before), _by_urn(after)
    changes = [
        Change(change="gone", type=row["type"], name=row["name"]) for urn, row in old.items() if urn not in new
    ]
    for urn, row in new.items():
        if urn not in old:
            changes.append(Change(change="added", type=row["type"], name=row["name"]))
            continue
        was, now = _flat(old[urn]), _flat(row)
        changed = {
            path: (was.get(path), now.get(path)) for path in sorted({*was, *now}) if was.get(path) != now.get(path)
        }
        if changed:
            changes.append(Change(change="changed", type=row["type"], name=row["name"], changed=changed))
    return sorted(changes, key=lambda change: (change.change, change.type, change.name))


def _by_urn(resources: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    found = {}
    for row in resources:
        _, _, rest = str(row["urn"]).partition("::")
        if row["type"] == "pulumi:pulumi:Stack":
            continue
        found[rest] = row
    return found


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {"protect": row.get("protect", False)}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, Mapping) and value:
            for key, item in value.items():
                walk(item, f"{path}.{key}" if path else str(key))
        elif isinstance(value, list) and value:
            for number, item in enumerate(value):
                walk(item, f"{path}[{number}]")
        else:
            flat[path] = value

    walk(row["inputs"], "")
    return flat
