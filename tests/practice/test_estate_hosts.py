"""The estate's servers are what `spec` says, with everything on them that is awkward to move."""

import shlex
import subprocess
from pathlib import Path

import pytest

from practice import spec
from practice.estate import Estate
from practice.mirror import BULLSEYE

pytestmark = pytest.mark.practice

ODD = "/srv/shared/planning/odd things"


def on(estate: Estate, host: str, command: str, user: str = spec.OPERATOR, stdin: str = "") -> str:
    """Standard output of a shell command on a host, by OpenSSH with strict host keys."""
    argv = estate.command(estate.ssh(host, [command], user))
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sql(estate: Estate, query: str, host: str = "db-legacy", database: str = "reports") -> str:
    return on(estate, host, f"sudo -u postgres psql -qAtX -v ON_ERROR_STOP=1 -d {database}", stdin=query)


def shop(estate: Estate, query: str) -> str:
    return on(estate, "db-legacy", "sudo mariadb --batch --skip-column-names shop", stdin=query)


def test_every_host_runs_answers_and_has_its_services(practice_estate: Estate) -> None:
    states = practice_estate.status()
    assert [state.name for state in states] == [host.name for host in spec.HOSTS]
    assert all(state.ready for state in states), states
    assert all(state.memory_bytes > 10 * 1024**2 for state in states)


@pytest.mark.parametrize("host", [host.name for host in spec.HOSTS])
def test_a_host_booted_without_a_failed_unit(practice_estate: Estate, host: str) -> None:
    assert on(practice_estate, host, "hostname") == host
    assert on(practice_estate, host, "systemctl --failed --no-legend") == ""


def test_legacy_servers_are_out_of_support_and_targets_are_not(practice_estate: Estate) -> None:
    def release(host: str) -> str:
        return on(practice_estate, host, ". /etc/os-release && echo $VERSION_ID")

    assert release("db-legacy") == str(BULLSEYE.number)
    assert release("data-target") == "12"
    assert sql(practice_estate, "SHOW server_version").startswith("13.")
    assert sql(practice_estate, "SHOW server_version", "data-target", "postgres").startswith("15.")
    assert "10.5" in shop(practice_estate, "SELECT version()")


def test_the_operator_has_sudo_and_the_viewer_has_none(practice_estate: Estate) -> None:
    assert on(practice_estate, "web-legacy", "sudo -n id -u") == "0"
    assert on(practice_estate, "web-legacy", "sudo -n true || echo refused", spec.VIEWER) == "refused"


def test_the_engineer_needs_a_password_for_sudo(practice_estate: Estate) -> None:
    password = practice_estate.password_file(spec.ENGINEER).read_text()
    command = "sudo --stdin --prompt= id -u"
    assert on(practice_estate, "db-legacy", command, spec.ENGINEER, stdin=f"{password}\n") == "0"
    assert on(practice_estate, "db-legacy", f"{command} || echo refused", spec.ENGINEER, "wrong\n") == "refused"


def test_the_database_holds_what_is_awkward(practice_estate: Estate) -> None:
    def one(query: str) -> str:
        return sql(practice_estate, query)

    assert int(one("SELECT count(*) FROM reports")) >= 200_000
    assert int(one("SELECT count(*) FROM pg_sequences")) >= 5
    assert one("SELECT count(*) > 0 FROM information_schema.columns WHERE is_identity = 'YES'") == "t"
    assert {"citext", "pgcrypto"} <= set(one("SELECT extname FROM pg_extension").splitlines())
    assert one("SELECT count(*) FROM open_reports") != "0"
    assert one("SELECT count(*) FROM reports_by_ward") == "20"
    assert one("SELECT days_open(1) > 0") == "t"
    assert one("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == "7"
    without_key = "SELECT relname FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
    without_key += "AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)"
    assert one(without_key) == "page_views"
    assert one("SELECT count(*) FROM page_views") != one(
        "SELECT count(*) FROM (SELECT DISTINCT * FROM page_views) v"
    )
    whole = "SELECT bool_and(digest(lo_get(content), 'sha256') = sha256) AND count(*) = 20 FROM attachments"
    assert one(whole) == "t"
    # What is configured, not what runs: another test's move may have restarted it with another level.
    assert one("SELECT count(*) FROM pg_file_settings WHERE name = 'wal_level'") == "0"


def test_a_change_of_status_is_noted_by_the_trigger(practice_estate: Estate) -> None:
    changed = """BEGIN; UPDATE reports SET status = 'duplicate' WHERE id = 7 AND status <> 'duplicate';
        SELECT count(*) FROM report_changes WHERE report_id = 7; ROLLBACK;"""
    assert sql(practice_estate, changed).splitlines()[-1] == "1"


def test_new_rows_take_numbers_after_the_old_ones(practice_estate: Estate) -> None:
    query = """BEGIN; INSERT INTO reports (category_id, ward_id, description) VALUES (2, 1, 'x')
        RETURNING id > 220000, substr(reference, 2)::int > 320000; ROLLBACK;"""
    assert sql(practice_estate, query) == "t|t"


def test_the_shop_adds_up(practice_estate: Estate) -> None:
    wrong = """SELECT count(*) FROM orders o WHERE total <>
        (SELECT sum(quantity * price) FROM order_lines WHERE order_id = o.id)"""
    assert shop(practice_estate, wrong) == "0"
    assert shop(practice_estate, "SELECT count(*) FROM orders WHERE paid = 0") == "2941"
    assert shop(practice_estate, "SELECT JSON_VALUE(basket, '$.channel') FROM orders WHERE id = 1") in {
        "web",
        "desk",
    }
    assert (
        shop(practice_estate, "SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = 'shop'")
        == "1"
    )


def test_the_targets_are_empty(practice_estate: Estate) -> None:
    assert sql(practice_estate, "SELECT count(*) FROM pg_database", "data-target", "postgres") == "3"
    assert sql(practice_estate, "SHOW wal_level", "data-target", "postgres") == "logical"
    assert on(practice_estate, "data-target", "sudo mariadb -BNe 'SHOW DATABASES LIKE \"shop\"'") == ""
    assert on(practice_estate, "data-target", "sudo find /srv/shared -mindepth 1") == ""


def test_the_shared_drive_holds_what_is_awkward(practice_estate: Estate) -> None:
    def told(command: str) -> str:
        return on(practice_estate, "files-legacy", "sudo sh -s", stdin=f"cd {shlex.quote(ODD)}\n{command}")

    assert int(told("find /srv/shared -type f | wc -l")) > 20_000
    large = told("find /srv/shared -size +150M -printf '%f %b\\n' | sort").splitlines()
    assert [line.split()[0] for line in large] == ["aerial-survey-2024.tif", "drainage-model.vhd"]
    assert int(large[0].split()[1]) * 512 >= 200 * 1024**2
    assert int(large[1].split()[1]) * 512 < 20 * 1024**2
    names = told("find . -maxdepth 1 -print0 | od -An -v -tx1 | tr -d ' \\n'")
    for name in (b"new\nline.txt", b"broken utf-8 \xff\xfe\x80.txt", "A\u030a decomposed.txt".encode(), b"-rf"):
        assert name.hex() in names
    assert told("stat -c %h linked.txt") == "3"
    assert told("readlink 'to nothing'") == "no such file"
    assert told("stat -c '%s %b' holes.bin").split()[0] == "83886080"
    assert int(told("stat -c %b holes.bin")) < 100
    assert told("getfattr --only-values -n user.comment attributes") == "Signed off – café"
    assert "user:jhughes:rw-" in told("getfacl -p /srv/shared/planning/2019/file-00001.txt")
    assert "default:group:planning:rwx" in told("getfacl -p /srv/shared/planning")
    assert told("""stat -c %u "nobody's any more" """) == "4242"
    assert told("stat -c '%a' 'mode setuid' sticky").splitlines() == ["4755", "1777"]
    assert told("stat -c %Y 'before 1970'").startswith("-")
    assert told("ls -A 'empty folder/empty in it'") == ""


def test_a_hard_link_stays_one_file_when_it_is_written_to(practice_estate: Estate) -> None:
    script = f"""cd {shlex.quote(ODD)}
        cp -a linked.txt before && echo more >> 'linked again.txt' && cmp linked.txt 'linked again.txt'
        stat -c %h linked.txt && cat before > linked.txt && rm before"""
    assert on(practice_estate, "files-legacy", "sudo sh -s", stdin=script) == "3"


def test_the_owners_are_there_on_the_target_with_other_numbers(practice_estate: Estate) -> None:
    ids = [on(practice_estate, host, "id -u akhan") for host in ("files-legacy", "data-target")]
    assert ids == ["3102", "5102"]


def test_no_secret_is_in_the_process_list(practice_estate: Estate) -> None:
    arguments = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    for file in sorted(Path(practice_estate.folder / "passwords").iterdir()):
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.read_text() not in arguments
