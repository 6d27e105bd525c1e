"""The writer in the practice estate, by the commands that people type."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from decant.schemas import json_schema
from migration.switches.rfc2136 import DnsSwitch
from migration.tsig import read_key
from practice import spec
from practice.estate import Estate
from practice.load.services import load_of

pytestmark = [pytest.mark.practice, pytest.mark.slow]
LEGACY, TARGET = spec.host("files-legacy").address, spec.host("data-target").address


class Writer:
    """`decant practice load` in one estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "decant", "practice", "load", *arguments, "--estate", self.estate.name]
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    def must(self, *arguments: str) -> None:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr

    def verify(self) -> tuple[int, dict[str, Any]]:
        done = self.run("verify", "--json")
        report = json.loads(done.stdout)
        jsonschema.validate(report, json_schema("decant.load/1"))
        return done.returncode, {**report, "streams": {one["stream"]: one for one in report["streams"]}}

    def verify_once_all_answer(self) -> tuple[int, dict[str, Any]]:
        """As `verify`; systemd calls a database started before it lets anybody in."""
        until = time.monotonic() + 60
        while (found := self.verify())[0] == 3 and time.monotonic() < until:
            time.sleep(0.5)
        return found

    def on(self, host: str, command: str) -> str:
        argv = self.estate.command(self.estate.ssh(host, [f"sudo sh -c '{command}'"]))
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def writer(practice_estate: Estate) -> Iterator[Writer]:
    made = Writer(practice_estate)
    yield made
    made.run("stop")
    for host in ("files-legacy", "data-target"):
        made.on(host, 'rm -rf "/srv/shared/Load test"')
    for statement in (
        "DELETE FROM reports WHERE details ? $$load_run$$",
        "DELETE FROM page_views WHERE agent LIKE $$load-%$$",
    ):
        made.on(
            "db-legacy", f'cd /; echo "{statement.replace("$", chr(92) + "$")}" | su postgres -c "psql -q reports"'
        )
    made.on("db-legacy", 'echo "DELETE FROM customers WHERE email LIKE \\"load-%\\"" | mysql shop')


def test_a_killed_writer_and_a_stopped_database_lose_nothing(writer: Writer) -> None:
    writer.must("start", "--fresh", "--rate", "10")
    again = writer.run("start")
    assert again.returncode == 4
    assert "running already" in again.stderr
    pid = load_of(writer.estate.name).running()
    assert pid
    os.kill(pid, signal.SIGKILL)
    writer.must("start", "--rate", "10")
    began = time.monotonic()
    writer.on("db-legacy", "systemctl stop postgresql; sleep 2; systemctl start postgresql")
    status, during = writer.verify_once_all_answer()
    time.sleep(2)
    passed = time.monotonic() - began
    assert (status, during["lost"], during["running"]) == (0, 0, True)
    writer.must("stop")
    status, report = writer.verify()
    assert (status, report["lost"]) == (0, 0)
    gap = report["streams"]["reports"]["longest_gap"]
    assert 2 < gap["seconds"] < passed
    assert gap["ended"]
    assert report["streams"]["shop"]["longest_gap"] is None
    assert report["streams"]["shared"]["acknowledged"] > 20


def test_a_row_deleted_by_hand_is_found(writer: Writer) -> None:
    writer.must("start", "--fresh", "--rate", "20", "--stream", "reports")
    time.sleep(2)
    writer.must("stop")
    deleted = writer.on(
        "db-legacy",
        'cd /; echo "DELETE FROM reports WHERE id ='
        " (SELECT max(id) FROM reports WHERE details ? \\$\\$load_run\\$\\$)"
        ' RETURNING details->>\\$\\$load\\$\\$" | su postgres -c "psql -qtA reports"',
    ).strip()
    status, report = writer.verify()
    assert status == 1
    (fault,) = report["streams"]["reports"]["faults"]
    assert (fault["item"], fault["kind"]) == (deleted, "missing")
    shown = writer.run("verify")
    assert deleted in shown.stdout
    assert "1 acknowledged writes lost" in shown.stderr


def test_the_writer_follows_the_name_and_what_stayed_behind_is_on_the_wrong_side(writer: Writer) -> None:
    estate = writer.estate
    writer.must("start", "--fresh", "--rate", "10", "--stream", "shared")
    time.sleep(2)
    key = read_key(f"file:{estate.tsig_key}")
    switch = DnsSwitch(spec.DNS_ADDRESS, spec.ZONE, key)
    with estate.entered():
        change = switch.point("shared.practice.test", TARGET, spec.SERVICE_TTL)
    assert change.before.addresses == (LEGACY,)
    try:
        writer.on("files-legacy", "systemctl restart smbd")
        time.sleep(3)
        writer.must("stop")
        status, report = writer.verify()
    finally:
        with estate.entered():
            switch.put_back("shared.practice.test", change.before)
    stream = report["streams"]["shared"]
    assert (status, stream["address"]) == (1, TARGET)
    assert len(stream["faults"]) > 5
    assert {fault["acknowledged_by"] for fault in stream["faults"]} == {LEGACY}
    assert {fault["wrong_side"] for fault in stream["faults"] if fault["kind"] == "missing"} == {LEGACY}
    assert stream["there"] > len(stream["faults"])


def test_an_estate_in_which_no_writer_was_started_is_bad_use(practice_estate: Estate) -> None:
    missing = Writer(Estate("nosuch")).run("verify")
    assert missing.returncode == 2
    assert "not up" in missing.stderr
