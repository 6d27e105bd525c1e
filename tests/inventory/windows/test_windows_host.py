"""A whole Windows server: told from others by its greeting, read, and what follows from its facts.

It is played from transcripts written by hand (`transcripts/README.md`); the SSH server of one test is a real one.
"""

import sys
from pathlib import Path

import pytest

from estate.records.dependency import Dependency
from estate.records.facts.listeners import Listeners
from estate.records.facts.processes import Processes
from estate.records.host import Host, System
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from estate.transport.recorded import RecordedTransport, RecordingTransport
from estate.transport.ssh import SshTransport
from inventory.collect import Collected, collect
from inventory.dependencies import dependencies
from inventory.facts import all_facts
from inventory.windows import windows_facts
from inventory.workloads import gone, workloads
from tests.estate.transport.conftest import StartSshd, start_sshd
from tests.inventory.windows import answering
from tests.inventory.windows.answering import GREETING, WindowsTransport

__all__ = ["start_sshd"]

FACTS = list(all_facts().values())


def host(system: System | None = None) -> Host:
    return Host(name="win-app1", address="10.20.0.31", user="decant-read", system=system)


def read(transport: WindowsTransport | None = None, system: System | None = None) -> Collected:
    return collect(host(system), transport or WindowsTransport(), FACTS, 60)


def facts_of(found: Collected) -> ServerFacts:
    return ServerFacts(found.server, {seen.fact: seen for seen in found.observations})


def test_its_greeting_tells_it_from_others_before_anything_is_sent() -> None:
    transport = WindowsTransport()
    found = read(transport)
    assert found.server.reached
    assert {argv[0] for argv, _ in transport.asked} == {"powershell.exe"}
    assert {seen.fact for seen in found.observations} == set(windows_facts())
    assert {seen.outcome for seen in found.observations} == {Outcome.KNOWN}


def test_the_hosts_file_has_the_last_word() -> None:
    said = read(WindowsTransport(greeting=""), "windows")
    assert said.server.reached
    other = WindowsTransport(greeting=GREETING)
    assert not read(other, "posix").server.reached
    assert {argv[0] for argv, _ in other.asked} == {"sh"}


def test_a_server_that_does_not_say_what_it_is_gets_a_hint() -> None:
    found = read(WindowsTransport(greeting="SSH-2.0-Bitvise"))
    assert not found.server.reached
    assert "is not recognized" in found.server.unreached_reason
    assert 'system = "windows"' in found.server.unreached_reason


def test_tier_1_alone_asks_for_nothing_dear() -> None:
    transport = WindowsTransport()
    found = collect(host(), transport, [fact for fact in FACTS if fact.tier == 1], 60)
    assert len(transport.asked) == 1
    assert {seen.fact for seen in found.observations} == {f.id for f in windows_facts().values() if f.tier == 1}


def test_the_server_is_described_by_its_facts() -> None:
    server = read().server
    assert (server.os_id, server.os_version, server.cpus) == ("windows-server", "2019", 4)
    assert server.hostname == "win-app1.ambleford.gov.uk"
    assert server.disk_bytes == 107250446336 + 322120450048
    assert server.is_windows


def test_sockets_and_processes_are_known_by_their_service() -> None:
    seen = {one.fact: one for one in read().observations}
    listeners = seen["listeners"].as_(Listeners)
    processes = seen["processes"].as_(Processes)
    assert listeners is not None
    assert processes is not None
    by_port = {one.port: one.unit for one in listeners.listeners}
    assert by_port[8081] == "GatewayBroker"
    assert by_port[135] is None, "its svchost is of two services"
    assert {one.unit for one in processes.processes if one.name == "sqlservr.exe"} == {"MSSQL$HOUSING"}


def derived() -> tuple[dict[str, Workload], dict[str, Dependency]]:
    facts = facts_of(read())
    found = workloads(facts)
    return {one.id: one for one in found}, {one.id: one for one in dependencies([facts], found)}


def test_what_moves_is_found_and_what_is_windows_own_is_no_workload() -> None:
    found, _ = derived()
    own = {name.removeprefix("win-app1/") for name, one in found.items() if not one.os_owned}
    assert own == {
        "sqlserver/Housing",
        "sqlserver/HousingArchive",
        "website/Housing-Repairs",
        "files/Scans",
        "files/Manuals",
        "schedule/Council-Nightly-export",
        "schedule/Council-Month-end",
        "service/GatewayBroker",
        "service/OldFeed",
    }
    brought = {name.removeprefix("win-app1/") for name, one in found.items() if one.os_owned}
    assert brought == {"website/Default-Web-Site", "schedule/GoogleUpdateTaskMachineCore"}
    site = found["win-app1/website/Housing-Repairs"]
    assert (site.bytes, site.detail["tls"]) == (734003200, True)
    assert site.detail["certificate"].startswith("Cert:\\LocalMachine\\My\\")
    assert found["win-app1/sqlserver/Housing"].detail["release"] == "14.0"


def test_who_talks_to_whom_is_seen_and_read_from_its_settings() -> None:
    _, found = derived()
    seen = {name for name, one in found.items() if one.evidence == "seen"}
    assert {"10.20.9.77>win-app1:443", "win-app1>10.20.0.44:1433", "win-app1>10.20.0.12:445"} <= seen
    named = {name: one.process for name, one in found.items() if one.evidence == "configured"}
    assert named == {
        "win-app1>sqlclus1.ambleford.gov.uk:1433": "iis",
        "win-app1>docs-int.ambleford.gov.uk:8090": "iis",
        "win-app1>payments-db.ambleford.gov.uk:1433": "GatewayBroker",
        "win-app1>files-legacy:445": None,
    }
    assert found["10.20.9.77>win-app1:443"].workload == "win-app1/website/Housing-Repairs"


def test_a_workload_is_gone_only_where_its_own_fact_was_read() -> None:
    before, _ = derived()
    less = read(WindowsTransport(changed={"tasks": (b'{"kind":"end"}\n', "0"), "shares": (b"", "126")}))
    facts = facts_of(less)
    lost = gone(before.values(), workloads(facts), [facts])
    assert set(lost) == {name for name in before if "/schedule/" in name}


def test_a_recorded_server_is_the_same_and_holds_no_password(tmp_path: Path) -> None:
    live = collect(host(), RecordingTransport(WindowsTransport(), tmp_path), FACTS, 60)
    again = collect(host(), RecordedTransport("win-app1", tmp_path), FACTS, 60)
    # Since when an update waits is told from the time of the reading.
    assert [(one.fact, one.payload) for one in again.observations if one.fact != "updates"] == [
        (one.fact, one.payload) for one in live.observations if one.fact != "updates"
    ]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "win-app1").iterdir())
    assert b"GatewayBroker" in kept
    for canary in (b"Cumulus-Nimbus-77", b"Lenticular-9", b"Cirrus-41"):
        assert canary not in kept


def test_over_a_real_ssh_server_the_script_goes_in_whole_and_the_answer_comes_back(
    start_sshd: StartSshd, tmp_path: Path
) -> None:
    """The SSH server calls itself as Microsoft's does, and in place of PowerShell stands what plays it."""
    plays = tmp_path / "powershell.exe"
    root = Path(answering.__file__).parents[3]
    plays.write_text(
        "#!/bin/sh\n"
        'case $SSH_ORIGINAL_COMMAND in "powershell.exe -NoLogo "*) ;; *) echo "$SSH_ORIGINAL_COMMAND" >&2; exit 9 ;; esac\n'
        f"cd {root} && exec {sys.executable} -m tests.inventory.windows.answering\n"
    )
    plays.chmod(0o755)
    server = start_sshd(extra=f"VersionAddendum for_Windows_8.1\nForceCommand {plays}")
    transport = SshTransport(server.host(), server.known_hosts)
    try:
        found = collect(server.host(), transport, FACTS, 60)
    finally:
        transport.close()
    assert found.server.reached, found.server.unreached_reason
    assert {seen.fact for seen in found.observations} == set(windows_facts())
    assert {seen.outcome for seen in found.observations} == {Outcome.KNOWN}


@pytest.mark.parametrize("output", [b"", b"\xff\xfe garbage", b"Microsoft Windows [Version 10.0.17763]\r\n"])
def test_a_server_that_runs_no_script_is_not_reached(output: bytes) -> None:
    class Silent(WindowsTransport):
        def run(self, *given: object, **more: object) -> answering.Result:
            return answering.Result(1, output, b"", 0.1)

    found = read(Silent())
    assert not found.server.reached
    assert "ran no script" in found.server.unreached_reason
