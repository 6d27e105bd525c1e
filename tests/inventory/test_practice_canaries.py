"""Secrets on a real server, wherever people put them, are in nothing that Decant writes or says."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from practice.estate import Estate
from tests.decant.face import Said, decant
from tests.inventory.canaries import Planted, plant, remove

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.timeout(600)]
HOST = "web-legacy"


@dataclass(frozen=True)
class Council:
    """A workspace after everything that reads a server or writes of it was run."""

    planted: Planted
    root: Path
    written: Path
    said: dict[str, Said]


@pytest.fixture(scope="module")
def council(practice_estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    planted = Planted()
    try:
        plant(practice_estate, HOST, planted)
        above = tmp_path_factory.mktemp("canaries")
        root = above / "ambleford"
        said = {"init": decant("init", str(root), at=above)}
        (root / "hosts.toml").write_text(practice_estate.hosts_toml())
        shutil.copy(practice_estate.known_hosts, root / ".decant" / "known_hosts")
        (root / ".decant" / "known_hosts").chmod(0o600)
        within = practice_estate.command([])
        for words in (
            ("discover", HOST, "--record", str(above / "transcripts"), "--json"),
            ("discover", HOST, "--personal-data"),
            ("observe", HOST, "--every", "1s", "--for", "2s"),
            ("doctor",),
        ):
            said[" ".join(words[:3])] = decant(*words, at=root, within=within, timeout=300)
        for words in (
            ("estate", "list"),
            ("estate", "list", "--json"),
            ("estate", "show", HOST),
            ("estate", "show", HOST, "--json"),
            ("estate", "map", "--output", "map.svg"),
            ("estate", "map", "--output", "map.html"),
            ("estate", "map", "--output", "map.dot"),
            ("estate", "changes", "--since", "2026-01-01"),
            *(("estate", "export", "--format", kind, "--output", f"all.{kind}") for kind in EXPORTS),
            ("assess",),
            ("plan",),
            ("check",),
            ("report",),
            ("report", "--public"),
            ("report", "--json"),
            ("evidence", "export", "ledger.jsonl"),
            ("status",),
        ):
            said[" ".join(words)] = decant(*words, at=root)
        yield Council(planted, root, above, said)
    finally:
        remove(practice_estate, HOST, planted)


EXPORTS = ("csv", "xlsx", "json", "ansible")


def test_everything_was_read_and_written(council: Council) -> None:
    """Else the search below would find nothing in nothing."""
    assert {words: said.err for words, said in council.said.items() if said.code not in (0, 1)} == {}
    shown = council.said[f"estate show {HOST} --json"].json
    outcomes = {fact: seen["outcome"] for fact, seen in shown["facts"].items()}
    for fact in (
        "cron",
        "services",
        "sudoers",
        "processes",
        "websites",
        "tomcat",
        "redis",
        "shares",
        "mail",
        "endpoints",
    ):
        assert outcomes[fact] == "known", (fact, outcomes[fact])
    assert "failed" not in outcomes.values()
    for kind in EXPORTS:
        assert (council.root / f"all.{kind}").exists() or any(council.root.glob(f"all.{kind}*")), kind


def test_what_was_planted_was_met(council: Council) -> None:
    """Lines with a secret were read: they are there, without it."""
    kept = b"".join(path.read_bytes() for path in (council.written / "transcripts").rglob("*.json"))
    for file in ("/etc/cron.d/canary", "/var/spool/cron/crontabs/ops", "/etc/sudoers.d/canary", "canary3.service"):
        assert kept.count(file.encode()) >= 1, file
    assert kept.count(b"sleep 900; : app") >= 60
    assert kept.count(b"[redacted]") > 300
    # Beside the passwords of connection strings stood the host that they are for.
    assert "db.example" in council.said[f"estate show {HOST} --json"].out


def test_no_secret_is_in_any_file_that_decant_wrote(council: Council) -> None:
    assert (council.root / ".decant" / "estate.db").stat().st_size > 100_000
    assert council.planted.seen_below(council.written) == {}


def test_no_secret_is_in_anything_that_decant_said(council: Council) -> None:
    for words, said in council.said.items():
        assert council.planted.seen_in((said.out + said.err).encode()) == set(), words
