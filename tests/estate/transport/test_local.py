"""This machine as a host."""

import time
from pathlib import Path

import pytest

from estate.errors import UnfinishedError, UnreachableError
from estate.transport.local import LocalTransport

LOCAL = LocalTransport()


def test_a_whole_result_comes_back_and_no_shell_reads_the_arguments() -> None:
    result = LOCAL.run(["printf", "%s", "$HOME; exit 1"])
    assert (result.status, result.stdout) == (0, b"$HOME; exit 1")


def test_a_program_that_is_not_there_gives_127_as_a_shell_would() -> None:
    assert LOCAL.run(["no-such-program"]).status == 127


def test_a_program_that_may_not_run_gives_126(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    assert LOCAL.run([str(tmp_path / "plain")]).status == 126


def test_the_signal_that_ended_a_command_shows() -> None:
    assert LOCAL.run(["sh", "-c", "kill -15 $$"]).status == 143


def test_a_command_that_failed_on_a_host_is_unfinished_work_and_no_fault_of_ours() -> None:
    with pytest.raises(UnfinishedError, match=r"Closing it failed with status 3 \(no room\)") as failed:
        LOCAL.run(["sh", "-c", "echo no room >&2; exit 3"]).must("Closing it")
    assert failed.value.exit_code == 1


def test_every_byte_goes_in_and_comes_out() -> None:
    data = bytes(range(256)) * 20_000
    assert LOCAL.run(["cat"], stdin=data).stdout == data


def test_output_past_the_limit_is_cut_and_said() -> None:
    result = LOCAL.run(["head", "-c", "3000000", "/dev/zero"], limit=10)
    assert (result.status, result.stdout, result.truncated) == (0, b"\0" * 10, True)


def test_a_command_that_never_reads_its_input_still_ends() -> None:
    assert LOCAL.run(["true"], stdin=b"x" * 3_000_000).ok


@pytest.mark.parametrize("stubborn", ["", "trap '' TERM;"])
def test_a_command_out_of_time_is_ended_with_its_children(tmp_path: Path, stubborn: str) -> None:
    start = time.monotonic()
    with pytest.raises(UnreachableError, match="did not finish sh within"):
        LOCAL.run(["sh", "-c", f"{stubborn} (echo $$; sleep 61) > {tmp_path}/pid; true"], timeout=0.3)
    assert time.monotonic() - start < 5
    status = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/status")
    assert not status.exists() or "State:\tZ" in status.read_text()
