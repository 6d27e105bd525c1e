"""`decant hosts` and `decant doctor`, against a real sshd."""

from pathlib import Path

import pytest

from tests.decant.face import Said, decant
from tests.estate.transport.conftest import Sshd, StartSshd, free_port, public, sshd, start_sshd

__all__ = ["sshd", "start_sshd"]


def described(server: Sshd, name: str = "archive", port: int = 0) -> str:
    return (
        f'[[host]]\nname = "{name}"\naddress = "127.0.0.1"\nport = {port or server.port}\nuser = "root"\n'
        f'key = "file:{server.key}"\n'
    )


@pytest.fixture
def server(start_sshd: StartSshd) -> Sshd:
    return start_sshd(accepted=False)


@pytest.fixture
def workspace(tmp_path: Path, server: Sshd) -> Path:
    made = decant("init", "anytown", "--council", "Anytown Council", at=tmp_path)
    assert made.code == 0, made.err
    (tmp_path / "anytown" / "hosts.toml").write_text(described(server))
    return tmp_path / "anytown"


def test_a_key_is_shown_and_not_accepted_unasked(workspace: Path, server: Sshd) -> None:
    said = decant("hosts", "trust", "archive", at=workspace)
    assert said.code == 4
    assert public(server.host_key).fingerprint in said.err
    assert 0 < said.err.index("--fingerprint") < said.err.index("--yes")
    assert not (workspace / ".decant/known_hosts").exists()


def test_accepting_by_fingerprint_is_kept_and_noted_in_the_ledger(workspace: Path, server: Sshd) -> None:
    fingerprint = public(server.host_key).fingerprint
    assert decant("hosts", "trust", "archive", "--fingerprint", "SHA256:other", at=workspace).code == 4
    assert decant("hosts", "trust", "archive", "--fingerprint", fingerprint, at=workspace).code == 0
    listed = decant("hosts", "list", "--json", at=workspace).json
    assert listed["schema"] == "decant.hosts/1"
    assert listed["hosts"][0]["host_keys"] == [{"kind": "ssh-ed25519", "fingerprint": fingerprint}]
    ledger = decant("evidence", "export", at=workspace).out
    assert "host key accepted" in ledger
    assert fingerprint in ledger


def test_of_several_hosts_one_that_is_down_does_not_hold_up_the_others(workspace: Path, server: Sshd) -> None:
    (workspace / "hosts.toml").write_text(described(server, "down", free_port()) + described(server))
    said = decant("hosts", "trust", "down", "archive", "--yes", at=workspace)
    assert said.code == 3
    assert "down: " in said.err
    assert "Accepted for archive uncompared, by --yes" in said.err
    assert decant("hosts", "trust", "down", "archive", "--fingerprint", "SHA256:x", at=workspace).code == 2


def test_a_key_that_openssh_knows_already_is_accepted_by_that(
    workspace: Path, server: Sshd, tmp_path: Path
) -> None:
    mine = tmp_path / "known_hosts"
    key = " ".join(server.host_key.with_suffix(".pub").read_text().split()[:2])
    other = " ".join(server.key.with_suffix(".pub").read_text().split()[:2])

    def trusting() -> Said:
        return decant("hosts", "trust", "archive", "--known-hosts", str(mine), at=workspace)

    mine.write_text(f"elsewhere.example {key}\n")
    assert (trusting().code, "holds no key for 127.0.0.1 or archive" in trusting().err) == (4, True)
    mine.write_text(f"[archive]:{server.port} {other}\n")
    assert "shows other keys than" in trusting().err
    mine.write_text(f"[127.0.0.1]:{server.port} {key}\n")
    assert trusting().code == 0
    assert decant("hosts", "list", "--json", at=workspace).json["hosts"][0]["host_keys"]


def test_doctor_finds_the_host_once_its_key_is_accepted(workspace: Path) -> None:
    before = decant("doctor", "--json", at=workspace)
    assert before.code == 4
    checks = {check["what"]: check for check in before.json["checks"]}
    assert "never accepted" in checks["archive"]["found"]
    assert "decant hosts trust archive" in checks["archive"]["remedy"]
    assert decant("hosts", "trust", "archive", "--yes", at=workspace).code == 0
    after = {check["what"]: check for check in decant("doctor", "--json", at=workspace).json["checks"]}
    assert after["archive"]["ok"] is True
    assert after["archive: root"]["ok"] is True


def test_doctor_says_that_a_host_is_down_and_looks_at_the_others(workspace: Path, server: Sshd) -> None:
    hosts = described(server) + described(server, "down", free_port())
    (workspace / "hosts.toml").write_text(hosts)
    decant("hosts", "trust", "archive", "--yes", at=workspace)
    said = decant("doctor", at=workspace)
    assert said.code == 3
    assert "refused the connection" in said.out
    wrong, right = said.out.split(" are there (")
    assert "archive" not in wrong
    assert "archive: root" in right


def test_doctor_names_a_file_that_is_open_to_others(workspace: Path) -> None:
    (workspace / ".decant/ledger.key").chmod(0o644)
    said = decant("doctor", "--offline", at=workspace)
    assert said.code == 1
    assert "chmod 600" in said.err


def test_doctor_names_the_line_of_junk_among_the_host_keys(workspace: Path) -> None:
    (workspace / ".decant/known_hosts").write_text("# ours\njunk\n")
    (workspace / ".decant/known_hosts").chmod(0o600)
    said = decant("doctor", "--offline", at=workspace)
    assert said.code == 2
    assert "line 2 of" in said.out


def test_doctor_says_one_cause_once_and_what_to_do_first(workspace: Path, server: Sshd) -> None:
    hosts = described(server).replace(str(server.key), "/nowhere/key")
    (workspace / "hosts.toml").write_text(hosts + hosts.replace('"archive"', '"second"'))
    said = decant("doctor", "--offline", at=workspace)
    assert said.code == 2
    assert said.err.count("check the path in the reference") == 2  # once in the list, once as what comes next
    assert "archive, second" in said.out
    checks = {
        check["what"]: check for check in decant("doctor", "--offline", "--json", at=workspace).json["checks"]
    }
    assert checks["archive"]["ok"] is checks["second"]["ok"] is False


def test_doctor_looks_at_the_dns_server_and_the_services(workspace: Path) -> None:
    def dns(text: str) -> dict[str, dict[str, object]]:
        (workspace / "decant.toml").write_text(text)
        found = decant("doctor", "--json", at=workspace).json["checks"]
        return {check["what"]: check for check in found}

    assert dns("")["DNS"]["ok"] is None
    half = dns('[dns]\nserver = "127.0.0.1"\n')["DNS"]
    assert (half["ok"], "no zone and no key" in str(half["found"])) == (False, True)
    key = workspace / "dns.key"
    key.write_text('key "k" { algorithm hmac-sha256; secret "bm90IGEgc2VjcmV0IGF0IGFsbA=="; };\n')
    whole = f'[dns]\nserver = "127.0.0.1"\nport = {free_port()}\nzone = "a.test"\nkey = "file:{key}"\n'
    key.chmod(0o644)
    assert "open to others" in str(dns(whole)["DNS"]["found"])
    key.chmod(0o600)
    silent = dns(whole)["DNS"]
    assert (silent["ok"], silent["code"]) == (False, 3)
    outside = dns(whole + '[[service]]\nname = "db.elsewhere"\nworkload = "archive/files/srv"\n')["services"]
    assert "is not in the zone a.test" in str(outside["found"])


def test_doctor_asks_the_program_that_keeps_the_names(workspace: Path) -> None:
    def said(text: str, *words: str) -> Said:
        (workspace / "decant.toml").write_text(f'[dns]\nzone = "a.test"\n{text}')
        return decant(*words, at=workspace)

    def dns(text: str) -> dict[str, object]:
        return next(check for check in said(text, "doctor", "--json").json["checks"] if check["what"] == "DNS")

    answers = dns("""command = ["printf", '{"addresses": ["192.0.2.1"], "ttl": 60}%.0s%.0s']\n""")
    assert (answers["ok"], "192.0.2.1 (TTL 60 s)" in str(answers["found"])) == (True, True)
    refuses = dns('command = ["sh", "-c", "echo not today >&2; exit 1"]\n')
    assert (refuses["ok"], "not today" in str(refuses["found"])) == (False, True)
    both = said('command = ["true"]\nserver = "127.0.0.1"\n', "config", "show")
    assert (both.code, "not by two of them" in both.err) == (2, True)
    another = said('azure_zone = "/subscriptions/x/dnsZones/b.test"\n', "config", "show")
    assert (another.code, "the one that azure_zone names" in another.err) == (2, True)
    none = dns('azure_zone = "/subscriptions/x/dnsZones/a.test"\n')
    assert (none["ok"], "is not the resource id of a DNS zone" in str(none["found"])) == (False, True)


def test_doctor_outside_a_workspace_looks_at_the_machine(tmp_path: Path) -> None:
    said = decant("doctor", "--json", at=tmp_path)
    assert {check["what"] for check in said.json["checks"]} >= {"Python", "pulumi", "workspace"}


def test_a_mistyped_host_gets_a_suggestion(workspace: Path) -> None:
    said = decant("hosts", "trust", "arkive", at=workspace)
    assert said.code == 2
    assert "Did you mean archive?" in said.err
