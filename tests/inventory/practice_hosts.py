"""What tests do on the hosts of a practice estate besides reading them."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from estate.records.host import Host
from inventory.hosts_file import load
from practice import places, processes, spec
from practice.estate import Estate


def servers(estate: Estate, folder: Path) -> dict[str, Host]:
    """Every host that a workspace would read, as the estate's own hosts file says; written into `folder`."""
    path = folder / "hosts.toml"
    path.write_text(estate.hosts_toml())
    return {name: host for name, host in load(path).items() if spec.host(name).role != "infrastructure"}


def as_root(estate: Estate, host: str, script: str) -> bytes:
    """Run a script as root inside a host, with no login that its logs would show; what it printed."""
    argv = [*entered(estate, host), "sh", "-e"]
    done = subprocess.run(
        argv, input=f"main() {{\n{script}\n}}\nmain </dev/null\n".encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    return done.stdout


def entered(estate: Estate, host: str, spaces: Sequence[str] = ("--all",)) -> list[str]:
    """The start of a command line that runs as root inside a host, in the namespaces that are named."""
    first = processes.leader(places.NETNS / places.namespace(estate.name, host))
    assert first is not None, f"{host} does not run"
    return ["nsenter", f"--target={first}", *spaces, "--"]
