"""What a move on real servers prints is what its schema says, key by key."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from practice.estate import Estate
from tests.decant.face import decant
from tests.decant.published import held

pytestmark = [pytest.mark.practice, pytest.mark.slow]


def test_a_move_and_its_cancelling(practice_estate: Estate, tmp_path: Path) -> None:
    root = tmp_path / "anytown"
    assert decant("init", str(root), at=tmp_path).code == 0
    (root / "hosts.toml").write_text(practice_estate.hosts_toml())
    with (root / "decant.toml").open("a") as settings:
        settings.write("\n" + practice_estate.settings_toml())
    shutil.copy(practice_estate.known_hosts, root / ".decant" / "known_hosts")

    def said(*words: str) -> dict[str, Any]:
        done = decant(*words, "--json", at=root, within=practice_estate.command([]), timeout=280)
        assert done.code in (0, 1), done.err
        return held(done.json, words[0])

    said("doctor")
    assert not said("discover", "db-legacy", "data-target")["unreached"]
    moved = said("move", "reports", "--to", "data-target", "--yes", "--confirm", "db-legacy")["move"]
    try:
        assert (moved["phase"], moved["verified"]) == ("ready", True)
        assert moved["residue"]
        [shown] = said("moves", "--residue")["moves"]
        assert shown["residue"]
    finally:
        assert said("cancel", moved["id"], "--yes")["move"]["phase"] == "cancelled"
    [shown] = said("moves", "--residue")["moves"]
    assert shown["residue"] == []
