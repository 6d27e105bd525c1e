"""What machines are told on their first start, held against the programs that read it."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from policies.rules.hc_09 import _WEAK
from stacks.cloudinit.assemble import cloud_config, custom_data, part
from stacks.settings.targets import Disk, Mariadb, Vm

VM = Vm(name="app1", system="s", size="Standard_D2as_v5", disks=(Disk(name="shared", gib=64),))
MARIADB = Mariadb(name="library1", system="s", size="Standard_D2as_v5").machine
PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


def need(program: str) -> str:
    found = shutil.which(program, path=PATH)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


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
    subprocess.run([need("chronyd"), "-p", "-f", config], check=True, capture_output=True)


@pytest.mark.parametrize("name", ["disks.sh", "mariadb.sh"])
def test_scripts_are_valid_shell(name: str, tmp_path: Path) -> None:
    script = tmp_path / name
    script.write_text(part(name))
    subprocess.run(["sh", "-n", script], check=True)


@pytest.mark.parametrize(("vm", "mariadb"), [(VM, False), (MARIADB, True)])
def test_cloud_init_takes_the_whole(vm: Vm, mariadb: bool, tmp_path: Path) -> None:
    program = need("cloud-init")
    config = tmp_path / "user-data"
    config.write_text(cloud_config(vm, mariadb=mariadb))
    subprocess.run([program, "schema", "--config-file", config], check=True, capture_output=True)


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
