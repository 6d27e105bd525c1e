import os
import subprocess
from pathlib import Path

import pytest

from decant.log import keep_traceback
from estate.paths import Workspace


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_a_full_disk_keeps_no_traceback_and_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path)
    workspace.create()
    (tmp_path / "decant.toml").touch()
    monkeypatch.chdir(tmp_path)
    logs = workspace.logs
    logs.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "decant", logs], check=True)
    try:
        (logs / "ballast").write_bytes(b"x" * 4096)
        assert keep_traceback(ValueError("a fault")) is None
        for left in logs.iterdir():
            left.unlink()
        kept = keep_traceback(ValueError("a fault"))
        assert kept is not None
        assert "a fault" in kept.read_text()
    finally:
        subprocess.run(["umount", logs], check=True)
