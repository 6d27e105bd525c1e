"""The ports that moves need now, by subnet: those of the targets in `server_room.moving`, and of no other.

A target may be a workload stack's, which stands in a file of its own beside the platform's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estate import reading
from estate.errors import UsageError
from estate.suggest import did_you_mean
from stacks.settings.whole import StackSettings

_MACHINE = ("22", "3306", "5432")
"""SSH, MySQL and MariaDB, PostgreSQL: whatever a machine holds."""
_PORTS: Mapping[str, tuple[str, ...]] = {"databases": ("5432",), "mysql": ("3306",)}
_STAND_IN = {"vm": "app", "postgres": "databases", "mysql": "mysql", "mariadb": "data"}
"""Where the targets of a section stand if nothing says otherwise."""


def open_ports(settings: StackSettings, path: Path) -> Mapping[str, tuple[str, ...]]:
    """By subnet, the ports that moves need of it. `path` is the platform's settings file.

    Raises `UsageError` where `server_room.moving` names a target that neither it nor a stack on it has.
    """
    if settings.platform or not settings.moving:
        return {}
    stand = _places(settings.model_dump())
    for other in sorted(path.parent.glob("*.toml")):
        raw = reading.toml(other) if other != path else {}
        if raw.get("platform") == path.stem:
            stand |= _places(raw)
    for name in sorted(settings.moving):
        if name not in stand:
            raise UsageError(
                f"server_room.moving in {path} names {name!r}, which is no target of {path.stem} or of a stack on it",
                did_you_mean(name, stand, "give it the names of targets"),
            )
    subnets = {stand[name] for name in settings.moving}
    return {subnet: _PORTS.get(subnet, _MACHINE) for subnet in sorted(subnets)}


def _places(raw: Mapping[str, Any]) -> dict[str, str]:
    """The subnet of each target."""
    return {
        str(target.get("name")): str(target.get("subnet") or usual)
        for section, usual in _STAND_IN.items()
        for target in raw.get(section, ())
        if isinstance(target, dict)
    }
