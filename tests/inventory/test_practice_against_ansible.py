"""Facts of real servers beside what Ansible's `setup`, `package_facts`, `service_facts` and `getent` say of them.

Where the two differ by Ansible's own making, the test says so in one line and compares what can be compared.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from estate.records.facts.addresses import Addresses
from estate.records.facts.cpu import Cpu
from estate.records.facts.filesystems import Filesystems
from estate.records.facts.hardware import Hardware
from estate.records.facts.mandatory_access import MandatoryAccess
from estate.records.facts.memory import Memory
from estate.records.facts.os import Os
from estate.records.facts.packages import Packages
from estate.records.facts.runtimes import Runtimes
from estate.records.facts.services import Services
from estate.records.facts.users import Users
from estate.records.host import Host
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from estate.transport.connect import connect
from inventory.collect import collect
from inventory.discover import discover
from inventory.facts import all_facts
from practice import spec
from practice.estate import Estate
from tests.inventory.practice_hosts import as_root, entered, servers

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.timeout(600)]

SLACK_SECONDS = 10
"""Up-time and clock: as far apart as the two readings were, and this."""
SHARE = {
    "memory available": 0.25,  # of all memory: the machine goes on working, and Ansible counts all caches as free
    "disk available": 0.02,  # of the file system
}
"""Volatile facts: how far apart they may be, as a share of the whole."""

EXTRA = "/srv/extra"
WITH_MORE = "web-legacy"
"""Has a disk of its own and a default route while it is compared."""
PLAYBOOK = Path(__file__).parent / "playbook.yml"


@dataclass(frozen=True)
class Both:
    """One host, read twice: `later` are our services again, after Ansible; `apart` is how long it all took."""

    ours: ServerFacts
    later: Services
    theirs: dict[str, Any]
    apart: float


@pytest.fixture(scope="module")
def more(practice_estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[bool]:
    """A default route that leads nowhere, and a disk with a file system: the estate's hosts have neither.

    Gives whether there is a disk: a machine that is a container itself may have no loop devices.
    """
    image = tmp_path_factory.mktemp("disk") / "extra.img"
    with image.open("wb") as out:
        out.truncate(32 << 20)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    made = subprocess.run(["losetup", "-f", "--show", str(image)], check=False, capture_output=True, text=True)
    loop = made.stdout.strip()
    inside = [*entered(practice_estate, WITH_MORE, ["--mount"]), "sh", "-ec"]
    try:
        as_root(practice_estate, WITH_MORE, "ip route add default via 10.99.0.1")
        if loop:
            device = Path(loop).stat().st_rdev
            node = f"mknod /dev/extra b {os.major(device)} {os.minor(device)}"
            fill = f"mount /dev/extra {EXTRA}; head -c 4000000 /dev/zero >{EXTRA}/used"
            subprocess.run([*inside, f"mkdir -p {EXTRA}; {node}; {fill}"], check=True)
        else:
            warnings.warn(f"NOT TESTED: a disk of its own ({made.stderr.strip()})", stacklevel=1)
        yield bool(loop)
    finally:
        as_root(practice_estate, WITH_MORE, "ip route del default || true")
        if loop:
            subprocess.run([*inside, f"umount {EXTRA} || :; rm -f /dev/extra; rmdir {EXTRA}"], check=False)
            subprocess.run(["losetup", "-d", loop], check=True)


@pytest.fixture(scope="module")
def both(estate: Estate, more: bool, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Both]:
    folder = tmp_path_factory.mktemp("ansible")
    hosts = servers(estate, folder)
    begun = time.monotonic()
    found = list(discover(list(hosts.values()), lambda host: connect(host, hosts, estate.known_hosts)))
    theirs = by_ansible(estate, list(hosts.values()), folder)
    services = [all_facts()["services"]]
    out = {}
    for one in found:
        host = hosts[one.server.id]
        link = connect(host, hosts, estate.known_hosts)
        again = collect(host, link, services, 60).observations[0].as_(Services)
        link.close()
        assert again is not None
        facts = ServerFacts(one.server, {seen.fact: seen for seen in one.observations})
        out[host.name] = Both(facts, again, theirs[host.name], time.monotonic() - begun)
    assert set(out) == {one.name for one in spec.HOSTS if one.role != "infrastructure"}
    return out


def by_ansible(estate: Estate, hosts: list[Host], folder: Path) -> dict[str, dict[str, Any]]:
    """Ansible's own facts by host, as root by sudo, over the same keys and accounts."""
    inventory = {
        host.name: {"ansible_host": host.address, "ansible_user": host.user, "ansible_become": True}
        for host in hosts
    }
    (folder / "inventory.json").write_text(json.dumps({"all": {"hosts": inventory}}))
    argv = [
        *(str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(folder / "inventory.json")),
        *("--private-key", str(estate.key), "-e", f"folder={folder}", str(PLAYBOOK)),
    ]
    settings = {
        "ANSIBLE_SSH_ARGS": f"-o UserKnownHostsFile={estate.known_hosts} -o ControlMaster=auto -o ControlPersist=20s",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_FORKS": str(len(hosts)),
    }
    done = subprocess.run(
        estate.command(argv), env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {host.name: json.loads((folder / f"{host.name}.json").read_text()) for host in hosts}


def test_system_kernel_and_processors(both: dict[str, Both]) -> None:
    for name, one in both.items():
        system, cpu, theirs = one.ours.get("os", Os), one.ours.get("cpu", Cpu), one.theirs
        assert system is not None
        assert cpu is not None
        assert system.hostname == theirs["nodename"] == name
        assert system.id == theirs["distribution"].lower()
        # Ansible makes 11.11 of 11, from /etc/debian_version.
        assert system.version_id == theirs["distribution_major_version"]
        assert system.codename == theirs["distribution_release"]
        assert (system.kernel, system.architecture) == (theirs["kernel"], theirs["architecture"])
        assert cpu.count == theirs["processor_vcpus"]
        assert cpu.model == theirs["processor"][2]
        assert system.virtualisation == theirs["virtualization_type"] == "container"


def test_memory_and_swap(both: dict[str, Both]) -> None:
    for one in both.values():
        memory = one.ours.get("memory", Memory)
        assert memory is not None
        assert memory.total_bytes >> 20 == one.theirs["memtotal_mb"]
        assert memory.swap_total_bytes >> 20 == one.theirs["swaptotal_mb"]
        free = one.theirs["memory_mb"]["nocache"]["free"] << 20
        assert abs((memory.available_bytes or 0) - free) <= SHARE["memory available"] * memory.total_bytes


def test_mounted_file_systems(both: dict[str, Both], more: bool) -> None:
    for name, one in both.items():
        held = one.ours.get("filesystems", Filesystems)
        assert held is not None
        ours = {fs.mountpoint: fs for fs in held.filesystems}
        # Ansible leaves out the root of a container, whose device is no path.
        assert ours.pop("/").source == "overlay"
        # Ansible lists single files that the container's keeper lends to it; they are no file systems.
        theirs = {fs["mount"]: fs for fs in one.theirs["mounts"] if not fs["mount"].startswith("/run/host/")}
        assert set(ours) == set(theirs) == ({EXTRA} if more and name == WITH_MORE else set())
        for point, fs in ours.items():
            told = theirs[point]
            assert (fs.source, fs.type, fs.size_bytes) == (told["device"], told["fstype"], told["size_total"])
            assert fs.inodes == told["inode_total"]
            # Ansible's own "used" counts the blocks that are kept for root.
            assert abs(fs.available_bytes - told["size_available"]) <= SHARE["disk available"] * fs.size_bytes


def test_interfaces_routes_and_resolvers(both: dict[str, Both]) -> None:
    for name, one in both.items():
        net = one.ours.get("addresses", Addresses)
        assert net is not None
        told = set()
        for interface in one.theirs["interfaces"]:
            card = one.theirs.get(interface.replace("-", "_"), {})
            # Ansible gives one IPv4 address as "ipv4" and the others as "ipv4_secondaries".
            fours = [*([card["ipv4"]] if "ipv4" in card else []), *card.get("ipv4_secondaries", [])]
            for known in (*fours, *card.get("ipv6", [])):
                told.add((interface, known["address"], int(known["prefix"])))
        assert {(known.interface, known.address, known.prefix) for known in net.addresses} == told
        assert any(address == spec.host(name).address for _, address, _ in told)
        # Nothing where no route leads out.
        assert net.default_gateway == one.theirs["default_ipv4"].get("gateway")
        assert (net.default_gateway is not None) == (name == WITH_MORE)
        assert list(net.resolvers) == one.theirs["dns"]["nameservers"]
        assert list(net.search) == one.theirs["dns"]["search"]


def test_the_machines_own_table_and_mandatory_access(both: dict[str, Both]) -> None:
    for one in both.values():
        hardware = one.ours.get("hardware", Hardware)
        # Ansible writes NA both for what is not there and for what it may not read.
        told = {
            key: one.theirs[key] for key in ("system_vendor", "product_name", "product_serial", "product_uuid")
        }
        if hardware is None:
            assert one.ours.observations["hardware"].outcome is Outcome.ABSENT
            assert set(told.values()) == {"NA"}
        else:
            ours = (hardware.vendor, hardware.product, hardware.serial, hardware.uuid)
            assert tuple(value or "NA" for value in ours) == tuple(told.values())
        access = one.ours.get("mandatory_access", MandatoryAccess)
        assert access is not None
        assert (access.system == "selinux") == (one.theirs["selinux"]["status"] == "enabled")
        # Ansible calls AppArmor enabled where its folder in /sys is there, in a container as well.
        assert access.system != "apparmor" or one.theirs["apparmor"]["status"] == "enabled"


def test_pythons_and_the_hosts_key(both: dict[str, Both]) -> None:
    for one in both.values():
        runtimes = one.ours.get("runtimes", Runtimes)
        assert runtimes is not None
        told = one.theirs["python"]
        version = f"{told['version']['major']}.{told['version']['minor']}"
        found = {run.path: run.version for run in runtimes.runtimes if run.name == "python"}
        # Ours is the version of the file's name: nothing is started to ask for more.
        assert (
            found[os.path.realpath(told["executable"]) if told["executable"] not in found else told["executable"]]
            == version
        )
        key = base64.b64decode(one.theirs["ssh_host_key_ed25519_public"])
        digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
        assert one.ours.server.host_key == f"SHA256:{digest}"


def test_accounts(both: dict[str, Both]) -> None:
    for one in both.values():
        users = one.ours.get("users", Users)
        assert users is not None
        ours = {user.name: (str(user.uid), str(user.gid), user.home, user.shell) for user in users.users}
        told = {name: (row[1], row[2], row[4], row[5]) for name, row in one.theirs["getent_passwd"].items()}
        assert ours == told
        assert spec.OPERATOR in ours


def test_packages(both: dict[str, Both], practice_estate: Estate) -> None:
    by_facts = 0
    for name, one in both.items():
        packages = one.ours.get("packages", Packages)
        assert packages is not None
        ours = {(package.name, package.version, package.arch) for package in packages.packages}
        assert len(ours) == len(packages.packages)
        if "packages" in one.theirs:
            by_facts += 1
            assert ours == {
                (each["name"], each["version"], each["arch"])
                for many in one.theirs["packages"].values()
                for each in many
            }
        # Where a host lacks python3-apt, Ansible cannot say, and dpkg itself does.
        asked = as_root(
            practice_estate,
            name,
            "dpkg-query -W -f '${db:Status-Status} ${Package} ${Version} ${Architecture}\\n'",
        )
        rows = [line.split() for line in asked.decode().splitlines()]
        assert ours == {(row[1], row[2], row[3]) for row in rows if row[0] == "installed"}
    assert by_facts, "Ansible read the packages of no host"


def test_services(both: dict[str, Both]) -> None:
    for name, one in both.items():
        first = one.ours.get("services", Services)
        assert first is not None
        later = {service.unit: (service.active, service.sub) for service in one.later.services}
        # What starts and stops by itself meanwhile (sessions, timers) is not compared.
        ours = {unit.unit: unit for unit in first.services if later.get(unit.unit) == (unit.active, unit.sub)}
        # Ansible gives some units twice, under an old name or without their ending.
        told = {unit: row for unit, row in one.theirs["services"].items() if unit in ours}
        assert len(ours) > 20
        assert set(told) == set(ours)
        running = {unit for unit, row in told.items() if row["state"] == "running"}
        assert running == {unit for unit, service in ours.items() if service.sub == "running"}
        needed = {f"{unit}.service" for unit in spec.host(name).units if "@" not in unit}
        assert {unit for unit in needed if unit in ours and ours[unit].sub == "running"} == needed
        for unit, row in told.items():
            # Ansible says "static", "indirect" or "generated" too, where we say nothing.
            if row["status"] in ("enabled", "disabled", "masked"):
                expected = row["status"] if row["status"] != "disabled" else ""
                assert ours[unit].enabled == expected, (name, unit)


def test_up_time_and_clock_are_as_far_apart_as_the_two_readings(both: dict[str, Both]) -> None:
    for one in both.values():
        system = one.ours.get("os", Os)
        assert system is not None
        assert system.uptime_seconds is not None
        assert system.clock is not None
        most = one.apart + SLACK_SECONDS
        assert -SLACK_SECONDS <= one.theirs["uptime_seconds"] - system.uptime_seconds <= most
        assert -SLACK_SECONDS <= int(one.theirs["date_time"]["epoch"]) - system.clock.timestamp() <= most
