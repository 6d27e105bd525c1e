"""What machines are told on their first start, held against the programs that read it."""

import base64
import ctypes
import json
import shutil
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from estate.records.facts.firewall import Firewall
from policies.rules.hc_09 import _WEAK
from stacks.addresses import plan
from stacks.cloudinit.assemble import PACKAGES, cloud_config, custom_data, part
from stacks.firewall import WITH_MACHINES, rules
from stacks.settings.file import template
from stacks.settings.targets import Disk, Mariadb, Vm
from stacks.settings.whole import StackSettings
from tests.inventory.parsed import read
from tests.packages import environment

VM = Vm(name="app1", system="s", size="Standard_D2as_v5", disks=(Disk(name="shared", gib=64),))
MARIADB = Mariadb(name="library1", system="s", size="Standard_D2as_v5").machine
ENVIRONMENT = environment()
JOURNALD = (Path("/usr/lib/systemd/systemd-journald"), Path("/lib/systemd/systemd-journald"))
ABSENT = "/proc/sys/kernel/yama"
"""What not every kernel has."""


def need(program: str) -> str:
    found = shutil.which(program, path=ENVIRONMENT["PATH"])
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """A program that is installed, or was unpacked for the tests (`tests/packages.py`)."""
    return subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, check=False)


def content(config: str) -> dict[str, Any]:
    first, _, rest = config.partition("\n")
    assert first == "#cloud-config"
    return dict(json.loads(rest))


def test_sshd_takes_its_configuration_and_is_as_strict_as_the_host_rules_want(tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    config = tmp_path / "sshd_config"
    config.write_text(f"HostKey {key}\n{part('sshd.conf')}")
    ran = subprocess.run([need("sshd"), "-T", "-f", config], capture_output=True, text=True, check=True)
    said = {line.partition(" ")[0]: line.partition(" ")[2] for line in ran.stdout.splitlines()}
    assert said["permitrootlogin"] == said["passwordauthentication"] == said["permitemptypasswords"] == "no"
    assert said["authenticationmethods"] == "publickey"
    for setting, weak in _WEAK.items():
        assert not [name for name in said[setting].split(",") if any(piece in name for piece in weak)]


def test_mariadbd_takes_its_configuration(tmp_path: Path) -> None:
    config = tmp_path / "my.cnf"
    config.write_text(part("mariadb.conf"))
    ran = subprocess.run(
        [need("mariadbd"), f"--defaults-file={config}", "--verbose", "--help"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "unknown variable" not in ran.stderr
    values = {words[0]: words[1] for line in ran.stdout.splitlines() if len(words := line.split()) == 2}
    assert (values["require-secure-transport"], values["binlog-format"]) == ("TRUE", "ROW")
    assert values["datadir"].startswith("/srv/mariadb/data")


def test_chronyd_takes_its_configuration(tmp_path: Path) -> None:
    config = tmp_path / "chrony.conf"
    config.write_text(part("chrony.conf"))
    ran = run(need("chronyd"), "-p", "-f", config)
    assert ran.returncode == 0, ran.stderr
    assert "refclock PHC /dev/ptp_hyperv" in ran.stdout
    config.write_text("refclok PHC /dev/ptp_hyperv")
    assert run(need("chronyd"), "-p", "-f", config).returncode != 0


def test_the_audit_library_takes_every_rule() -> None:
    """By libaudit, which auditctl reads rules with: auditctl itself would set them in this machine's kernel."""
    try:
        library = ctypes.CDLL("libaudit.so.1")
    except OSError:
        pytest.skip("libaudit is not installed")
    library.audit_rule_create_data.restype = ctypes.c_void_p
    machine = library.audit_name_to_machine(b"x86_64")
    rules = [line for line in part("audit.rules").splitlines() if line and not line.startswith("#")]
    assert len(rules) > 10
    for rule in rules:
        words = rule.split()
        found = ctypes.c_void_p(library.audit_rule_create_data())
        for option, value in pairwise(words):
            if option == "-F":
                # 4: a rule of system calls as they end, which is what `always,exit` says.
                assert library.audit_rule_fieldpair_data(ctypes.byref(found), value.encode(), 4) == 0, rule
            if option == "-S":
                for call in value.split(","):
                    assert library.audit_name_to_syscall(call.encode(), machine) >= 0, rule
        if words[0] == "-w":
            watch = ctypes.c_void_p()
            assert library.audit_add_watch(ctypes.byref(watch), words[1].encode()) == 0, rule
            assert words[2:4] == ["-p", "wa"]
        else:
            assert words[:2] == ["-a", "always,exit"]
        assert words[-2] == "-k"


def test_sysctl_takes_every_setting(tmp_path: Path) -> None:
    config = tmp_path / "sysctl.conf"
    config.write_text(part("sysctl.conf"))
    ran = run(need("sysctl"), "--dry-run", "-p", config)
    wrong = [line for line in ran.stderr.splitlines() if ABSENT not in line]
    assert not wrong
    names = {line.partition(" =")[0] for line in part("sysctl.conf").splitlines()}
    left_out = names - {line.partition(" =")[0] for line in ran.stdout.splitlines()}
    assert left_out <= {"kernel.yama.ptrace_scope"}


def test_apt_takes_its_configuration_and_leaves_the_updates_to_azure(tmp_path: Path) -> None:
    config = tmp_path / "apt.conf"
    config.write_text(part("apt.conf"))
    ran = run(need("apt-config"), "dump", "--config-file", config)
    assert ran.returncode == 0, ran.stderr
    assert 'APT::Periodic::Unattended-Upgrade "0";' in ran.stdout.splitlines()
    assert 'APT::Periodic::Update-Package-Lists "0";' in ran.stdout.splitlines()


def test_journald_knows_every_setting() -> None:
    """By the table of names in its own program: it says what it does not know as it starts, and to nobody before."""
    program = next((path for path in JOURNALD if path.exists()), None)
    if program is None:
        pytest.skip("systemd is not installed")
    known = program.read_bytes()
    head, *settings = part("journald.conf").splitlines()
    assert head == "[Journal]"
    for setting in settings:
        name, _, value = setting.partition("=")
        assert f"Journal.{name}\0".encode() in known, setting
        if name.endswith("Sec"):
            assert run(need("systemd-analyze"), "timespan", value).returncode == 0


def test_nft_takes_the_host_s_firewall_and_it_lets_in_what_security_groups_may(tmp_path: Path) -> None:
    config = tmp_path / "nftables.conf"
    config.write_text(part("nftables.conf"))
    nft = need("nft")
    ran = run(
        need("unshare"),
        "--user",
        "--map-root-user",
        "--net",
        "sh",
        "-c",
        f"{nft} -f {config} && {nft} -f {config} && {nft} list ruleset",
    )
    if ran.returncode and "unshare" in ran.stderr:
        pytest.skip("no namespaces here")
    assert ran.returncode == 0, ran.stderr
    found = read("firewall", Firewall, f"filter\n--- nft\n{ran.stdout}")
    assert (found.active, found.default_deny) == (True, True)
    assert set(found.allowed) == {f"tcp/{port}" for port in ("22", "80", "443", "445", "3306", "5432")}
    settings = StackSettings.model_validate(tomllib.loads(template("production", "production")))
    ranges = plan(settings.network.address_space)
    moves = dict.fromkeys(WITH_MACHINES, ("22", "3306", "5432"))
    groups = {
        f"tcp/{port}"
        for subnet in WITH_MACHINES
        for rule in rules(subnet, ranges, settings, moves)
        if (rule.direction, rule.access) == ("Inbound", "Allow")
        for port in rule.ports
    }
    assert groups == set(found.allowed)


@pytest.mark.parametrize("name", ["baseline.sh", "disks.sh", "mariadb.sh"])
def test_scripts_are_valid_shell(name: str, tmp_path: Path) -> None:
    script = tmp_path / name
    script.write_text(part(name))
    subprocess.run(["sh", "-n", script], check=True)


@pytest.mark.parametrize(("vm", "mariadb"), [(VM, False), (MARIADB, True)])
def test_cloud_init_takes_the_whole(vm: Vm, mariadb: bool, tmp_path: Path) -> None:
    program = need("cloud-init")
    config = tmp_path / "user-data"
    for fetches in (True, False):
        config.write_text(cloud_config(vm, mariadb=mariadb, fetches=fetches))
        ran = run(program, "schema", "--config-file", config)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    config.write_text(cloud_config(vm).replace('"ssh_pwauth": false', '"ssh_pwauth": {}'))
    assert run(program, "schema", "--config-file", config).returncode != 0


def test_a_machine_that_reaches_no_archive_is_not_made_to_wait_for_it() -> None:
    there, isolated = content(cloud_config(VM)), content(cloud_config(VM, fetches=False))
    assert set(PACKAGES) <= set(there["packages"])
    assert there.keys() - isolated.keys() == {"packages", "package_update"}
    assert isolated["runcmd"] == there["runcmd"]


def test_the_baseline_says_what_is_missing_and_goes_on(tmp_path: Path) -> None:
    """On a machine that has none of its programs."""
    script = tmp_path / "baseline.sh"
    script.write_text(part("baseline.sh"))
    ran = subprocess.run(
        ["/bin/sh", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert [line.rpartition(" ")[2] for line in ran.stderr.splitlines()] == [
        "journalctl", "sysctl", "nft", "nft", "chronyd", "augenrules", "sshd",
    ]  # fmt: skip


def test_disks_are_mounted_by_lun_in_the_order_of_the_settings() -> None:
    assert ["/usr/local/sbin/decant-disks", "0:/srv/shared"] in content(cloud_config(VM))["runcmd"]


def test_mariadb_s_disk_is_there_before_it_is_set_up() -> None:
    commands = content(cloud_config(MARIADB, mariadb=True))["runcmd"]
    assert commands[-2:] == [
        ["/usr/local/sbin/decant-disks", "0:/srv/mariadb"],
        ["/usr/local/sbin/decant-mariadb"],
    ]


def test_azure_takes_its_length() -> None:
    data = custom_data(MARIADB, mariadb=True)
    assert len(data) < 65535
    assert base64.b64decode(data).decode() == cloud_config(MARIADB, mariadb=True)
