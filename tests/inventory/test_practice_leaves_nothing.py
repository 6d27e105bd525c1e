"""What discovery leaves on real servers: the published list, and nothing else.

Every name on a server's own file systems is compared before and after: type, size, mode, owner, times of change, target
of a link, contents of what is small. Two servers that nobody reads meanwhile tell what changes by itself.
"""

import fnmatch
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from inventory.probes import LEAVES
from practice import spec
from practice.estate import Estate
from tests.conftest import own_estate_of
from tests.decant.face import decant
from tests.inventory.file_systems import Entry, changed, snapshot
from tests.inventory.practice_hosts import as_root

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.timeout(600)]

READ = ("web-legacy", "db-legacy", "files-legacy")
IDLE = ("app-target", "data-target")
"""They run the same services, and nobody logs in to them meanwhile."""
SESSION_SECONDS = 60

BY_THEMSELVES = (
    *("/var/lib/samba/private/msg.sock", "/run/samba/*", "/var/cache/samba/*"),  # smbd's helpers come and go
    *("/var/lib/systemd/timers/*", "/var/lib/apt/*", "/var/cache/apt/*", "/var/lib/logrotate/*"),  # timers
)
"""What services do now and then, whether or not anybody logs in: the idle servers may not have come to it yet."""

ALLOWED = tuple(path for paths in LEAVES.values() for path in paths)
Snapshots = dict[str, dict[str, Entry]]


@dataclass(frozen=True)
class Compared:
    """Three looks at every server: before, after tier 1, after all the rest."""

    before: Snapshots
    after_tier_1: Snapshots
    after: Snapshots
    rows_before: list[str]
    rows_after: list[str]
    """Digests of dumps of both database servers."""

    def idle(self) -> set[str]:
        """What changed on servers that nobody read, numbers apart."""
        return {_plain(path) for host in IDLE for path in changed(self.before[host], self.after[host])}

    def left(self, host: str, before: Snapshots, after: Snapshots) -> set[str]:
        """What changed on a server and is neither published nor what changes by itself."""
        names = changed(before[host], after[host])
        theirs = self.idle()
        folders = {str(folder) for pattern in ALLOWED for folder in Path(pattern).parents}
        return {
            path
            for path in names
            if not any(fnmatch.fnmatchcase(path, pattern) for pattern in (*ALLOWED, *BY_THEMSELVES))
            and not (
                _only_names_in_it(before[host].get(path), after[host].get(path))
                and any(fnmatch.fnmatchcase(path, folder) for folder in folders)
            )
            and _plain(path) not in theirs
        }


def _only_names_in_it(before: Entry | None, after: Entry | None) -> bool:
    """Whether it is a folder that is new, or in which a name came or went: that name is compared itself."""
    old, new = (entry.stat.split(" ")[:3] if entry else None for entry in (before, after))
    return new is not None and new[0] == "d" and old in (None, new)


def _plain(path: str) -> str:
    """Without the numbers and identifiers that differ from server to server."""
    return re.sub(r"[0-9a-f]{32}|\d+", "N", path)


def look(estate: Estate, hosts: tuple[str, ...]) -> Snapshots:
    return {host: snapshot(estate, host) for host in hosts}


def rows(estate: Estate) -> list[str]:
    """A digest of every database's contents, by each server's own dump."""
    # Newer dumps begin and end with a random word, in \\restrict and \\unrestrict.
    postgres = "su postgres -c pg_dumpall | grep -avE '^.(un)?restrict ' | sha256sum"
    mariadb = "mariadb-dump --skip-dump-date --all-databases | sha256sum"
    return as_root(estate, "db-legacy", f"{postgres}\n{mariadb}").decode().split("\n")[:-1]


def wait_for_sessions_to_end(estate: Estate) -> None:
    """systemd takes away what it kept of one some ten seconds after it ended."""
    ours = " ".join(f"/run/user/$(id -u {user})" for user in (spec.OPERATOR, spec.VIEWER, spec.ENGINEER))
    for host in READ:
        deadline = time.monotonic() + SESSION_SECONDS
        while as_root(estate, host, f"ls -d {ours} 2>/dev/null || :"):
            assert time.monotonic() < deadline, f"{host} keeps sessions that have ended"
            time.sleep(0.5)


@pytest.fixture(scope="module")
def quiet() -> Iterator[Estate]:
    """An estate in which nothing happened yet: what other tests wrote would still move in the databases of theirs."""
    with own_estate_of("quiet") as estate:
        yield estate


@pytest.fixture(scope="module")
def compared(quiet: Estate, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    root = tmp_path_factory.mktemp("council") / "ambleford"
    assert decant("init", str(root), at=root.parent).code == 0
    shutil.copy(quiet.known_hosts, root / ".decant" / "known_hosts")
    mine = quiet.hosts_toml()
    password = quiet.password_file(spec.ENGINEER)
    by_password = f'sudo = "password"\nsudo_password = "file:{password}"'

    def discover(*words: str, user: str = spec.OPERATOR, sudo: str = 'sudo = "nopasswd"') -> None:
        text = mine.replace(f'user = "{spec.OPERATOR}"', f'user = "{user}"').replace('sudo = "nopasswd"', sudo)
        assert user == spec.OPERATOR or text != mine
        (root / "hosts.toml").write_text(text)
        done = decant("discover", *READ, *words, "--json", at=root, within=quiet.command([]), timeout=300)
        assert done.code == 0, done.err
        assert {one["id"] for one in done.json["servers"]} == set(READ)

    rows_before = rows(quiet)
    before = look(quiet, (*READ, *IDLE))
    discover("--tier", "1")
    after_tier_1 = look(quiet, READ)
    discover("--personal-data")
    discover("--personal-data", user=spec.VIEWER, sudo='sudo = "none"')
    discover(user=spec.ENGINEER, sudo=by_password)
    wait_for_sessions_to_end(quiet)
    after = look(quiet, (*READ, *IDLE))
    return Compared(before, after_tier_1, after, rows_before, rows(quiet))


def test_the_comparison_sees_what_a_login_leaves(compared: Compared) -> None:
    """Else it would see nothing at all."""
    for host in READ:
        assert "/var/log/auth.log" in changed(compared.before[host], compared.after_tier_1[host])
        assert "/var/log/auth.log" not in {
            path for one in IDLE for path in changed(compared.before[one], compared.after[one])
        }
        assert f"/var/lib/sudo/lectured/{spec.ENGINEER}" in compared.after[host]


def test_the_comparison_sees_a_file_that_is_touched_and_one_whose_mode_changes(quiet: Estate) -> None:
    before = snapshot(quiet, "app-target")
    as_root(quiet, "app-target", "touch /srv/planted; chmod u+s /usr/bin/env; echo >>/etc/hosts")
    try:
        seen = changed(before, snapshot(quiet, "app-target"))
        assert {"/srv/planted", "/srv", "/usr/bin/env", "/etc/hosts"} <= seen
    finally:
        as_root(quiet, "app-target", "rm /srv/planted; chmod u-s /usr/bin/env; sed -i '$d' /etc/hosts")


@pytest.mark.parametrize("host", READ)
def test_tier_1_leaves_what_is_published_alone(compared: Compared, host: str) -> None:
    assert compared.left(host, compared.before, compared.after_tier_1) == set()


@pytest.mark.parametrize("host", READ)
def test_tier_2_and_personal_data_with_sudo_without_and_with_its_password_leave_no_more(
    compared: Compared, host: str
) -> None:
    assert compared.left(host, compared.after_tier_1, compared.after) == set()


def test_no_row_of_a_database_changes(compared: Compared) -> None:
    assert len(compared.rows_before) == 2
    assert compared.rows_after == compared.rows_before
