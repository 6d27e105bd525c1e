"""A stack built, read, compared and taken away by the real Pulumi CLI, where one is on PATH; Azure is stood in for."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from decant.app import App
from tests.decant.face import Said, decant
from tests.stacks.plugins.provider import ADDRESS, REFUSED

ROOT = Path(__file__).parents[2]
PLUGINS = {"pulumi-language-python": "language", "pulumi-resource-azure-native": "provider"}
SECRET = "Canary-of-a-password-1"
Run = Callable[..., Said]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workspace `ws` is."""
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def given(root: Path) -> Mapping[str, str]:
    """The environment: plugins that stand in for Azure and for Pulumi's Python, and every secret."""
    (root / "bin").mkdir()
    for name, module in PLUGINS.items():
        plugin = root / "bin" / name
        plugin.write_text(
            f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m tests.stacks.plugins.{module} "$@"\n'
        )
        plugin.chmod(0o755)
    return {
        "PATH": f"{root / 'bin'}:{os.environ['PATH']}", "PULUMI_SKIP_UPDATE_CHECK": "1", "ARM_USE_MSI": "true",
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase of this test", "DECANT_MYSQL_TEST_FIRST_PASSWORD": SECRET,
        "DECANT_MYSQL_FIRST_PASSWORD": SECRET, "DECANT_VPN_SHARED_KEY": SECRET,
    }  # fmt: skip


@pytest.fixture(scope="module")
def run(root: Path, given: Mapping[str, str]) -> Run:
    """Runs `decant` in a workspace whose stacks are filled in."""
    assert decant("init", "ws", at=root).code == 0
    key = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    for settings in (root / "ws/stacks").glob("*.toml"):
        text = settings.read_text().replace("00000000-0000", f"{len(settings.stem):08}-1111")
        text = text.replace('ssh_public_key = ""', f'ssh_public_key = "{key}"').replace("@example.", "@anytown.")
        text = text.replace('gateway = "192.0.2.1"', 'gateway = "81.2.69.160"').replace(
            "anytown.local", "ourtown.local"
        )
        settings.write_text(text.replace('cost_centre = "0000"', 'cost_centre = "4711"'))

    def in_workspace(*words: str, **environment: str) -> Said:
        return decant(*words, at=root / "ws", environment={**given, **environment}, timeout=240)

    return in_workspace


def test_a_stack_is_built_read_compared_refreshed_and_taken_away(run: Run, root: Path) -> None:
    before = run("stack", "outputs", "test")
    assert before.code == 2
    assert "was never built from this workspace" in before.err
    missing = run("stack", "up", "test", "--yes", DECANT_MYSQL_TEST_FIRST_PASSWORD="")
    assert missing.code == 2
    assert "DECANT_MYSQL_TEST_FIRST_PASSWORD" in missing.err
    assert run("stack", "outputs", "test").code == 2, "what is missing leaves nothing behind"

    built = run("stack", "up", "test", "--yes")
    assert built.code == 0, built.err
    assert SECRET not in built.err + built.out
    assert "kind" in run("stack", "outputs", "test").out
    given = run("stack", "outputs", "test", "--targets")
    assert given.code == 0, given.err
    assert "Next: decant hosts trust app1 files1 library1" in given.err
    assert f'address = "{ADDRESS}"' in (root / "ws/hosts.toml").read_text()
    same = run("stack", "preview", "test", "--against", "deployed")
    assert same.code == 0, same.err
    assert "What differs\n  none" in same.out
    wrong = run("stack", "refresh", "test", "--yes", PULUMI_CONFIG_PASSPHRASE="another")
    assert wrong.code == 1
    assert "incorrect passphrase" in wrong.err
    assert run("stack", "refresh", "test", "--yes").code == 0
    assert run("stack", "destroy", "test", "--confirm", "test").code == 0
    assert run("stack", "outputs", "test").code == 2
    assert not (ROOT / "Pulumi.test.yaml").exists(), "a stack's configuration is its workspace's own"


def test_production_is_not_destroyed_in_part_either(run: Run) -> None:
    """Pulumi takes away what is not protected before it fails on what is."""
    built = run("stack", "up", "production", "--yes")
    assert built.code == 0, built.err
    assert SECRET not in built.err + built.out
    refused = run("stack", "destroy", "production", "--confirm", "production")
    assert refused.code == 4
    assert "nothing was taken away" in refused.err
    assert "What differs\n  none" in run("stack", "preview", "production", "--against", "deployed").out


def noted(root: Path, action: str, stack: str) -> list[Mapping[str, Any]]:
    """What the ledger says of it."""
    app = App(start=root / "ws")
    try:
        return [entry.payload for entry in app.ledger.entries(action) if f"stack:{stack}" in entry.subjects]
    finally:
        app.close()


def test_nothing_is_begun_while_nobody_is_signed_in_to_azure(run: Run) -> None:
    for words in ("up", "test", "--yes"), ("refresh", "test", "--yes"), ("destroy", "test", "--confirm", "test"):
        refused = run("stack", *words, ARM_USE_MSI="false")
        assert refused.code == 3
        assert "nobody is signed in to Azure" in refused.err


def test_what_fails_halfway_is_noted_as_failed_and_goes_on_afterwards(run: Run, root: Path) -> None:
    before = len(noted(root, "stack.up.failed", "test"))
    failed = run("stack", "up", "test", "--yes", **{REFUSED: "storage-account"})
    assert failed.code == 1
    assert "the stack test was not built: storage-account: the requested size is not available" in failed.err
    entries = noted(root, "stack.up.failed", "test")
    assert len(entries) == before + 1
    assert "the requested size is not available" in entries[-1]["why"]
    assert run("stack", "up", "test", "--yes").code == 0


def test_what_has_expired_is_reaped_by_its_name(run: Run, root: Path) -> None:
    assert run("stack", "up", "test", "--yes").code == 0
    path = root / "ws/stacks/test.toml"
    before = path.read_text()
    path.write_text(re.sub(r"(?m)^expires_on = .*$", "expires_on = 2026-01-05", before))
    assert run("stack", "up", "test", "--yes").code == 4
    listed = run("stack", "reap")
    assert listed.code == 1
    assert "Next: decant stack reap --confirm test" in listed.err
    assert run("stack", "reap", "--confirm", "test").code == 0
    assert run("stack", "outputs", "test").code == 2
    assert noted(root, "stack.reap", "test")[-1]["expired_on"] == "2026-01-05"
    path.write_text(before)


def test_a_run_that_is_interrupted_gives_its_hold_back_and_goes_on_afterwards(
    run: Run, root: Path, given: Mapping[str, str]
) -> None:
    interrupted = subprocess.Popen(
        [sys.executable, "-m", "decant", "stack", "up", "test", "--yes"], cwd=root / "ws",
        env={**os.environ, **given, "HOME": str(root)}, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert interrupted.stderr is not None
    said = []
    for line in interrupted.stderr:
        said.append(line)
        if "build test: " in line:
            os.killpg(interrupted.pid, signal.SIGINT)
            break
    said += interrupted.stderr.readlines()
    assert interrupted.wait(120) == 130, said
    assert not any("Traceback" in line for line in said), said
    assert any("Pulumi waits for what is under way" in line for line in said)
    assert noted(root, "stack.up.failed", "test")[-1]["why"] == "interrupted"
    assert run("stack", "up", "test", "--yes").code == 0
    assert run("stack", "destroy", "test", "--confirm", "test").code == 0


def test_a_run_that_was_killed_holds_the_stack_until_its_hold_is_taken_away(
    run: Run, root: Path, given: Mapping[str, str]
) -> None:
    """Pulumi runs on when Decant is killed, or leaves its lock: nobody else builds then, and the way on is told."""
    killed = subprocess.Popen(
        [sys.executable, "-m", "decant", "stack", "up", "test", "--yes"], cwd=root / "ws",
        env={**os.environ, **given, "HOME": str(root)}, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert killed.stderr is not None
    for line in killed.stderr:
        if "build test: " in line:
            break
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    refused = run("stack", "up", "test", "--yes")
    assert refused.code == 4
    assert "another run of Pulumi holds it" in refused.err
    words = shlex.split(refused.err.partition("take its hold away: `")[2].partition("`")[0])
    variable, _, value = words[0].partition("=")
    subprocess.run(
        [*words[1:], "--yes"], cwd=root / "ws", env={**os.environ, **given, "HOME": str(root), variable: value},
        check=True, timeout=60, capture_output=True,
    )  # fmt: skip
    assert run("stack", "up", "test", "--yes").code == 0
    assert run("stack", "destroy", "test", "--confirm", "test").code == 0


def test_nothing_is_begun_while_a_secret_is_missing(run: Run, root: Path) -> None:
    before = len(noted(root, "stack.up.begun", "test"))
    assert run("stack", "up", "test", "--yes", DECANT_MYSQL_TEST_FIRST_PASSWORD="").code == 2
    assert len(noted(root, "stack.up.begun", "test")) == before


def test_the_ordinary_commands_of_pulumi_build_and_take_away_the_same_stack(
    run: Run, root: Path, given: Mapping[str, str]
) -> None:
    """As docs/stacks.md has them, in a checkout, with the rules as a policy pack."""
    checkout = root / "checkout"
    checkout.mkdir()
    (checkout / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    for room in ("stacks", "policies", "estate", ".venv"):
        (checkout / room).symlink_to(sys.prefix if room == ".venv" else ROOT / room)
    (root / "state").mkdir()
    settings = root / "ws/stacks/test.toml"
    environment = {
        **os.environ, **given, "HOME": str(root), "PULUMI_BACKEND_URL": f"file://{root / 'state'}",
        "DECANT_SETTINGS": str(settings),
    }  # fmt: skip

    def pulumi(*words: str, stdin: str = "") -> str:
        ran = subprocess.run(
            ["pulumi", *words, "--non-interactive"], cwd=checkout, env=environment, input=stdin,
            capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    pulumi("stack", "init", "test")
    pulumi("config", "set", "decant:settings", str(settings))
    pulumi("config", "set", "decant:mysql-website-first-password", "--secret", stdin=SECRET)
    assert "to create" in pulumi("preview", "--policy-pack", str(ROOT / "policies"))
    built = pulumi("up", "--yes", "--skip-preview", "--policy-pack", str(ROOT / "policies"))
    assert "created" in built
    assert SECRET not in built + (checkout / "Pulumi.test.yaml").read_text()
    assert "kind" in pulumi("stack", "output")
    pulumi("destroy", "--yes", "--skip-preview")
