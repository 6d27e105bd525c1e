"""What Pulumi keeps of a built stack (`pulumi stack export`), as rows that a preview can be compared with.

The format is Pulumi's own deployment of version 3. In it each resource has the inputs that it was built with; those
of a secret are an object with a signature and a ciphertext, which is not opened here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from estate.errors import UsageError
from estate.records.preview import SECRET, UNKNOWN
from stacks.preview.values import SECRET_SIGNATURE, SIGNATURE_KEY

_ROOT = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:"
_DEFAULTS = "__defaults"
"""Where a provider notes which inputs it filled in itself."""


def protected(deployment: Mapping[str, Any]) -> list[str]:
    """The names of what is protected in a deployment."""
    return sorted(
        str(row["urn"]).rpartition("::")[2] for row in deployment.get("resources") or [] if row.get("protect")
    )


def custom(deployment: Mapping[str, Any]) -> list[str]:
    """The URNs of what is in Azure itself, without Pulumi's own components and providers."""
    return [
        str(row["urn"])
        for row in deployment.get("resources") or []
        if row.get("custom") and not str(row["type"]).startswith(_PROVIDER)
    ]


def rows_of_state(deployment: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The resources of a deployment as `decant stack preview --json` has them, without what is about to be deleted.

    Raises `UsageError` for what is not in Pulumi's format.
    """
    try:
        return [
            {
                "urn": str(row["urn"]),
                "type": str(row["type"]),
                "name": str(row["urn"]).rpartition("::")[2],
                "inputs": {key: _plain(value) for key, value in row.get("inputs", {}).items() if key != _DEFAULTS},
                "protect": bool(row.get("protect", False)),
            }
            for row in deployment.get("resources") or []
            if not (row.get("delete") or row.get("external")) and row["type"] != _ROOT
        ]
    except (KeyError, TypeError, AttributeError):
        raise UsageError(
            "what Pulumi keeps of the stack is not in the format that Decant knows (version 3)",
            "compare with an earlier preview instead: --against NAME",
        ) from None


def alike_where_unknown(
    built: Iterable[Mapping[str, Any]], previewed: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The built rows, with `[unknown]` wherever the preview says that: there nothing can be compared.

    A provider is Pulumi's own, and of it only whether it is there is compared.
    """
    now = {_known_by(row): row for row in previewed}
    found = []
    for row in built:
        other = now.get(_known_by(row))
        inputs = row["inputs"]
        if other is not None:
            inputs = other["inputs"] if row["type"].startswith(_PROVIDER) else _veiled(inputs, other["inputs"])
        found.append({**row, "inputs": inputs})
    return found


def _known_by(row: Mapping[str, Any]) -> str:
    """The URN without the stack's name."""
    return str(row["urn"]).partition("::")[2]


def _veiled(was: Any, now: Any) -> Any:
    if now == UNKNOWN:
        return UNKNOWN
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        unknown = {key: UNKNOWN for key, value in now.items() if value == UNKNOWN}
        return {**{key: _veiled(value, now.get(key)) for key, value in was.items()}, **unknown}
    if isinstance(was, list) and isinstance(now, list):
        return [_veiled(value, now[at] if at < len(now) else None) for at, value in enumerate(was)]
    return was


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return SECRET
        return {key: _plain(item) for key, item in value.items() if key != _DEFAULTS}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
