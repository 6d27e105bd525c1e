"""Checkov, another maker's scanner, reads the stacks as templates; docs/checkov.md answers each check that fails."""

import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stacks.arm.template import template as arm_template
from stacks.kinds import KINDS
from stacks.preview.stack import preview_stack
from stacks.settings.file import template
from tests.stacks.test_workload_stacks import OWN

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".venv-checkov/bin/checkov"
WORKLOAD = f"""{OWN}
[[mysql]]
name = "catalogue"
system = "library"
first_password = "env:NEVER_ASKED_FOR"
"""
_ROW = re.compile(r"^\| (CKV\w+) \| [^|]+ \| (\w+) \| ([^|]+) \| [^|]{20,} \|$", re.M)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHECKOV.exists(), reason="Checkov is not installed: make .venv-checkov/.installed"),
]


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """By stack, the checks that fail, each with its resources.

    `workload` stands on production; `planted` is the last kind's with two faults put in.
    """
    folder, written = tmp_path_factory.mktemp("settings"), tmp_path_factory.mktemp("templates")
    key = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    for kind in KINDS:
        path = folder / f"{kind}.toml"
        path.write_text(template(kind, kind).replace('ssh_public_key = ""', f'ssh_public_key = "{key}"'))
        made = arm_template(preview_stack(path))
        (written / f"{kind}.json").write_text(json.dumps(made, indent=1))
    workload = folder / "production-library.toml"
    workload.write_text(WORKLOAD)
    (written / "workload.json").write_text(json.dumps(arm_template(preview_stack(workload)), indent=1))
    (written / "planted.json").write_text(json.dumps(_with_faults(made), indent=1))
    return _run(written)


def _with_faults(made: dict[str, Any]) -> dict[str, Any]:
    """The last stack with a storage account that is open to every network, and SSH open to the internet."""
    for one in made["resources"]:
        for inside in one.get("properties", {}).get("template", {}).get("resources", ()):
            if inside["type"] == "Microsoft.Storage/storageAccounts":
                inside["properties"] |= {
                    "publicNetworkAccess": "Enabled",
                    "networkAcls": {"defaultAction": "Allow"},
                }
            if inside["type"] == "Microsoft.Network/networkSecurityGroups":
                rule = {
                    "access": "Allow", "direction": "Inbound", "protocol": "Tcp", "priority": 100,
                    "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*",
                    "destinationPortRange": "22",
                }  # fmt: skip
                inside["properties"]["securityRules"].append({"name": "planted", "properties": rule})
    return made


def _run(folder: Path) -> dict[str, dict[str, set[str]]]:
    # Where the machine lets us, in a network of its own with nobody else on it: nothing is fetched, nothing is sent.
    alone = ["unshare", "--net", "--map-root-user", "--user"]
    within = alone if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode == 0 else []
    ran = subprocess.run(
        [
            *within,
            CHECKOV,
            "-d",
            str(folder),
            "--framework",
            "arm",
            "--compact",
            "--skip-download",
            "--output",
            "json",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LOG_LEVEL": "ERROR"},
    )
    said = json.loads(ran.stdout)
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    assert said["summary"]["parsing_errors"] == 0
    assert said["summary"]["passed"] > 200
    for one in said["results"]["failed_checks"]:
        found[Path(one["file_path"]).stem][one["check_id"]].add(one["resource"])
    return found


def answered() -> dict[tuple[str, str], set[str]]:
    """By check and type of resource, the kinds of stacks for which docs/checkov.md answers."""
    page = (ROOT / "docs/checkov.md").read_text()
    return {(check, kind): set(kinds.split(", ")) for check, kind, kinds in _ROW.findall(page)}


def test_every_check_that_fails_has_its_answer_and_every_answer_a_check_that_fails(
    failed: dict[str, dict[str, set[str]]],
) -> None:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind in KINDS:
        for check, resources in failed[kind].items():
            for resource in resources:
                found[check, resource.split("/")[-1].split(".")[0]].add(kind)
    assert found == answered()


def test_a_workload_stack_fails_nothing_that_is_not_answered_for_its_platform_s_kind(
    failed: dict[str, dict[str, set[str]]],
) -> None:
    answers = answered()
    assert failed["workload"]
    for check, resources in failed["workload"].items():
        for resource in resources:
            assert "production" in answers[check, resource.split("/")[-1].split(".")[0]]


def test_defender_for_key_vaults_is_on_where_its_check_fails_other_plans(
    failed: dict[str, dict[str, set[str]]],
) -> None:
    plans = {one for kind in KINDS for one in failed[kind]["CKV_AZURE_87"]}
    assert plans
    assert not any(one.endswith(".KeyVaults") for one in plans)


def test_faults_that_were_put_in_are_found(failed: dict[str, dict[str, set[str]]]) -> None:
    new = set(failed["planted"]) - set(failed["rehearsal"])
    assert {"CKV_AZURE_59", "CKV_AZURE_35", "CKV_AZURE_10"} <= new
