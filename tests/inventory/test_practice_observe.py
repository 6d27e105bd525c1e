"""Observing real servers: the practice estate, while its writer writes."""

import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from practice import spec
from practice.estate import Estate
from tests.decant.face import decant
from tests.decant.published import held
from tests.inventory.practice_hosts import as_root

pytestmark = [pytest.mark.practice, pytest.mark.slow]
WEBSITE = "https://report-it.practice.test/"


def load(estate: Estate, *words: str) -> None:
    argv = [sys.executable, "-m", "decant", "practice", "load", *words, "--estate", estate.name]
    subprocess.run(argv, check=True, capture_output=True)


def visit(estate: Estate) -> None:
    subprocess.run(estate.command(["curl", "-sk", "--retry", "5", WEBSITE, "-o", "/dev/null"]), check=True)


def on(estate: Estate, host: str, script: str) -> None:
    subprocess.run(estate.command(estate.ssh(host, [script])), check=True, capture_output=True)


@pytest.fixture
def council(practice_estate: Estate, tmp_path: Path) -> Iterator[Path]:
    """A workspace whose servers have been read, and into whose services a writer writes."""
    root = tmp_path / "ambleford"
    assert decant("init", str(root), at=tmp_path).code == 0
    (root / "hosts.toml").write_text(practice_estate.hosts_toml())
    with (root / "decant.toml").open("a") as settings:
        settings.write("\n" + practice_estate.settings_toml())
    shutil.copy(practice_estate.known_hosts, root / ".decant" / "known_hosts")
    assert decant("discover", at=root, within=practice_estate.command([])).code == 0
    load(practice_estate, "start", "--fresh")
    yield root
    load(practice_estate, "stop")


def observed(estate: Estate, root: Path, every: str, length: str) -> dict[str, Any]:
    done = decant(
        *("observe", "--every", every, "--for", length, "--json"), at=root, within=estate.command([]), timeout=200
    )
    assert done.code == 0, done.err
    return held(done.json, "observe")


def inside(dependencies: Sequence[dict[str, Any]]) -> dict[tuple[str, str, int], dict[str, Any]]:
    return {
        (one["client"], one["server"], one["port"]): one
        for one in dependencies
        if not (one["client_outside"] or one["server_outside"])
    }


def test_every_dependency_of_the_estates_description_is_seen_over_time_and_none_is_invented(
    practice_estate: Estate, council: Path
) -> None:
    resident = threading.Timer(5, visit, [practice_estate])
    resident.start()
    found = observed(practice_estate, council, "2s", "20s")
    resident.join()
    seen = inside(found["dependencies"])
    assert set(seen) == {(one.client, one.server, one.port) for one in spec.DEPENDENCIES}
    assert all(one["evidence"] == "seen" and one["rounds"] for one in seen.values())
    # The writer is a client outside the estate, which holds its connections.
    outside = {(one["server"], one["port"]): one for one in found["dependencies"] if one["client_outside"]}
    for service in spec.SERVICES:
        if service.name != "report-it":
            assert outside[service.host, service.port]["client"] == spec.CLIENT_ADDRESS
            assert outside[service.host, service.port]["rounds"] >= 10
    # Nobody else: neither the other end of our own logins, nor one that nothing in the estate talks to.
    assert {one["client"] for one in found["dependencies"] if one["client_outside"]} == {spec.CLIENT_ADDRESS}
    assert [one["id"] for one in found["dependencies"] if one["server_outside"]] == []
    assert {one["server"]: one["rounds"] for one in found["servers"]} == dict.fromkeys(
        (one.name for one in spec.HOSTS if one.role != "infrastructure"), 11
    )
    for usage in found["usage"]:
        assert usage["samples"] == 10
        assert usage["cpu_percent"]["p50"] <= usage["cpu_percent"]["p95"] <= 100
        assert usage["received_bytes_per_second"]["max"] > 0
    sized = [
        one["size"]["basis"] for one in decant("assess", "--json", at=council).json["assessments"] if one["size"]
    ]
    assert sized
    assert all(re.search(r"observed \d+ s only", basis) for basis in sized)
    with (council / "decant.toml").open("a") as settings:
        settings.write("\n[observe]\nenough_days = 0.0001\n")
    sized = [
        one["size"]["basis"] for one in decant("assess", "--json", at=council).json["assessments"] if one["size"]
    ]
    assert all("95% of the time it used at most" in basis for basis in sized)


def test_every_workload_of_the_estates_description_is_found_and_what_packages_brought_is_marked(
    practice_estate: Estate, council: Path
) -> None:
    """Whose a job is, `dpkg` says here, which discovery does not ask."""
    observed(practice_estate, council, "1s", "2s")
    workloads = decant("estate", "list", "--json", at=council).json["workloads"]
    legacy = {one.name for one in spec.HOSTS if one.role == "legacy"}
    ours = {(one["id"], one["kind"]) for one in workloads if one["server"] in legacy and not one["os_owned"]}
    assert ours == {(one.id, one.kind) for one in spec.WORKLOADS}
    jobs: dict[str, dict[str, bool]] = {}
    for one in workloads:
        detail = one["detail"]
        file = detail.get("file") or detail.get("path") or f"*/{detail.get('unit')}"
        if one["kind"] in ("schedule", "service"):
            jobs.setdefault(one["server"], {})[file] = one["os_owned"]
    assert set(jobs) >= legacy
    for server, marked in jobs.items():
        quoted = " ".join(f"'{file}'" for file in marked)
        owned = as_root(practice_estate, server, f"dpkg -S {quoted} 2>/dev/null || :").decode()
        paths = {line.split(": ", 1)[1] for line in owned.splitlines()}
        by_package = {file for file in marked if file in paths or any(path.endswith(file[1:]) for path in paths)}
        assert {file for file, os_owned in marked.items() if os_owned} == by_package, server
        assert len(by_package) >= 5, server


def test_a_connection_that_lasted_a_moment_between_two_rounds_is_seen_closing(
    practice_estate: Estate, council: Path
) -> None:
    web = spec.host("web-legacy").address
    script = f"bash -c 'exec 3<>/dev/tcp/{web}/443; exec 3<&-'"

    def talk() -> None:
        time.sleep(3)
        on(practice_estate, "app-target", script)

    somebody = threading.Thread(target=talk)
    somebody.start()
    found = observed(practice_estate, council, "5s", "10s")
    somebody.join()
    moment = inside(found["dependencies"])["app-target", "web-legacy", 443]
    assert (moment["evidence"], moment["rounds"]) == ("closing", 1)
    assert "app-target>web-legacy:443" in found["new"]
    listed = decant("estate", "list", at=council).out
    assert "seen, closing" in listed


def test_nothing_of_observing_stays_on_a_host(practice_estate: Estate, council: Path) -> None:
    uppers = {
        one.name: practice_estate.folder / "hosts" / one.name / "upper"
        for one in spec.HOSTS
        if one.role != "infrastructure"
    }
    begun = time.time()
    observed(practice_estate, council, "1s", "5s")
    services = (
        "var/log/",
        "var/lib/mysql/",
        "var/lib/postgresql/",
        "var/lib/samba/",
        "var/cache/samba/",
        "srv/shared/",
    )
    for name, upper in uppers.items():
        files = [path for path in upper.rglob("*") if path.is_file() and not path.is_symlink()]
        assert files, "the host's own writes are not where this test looks for them"
        changed = {str(path.relative_to(upper)) for path in files if path.stat().st_mtime >= begun}
        assert {path for path in changed if not path.startswith(services)} == set(), name
