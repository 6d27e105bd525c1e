"""Containers and what runs them."""

from estate.records.base import Record


class Container(Record):
    """One container, running or not."""

    id: str
    name: str
    image: str
    state: str = ""
    """`running`, `exited` …"""
    ports: str = ""
    """As the engine shows them: `0.0.0.0:8080->80/tcp`."""
    mounts: str = ""
    """Volumes and folders, as the engine shows them."""
    created: str = ""


class Engine(Record):
    """One engine. `containers` is None where it did not let us ask."""

    name: str
    """`docker`, `podman`, `lxc`, `kubernetes`, `containerd`."""
    containers: tuple[Container, ...] | None = None
    reason: str = ""


class Containers(Record):
    """Fact `containers`."""

    engines: tuple[Engine, ...]
