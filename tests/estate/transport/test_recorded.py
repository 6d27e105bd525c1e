"""Transcripts: recorded from a real transport, replayed as one."""

import json
import secrets
from pathlib import Path

import pytest

from estate.errors import UnreachableError, UsageError
from estate.transport.local import LocalTransport
from estate.transport.recorded import RecordedTransport, RecordingTransport


def test_what_was_recorded_is_replayed(tmp_path: Path) -> None:
    real = RecordingTransport(LocalTransport("alpha"), tmp_path)
    said = real.run(["sh", "-c", "cat; echo bad >&2; exit 5"], stdin=b"in\n")
    again = RecordedTransport("alpha", tmp_path).run(["sh", "-c", "cat; echo bad >&2; exit 5"], stdin=b"in\n")
    assert (
        (again.status, again.stdout, again.stderr)
        == (said.status, said.stdout, said.stderr)
        == (5, b"in\n", b"bad\n")
    )


def test_nobody_but_the_team_reads_what_was_recorded(tmp_path: Path) -> None:
    RecordingTransport(LocalTransport("alpha"), tmp_path).run(["true"])
    assert [path.stat().st_mode & 0o7 for path in (tmp_path / "alpha").iterdir()] == [0]


def test_bytes_that_are_no_text_survive(tmp_path: Path) -> None:
    data = bytes(range(256))
    RecordingTransport(LocalTransport("alpha"), tmp_path).run(["cat"], stdin=data)
    assert RecordedTransport("alpha", tmp_path).run(["cat"], stdin=data).stdout == data


def test_another_input_is_another_command(tmp_path: Path) -> None:
    RecordingTransport(LocalTransport("alpha"), tmp_path).run(["cat"], stdin=b"one")
    with pytest.raises(UnreachableError, match="not this command"):
        RecordedTransport("alpha", tmp_path).run(["cat"], stdin=b"two")


def test_random_markers_are_those_of_the_run_that_replays(tmp_path: Path) -> None:
    def script(marker: str) -> bytes:
        return f"echo begin-{marker}; echo x; echo end-{marker}\n".encode()

    RecordingTransport(LocalTransport("alpha"), tmp_path).run(["sh"], stdin=script(secrets.token_hex(16)))
    now = secrets.token_hex(16)
    assert (
        RecordedTransport("alpha", tmp_path).run(["sh"], stdin=script(now)).text == f"begin-{now}\nx\nend-{now}\n"
    )


def test_secrets_are_gone_before_the_transcript_is_written(tmp_path: Path) -> None:
    script = "echo 'mysqldump -uroot -pS3cr3tW0rd shop'; echo DB_PASSWORD=S3cr3tW0rd >&2"
    RecordingTransport(LocalTransport("alpha"), tmp_path).run(["sh"], stdin=script.encode())
    RecordingTransport(LocalTransport("alpha"), tmp_path).run(["echo", "--password=S3cr3tW0rd"])
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*.json"))
    assert b"S3cr3tW0rd" not in written
    assert b"[redacted]" in written


def test_a_host_without_transcripts_is_not_reached(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="no transcripts of beta"):
        RecordedTransport("beta", tmp_path).run(["true"])


def test_a_damaged_transcript_is_named(tmp_path: Path) -> None:
    RecordingTransport(LocalTransport("alpha"), tmp_path).run(["true"])
    (path,) = (tmp_path / "alpha").iterdir()
    path.write_text("{")
    with pytest.raises(UsageError, match="damaged"):
        RecordedTransport("alpha", tmp_path).run(["true"])


def test_a_transcript_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    RecordingTransport(LocalTransport("alpha"), tmp_path).run(["true"])
    (path,) = (tmp_path / "alpha").iterdir()
    path.unlink()
    path.mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        RecordedTransport("alpha", tmp_path).run(["true"])


class Greeting(LocalTransport):
    def software(self) -> str:
        return "SSH-2.0-OpenSSH_for_Windows_8.1"


def test_how_the_server_greeted_is_kept_too(tmp_path: Path) -> None:
    assert RecordingTransport(Greeting("alpha"), tmp_path).software() == "SSH-2.0-OpenSSH_for_Windows_8.1"
    assert RecordedTransport("alpha", tmp_path).software() == "SSH-2.0-OpenSSH_for_Windows_8.1"
    assert RecordingTransport(LocalTransport("beta"), tmp_path).software() == ""
    assert RecordedTransport("beta", tmp_path).software() == ""


def test_a_line_of_json_stays_json_without_its_secrets(tmp_path: Path) -> None:
    line = (
        """{"name":"x","line":"app --password=S3cr3tW0rd","password":"S3cr3tW0rd","more":["token: S3cr3tW0rd"]}"""
    )
    RecordingTransport(LocalTransport("alpha"), tmp_path).run(
        ["printf", "%s\\n", "first", line, "DB_PASS=S3cr3tW0rd"]
    )
    again = RecordedTransport("alpha", tmp_path).run(["printf", "%s\\n", "first", line, "DB_PASS=S3cr3tW0rd"])
    first, middle, last = again.text.splitlines()
    assert json.loads(middle) == {
        "name": "x",
        "line": "app --password=[redacted]",
        "password": "[redacted]",
        "more": ["token: [redacted]"],
    }
    assert (first, last) == ("first", "DB_PASS=[redacted]")
