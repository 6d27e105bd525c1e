"""The rules over servers on the practice estate: recorded facts and the pytest-testinfra module say the same."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import policies
from practice.estate import Estate
from tests.decant.face import decant

pytestmark = [pytest.mark.practice, pytest.mark.slow]

SERVERS = ("db-legacy", "web-legacy")
WORDS = {"pass": "PASSED", "fail": "FAILED", "not evaluated": "SKIPPED", "not applicable": "SKIPPED"}


@pytest.fixture(scope="module")
def workspace(practice_estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that knows the practice estate and has discovered two of its servers."""
    root = tmp_path_factory.mktemp("council") / "anytown"
    assert decant("init", str(root), "--council", "Anytown Council", at=root.parent).code == 0
    (root / "hosts.toml").write_text(practice_estate.hosts_toml())
    shutil.copy(practice_estate.known_hosts, root / ".decant" / "known_hosts")
    found = _inside(practice_estate, root, "-m", "decant", "discover", *SERVERS)
    assert found.returncode == 0, found.stderr
    return root


def _inside(estate: Estate, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        estate.command([sys.executable, *arguments]),
        cwd=root,
        env={**os.environ, "DECANT_WORKSPACE": str(root), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_the_old_servers_break_the_rules_that_they_were_made_to_break(workspace):
    said = decant("check", "hosts", "--json", at=workspace)
    assert said.code == 1, said.err
    found = {(f["rule"], f["subject"]): f for f in said.json["findings"]}
    for rule in ("HC-01", "HC-02", "HC-03", "HC-05", "HC-06", "HC-07", "HC-16", "HC-33"):
        assert found[rule, "db-legacy"]["status"] == "fail", found[rule, "db-legacy"]
    assert found["HC-32", "db-legacy"]["status"] == "fail"
    assert found["HC-19", "web-legacy"]["status"] == "fail"
    assert found["HC-31", "web-legacy"]["status"] == "fail"
    assert found["HC-10", "db-legacy"]["status"] == "pass"
    assert found["HC-20", "db-legacy"]["status"] == "not evaluated"


def test_the_testinfra_module_says_the_same(practice_estate, workspace):
    hosts = ",".join(f"decant://{name}" for name in SERVERS)
    module = str(Path(policies.__file__).parent / "hosts")
    said = _inside(
        practice_estate,
        workspace,
        *("-m", "pytest", "-p", "decant.testinfra", "-v", "--color=no", "-p", "no:cacheprovider"),
        *("--import-mode=importlib", f"--hosts={hosts}", module),
    )
    live = dict(re.findall(r"test_rule\[decant://([\w-]+-HC-\d+)\] (PASSED|FAILED|SKIPPED)", said.stdout))
    recorded = {
        f"{f['subject']}-{f['rule']}": WORDS[f["status"]]
        for f in decant("check", "hosts", "--json", at=workspace).json["findings"]
    }
    assert live == recorded, said.stdout[-2000:] + said.stderr[-2000:]
    assert said.returncode == 1
