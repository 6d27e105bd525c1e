"""Puts the parts together: the cloud-config of one VM. It holds no secret, and needs none."""

import base64
import json
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from stacks.settings.targets import Vm

_PARTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "chrony.conf": ("/etc/chrony/chrony.conf", "0644"),
        "sshd.conf": ("/etc/ssh/sshd_config.d/10-decant.conf", "0600"),
        "audit.rules": ("/etc/audit/rules.d/10-decant.rules", "0640"),
        "journald.conf": ("/etc/systemd/journald.conf.d/10-decant.conf", "0644"),
        "sysctl.conf": ("/etc/sysctl.d/90-decant.conf", "0644"),
        "apt.conf": ("/etc/apt/apt.conf.d/99-decant", "0644"),
        "nftables.conf": ("/etc/nftables.conf", "0644"),
        "baseline.sh": ("/usr/local/sbin/decant-baseline", "0750"),
        "disks.sh": ("/usr/local/sbin/decant-disks", "0750"),
    }
)
"""Where each part of the baseline goes, and with which rights."""
_MARIADB: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "mariadb.conf": ("/etc/decant/mariadb.conf", "0644"),
        "mariadb.sh": ("/usr/local/sbin/decant-mariadb", "0750"),
    }
)


PACKAGES = ("chrony", "auditd", "rsyslog", "nftables")
"""What the baseline needs beyond the image."""


def part(name: str) -> str:
    """The text of one part, as it lands on the machine."""
    return (files("stacks") / "cloudinit" / name).read_text("utf-8")


def cloud_config(vm: Vm, *, mariadb: bool = False, fetches: bool = True) -> str:
    """The cloud-config of `vm`. With `mariadb`, that too, on the VM's disk of that name.

    `fetches`: whether it reaches the package archives; where not, it is not made to wait for them.
    """
    parts = {**_PARTS, **(_MARIADB if mariadb else {})}
    commands: list[list[str]] = [["/usr/local/sbin/decant-baseline"]]
    if vm.disks:
        pairs = [f"{lun}:/srv/{disk.name}" for lun, disk in enumerate(vm.disks)]
        commands.append(["/usr/local/sbin/decant-disks", *pairs])
    if mariadb:
        commands.append(["/usr/local/sbin/decant-mariadb"])
    content: dict[str, Any] = {
        "hostname": vm.name,
        "preserve_hostname": False,
        "disable_root": True,
        "ssh_pwauth": False,
        "write_files": [
            {"path": path, "owner": "root:root", "permissions": rights, "content": part(name)}
            for name, (path, rights) in parts.items()
        ],
        "runcmd": commands,
    }
    if fetches:
        content["package_update"] = True
        content["packages"] = [*PACKAGES, *(["mariadb-server"] if mariadb else [])]
    # JSON is YAML, which is what cloud-init reads.
    return "#cloud-config\n" + json.dumps(content, indent=1) + "\n"


def custom_data(vm: Vm, *, mariadb: bool = False, fetches: bool = True) -> str:
    """`cloud_config` as Azure takes it."""
    return base64.b64encode(cloud_config(vm, mariadb=mariadb, fetches=fetches).encode()).decode()
