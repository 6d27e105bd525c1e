"""Output that our own machines do not print: users, sudo, keys and scheduled jobs."""

import base64

from estate.records.facts.authorised_keys import AuthorisedKeys
from estate.records.facts.cron import Cron
from estate.records.facts.sudoers import Sudoers
from estate.records.facts.users import Users
from tests.inventory.parsed import read


def test_passwords_of_users_are_words_and_never_hashes() -> None:
    files = (
        "/etc/passwd:root:shadow:0:0::/root:/bin/bash\n/etc/passwd:mary:shadow:1000:1000::/home/mary:/bin/sh\n"
        "/etc/passwd:old:empty:1001:100::/home/old:/bin/sh\n/etc/passwd:daemon:shadow:2:2::/:/usr/sbin/nologin\n"
        "/etc/passwd:+::::::\n/etc/group:root::0:\n/etc/group:mary::1000:\n/etc/group:sudo::27:mary,old\n"
        "/etc/shadow:root:locked:19000::::::\n/etc/shadow:mary:set:19000::::::\n"
    )
    found = {
        one.name: (one.password, one.groups, one.can_log_in) for one in read("users", Users, "", files=files).users
    }
    assert found == {
        "root": ("locked", ("root",), True),
        "mary": ("set", ("mary", "sudo"), True),
        "old": ("empty", ("100", "sudo"), True),
        "daemon": ("unknown", ("2",), False),
    }


def test_sudo_rules_with_tags_aliases_and_continued_lines() -> None:
    lines = [
        "Defaults env_reset",
        "User_Alias ADMINS = mary, john",
        "root ALL=(ALL:ALL) ALL",
        "%wheel ALL=(ALL) @asks-not ALL",
        "deploy web1,web2 = (www-data) @asks-not SETENV: /bin/a, \\",
        "   @asks /bin/b",
        "#1000 ALL = /bin/c",
        "@includedir /etc/sudoers.d",
    ]
    files = (
        "".join(f"/etc/sudoers:{line}\n" for line in lines) + "/etc/sudoers.d/x.bak:mary ALL=(ALL) @asks-not ALL\n"
    )
    found = read("sudoers", Sudoers, "", files=files)
    assert [(one.who, one.run_as, one.nopasswd) for one in found.rules] == [
        ("root", "ALL:ALL", False),
        ("%wheel", "ALL", True),
        ("deploy", "www-data", True),
        ("#1000", "", False),
    ]
    assert found.rules[2].commands.split()[-1] == "/bin/b"
    assert found.defaults == ("Defaults env_reset",)


def test_an_rsa_key_gives_its_length_and_its_options_without_the_comment() -> None:
    parts = [b"ssh-rsa", b"\x01\x00\x01", b"\x00" + b"\xff" * 128]
    blob = base64.b64encode(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).decode()
    text = (
        "of mary /home/mary/.ssh/authorized_keys\n"
        f'/home/mary/.ssh/authorized_keys:from="10.0.0.*",command="echo ssh-rsa AAAA",no-pty '
        f"ssh-rsa {blob} mary smith\n"
    )
    (key,) = read("authorised_keys", AuthorisedKeys, text).keys
    assert (key.user, key.type, key.bits) == ("mary", "ssh-rsa", 1024)
    assert key.options == ("from", "command", "no-pty")
    assert "mary smith" not in key.model_dump_json()


def test_a_plain_rsa_key() -> None:
    parts = [b"ssh-rsa", b"\x01\x00\x01", b"\x00" + b"\xff" * 128]
    blob = base64.b64encode(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).decode()
    text = f"of mary /h/.ssh/authorized_keys\n/h/.ssh/authorized_keys:no-pty ssh-rsa {blob} mary\n"
    (key,) = read("authorised_keys", AuthorisedKeys, text).keys
    assert (key.bits, key.options) == (1024, ("no-pty",))
    assert key.fingerprint.startswith("SHA256:")


def test_cron_lines_keep_their_zone_and_lose_their_secrets() -> None:
    files = (
        "/etc/crontab:CRON_TZ=Europe/London\n/etc/crontab:17 *\t* * *\troot\tcd / && run-parts /etc/cron.hourly\n"
        "/var/spool/cron/crontabs/mary:@daily PGPASSWORD=hunter2 pg_dump x\n/etc/cron.d/odd:nonsense\n"
    )
    text = (
        "run /etc/cron.daily/logrotate\nrun /etc/cron.daily/not a job\ncrontab\ntotal 4\n"
        "-rwx------ 1 1000 1 2881 Nov 22 10:00 a0000101c3a2f4\n"
    )
    found = read("cron", Cron, text, files=files)
    assert found.timezone == "Europe/London"
    assert [(one.user, one.schedule) for one in found.jobs] == [
        ("root", "17 * * * *"),
        ("mary", "@daily"),
        ("", ""),
        ("root", "@daily"),
        ("", ""),
    ]
    assert [(one.queue, one.uid, one.due.year) for one in found.at] == [("a", 1000, 2026)]
    assert "hunter2" not in found.model_dump_json()
