"""Discovery of real servers: the practice estate."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from estate.errors import UsageError
from estate.records.host import Host
from estate.records.observation import Outcome
from estate.secrets import resolve
from estate.transport.base import Transport
from estate.transport.connect import connect
from estate.transport.recorded import RecordedTransport, RecordingTransport
from inventory.collect import Collected
from inventory.discover import discover
from inventory.hosts_file import load
from practice import spec
from practice.estate import Estate
from tests.inventory.test_replay import derived

pytestmark = [pytest.mark.practice, pytest.mark.slow]


@dataclass(frozen=True)
class Run:
    hosts: dict[str, Host]
    found: list[Collected]
    folder: Path


@pytest.fixture(scope="module")
def run(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One discovery of the whole estate, recorded, after a resident used the website."""
    subprocess.run(
        estate.command(["curl", "-sk", "--retry", "5", "https://report-it.practice.test/", "-o", "/dev/null"]),
        check=True,
    )
    folder = tmp_path_factory.mktemp("transcripts")
    path = folder / "hosts.toml"
    path.write_text(estate.hosts_toml())
    hosts = {name: host for name, host in load(path).items() if spec.host(name).role != "infrastructure"}

    def way(host: Host) -> Transport:
        return RecordingTransport(connect(host, hosts, estate.known_hosts), folder)

    return Run(hosts, list(discover(list(hosts.values()), way)), folder)


def test_all_servers_are_reached_and_nothing_failed(run: Run) -> None:
    assert {one.server.id: one.server.unreached_reason for one in run.found if not one.server.reached} == {}
    failed = {
        (one.server.id, seen.fact): seen.reason
        for one in run.found
        for seen in one.observations
        if seen.outcome is Outcome.FAILED
    }
    assert failed == {}


def test_every_workload_of_the_estates_description_is_found_and_none_is_invented(run: Run) -> None:
    workloads, _ = derived(run.found)
    legacy = {one.name for one in spec.HOSTS if one.role == "legacy"}
    found = {one.id for one in workloads if one.server in legacy and not one.os_owned}
    assert found == {one.id for one in spec.WORKLOADS}


def test_every_dependency_of_the_estates_description_is_found(run: Run) -> None:
    _, talk = derived(run.found)
    found = {(one.client, one.server, one.port) for one in talk if not (one.client_outside or one.server_outside)}
    assert found == {(one.client, one.server, one.port) for one in spec.DEPENDENCIES}


def test_the_recording_gives_the_same_workloads_again(run: Run) -> None:
    again = list(discover(list(run.hosts.values()), lambda host: RecordedTransport(host.name, run.folder)))
    assert derived(again)[0] != ()
    first = {(one.id, one.bytes, str(one.detail)) for one in derived(run.found)[0]}
    assert {(one.id, one.bytes, str(one.detail)) for one in derived(again)[0]} == first


def test_no_secret_of_the_estate_is_in_a_transcript_or_an_observation(run: Run, estate: Estate) -> None:
    kept = "".join(path.read_text() for path in run.folder.rglob("*.json"))
    kept += "".join(seen.model_dump_json() for one in run.found for seen in one.observations)
    for account in spec.PASSWORDS:
        assert estate.password_file(account).read_text().strip() not in kept


@pytest.mark.parametrize("user", [spec.VIEWER, spec.ENGINEER])
def test_other_accounts_see_less_or_by_another_way_and_that_is_said(run: Run, estate: Estate, user: str) -> None:
    """The viewer has no sudo: what it cannot see is said. The engineer's sudo wants a password."""
    password = estate.password_file(spec.ENGINEER)
    as_user = [
        host.model_copy(
            update={"user": user, "sudo": "none"}
            if user == spec.VIEWER
            else {"user": user, "sudo": "password", "sudo_password": f"file:{password}"}
        )
        for host in run.hosts.values()
        if host.name in ("db-legacy", "files-legacy")
    ]
    found = list(discover(as_user, lambda host: connect(host, run.hosts, estate.known_hosts, resolve)))
    facts = {(one.server.id, seen.fact): seen for one in found for seen in one.observations}
    assert all(one.server.reached for one in found)
    if user == spec.VIEWER:
        for fact in ("sudoers", "sshd", "postgresql", "mariadb"):
            assert facts["db-legacy", fact].outcome is Outcome.UNREADABLE, fact
            assert facts["db-legacy", fact].privilege
        for fact in ("users", "cron", "listeners", "authorised_keys"):
            assert facts["db-legacy", fact].partial, fact
        assert "the size of /srv/shared" in facts["files-legacy", "shares"].partial
    else:
        assert {fact[1] for fact, seen in facts.items() if seen.outcome is Outcome.FAILED} == set()
        for fact in ("sudoers", "sshd", "postgresql", "mariadb"):
            assert facts["db-legacy", fact].outcome is Outcome.KNOWN, (fact, facts["db-legacy", fact].reason)


def test_a_wrong_user_key_or_host_key_and_a_dead_host_are_listed_while_the_others_go_on(
    run: Run, estate: Estate, tmp_path: Path
) -> None:
    good = run.hosts["db-legacy"]
    stranger = tmp_path / "known_hosts"
    # The key of one host under the address of another.
    keys = {line.split(" ")[0]: line.split(" ", 1)[1] for line in estate.known_hosts.read_text().splitlines()}
    other = next(key for names, key in keys.items() if good.address in names.split(","))
    stranger.write_text(f"{run.hosts['web-legacy'].address} {other}\n")
    cases = {
        "wrong-user": good.model_copy(update={"name": "wrong-user", "user": "nobody-here"}),
        "refused": good.model_copy(update={"name": "refused", "port": 2}),
        "dead": good.model_copy(update={"name": "dead", "address": "10.99.77.77"}),
        "wrong-key": run.hosts["web-legacy"].model_copy(update={"name": "wrong-key"}),
        "no-file": good.model_copy(update={"name": "no-file", "key": f"file:{tmp_path}/none"}),
        "good": good,
    }

    def way(host: Host) -> Transport:
        return connect(host, cases, stranger if host.name == "wrong-key" else estate.known_hosts)

    found = {one.server.id: one for one in discover(list(cases.values()), way)}
    assert found["db-legacy"].server.reached
    codes = {name: one.exit_code for name, one in found.items()}
    assert codes == {
        "wrong-user": 3,
        "refused": 3,
        "dead": 3,
        "wrong-key": 4,
        "no-file": UsageError.exit_code,
        "db-legacy": 0,
    }
    for name in cases:
        if name != "good":
            assert found[name].server.unreached_reason
