"""What a server has kept of its own use. The transcript is of sysstat 12.6's own sadc and sadf."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from inventory.observe.sysstat import SCRIPT, read

RECORDED = (Path(__file__).parent / "transcripts" / "sysstat-12.6").read_bytes()


def test_a_day_of_sysstat_becomes_the_same_record_as_our_own_samples() -> None:
    found = read("db01", RECORDED)
    assert found.said == ""
    kept = found.usage
    assert kept is not None
    assert (kept.server, kept.source, kept.samples) == ("db01", "sysstat", 3)
    assert kept.hours == round(6 / 3600, 4)
    assert kept.cpu_percent is not None
    assert kept.cpu_percent.max > 50
    assert kept.memory_bytes is not None
    assert 1e9 < kept.memory_bytes.p50 < 2e9
    assert kept.disk_iops is not None
    assert kept.load is not None
    assert kept.disk_used_bytes is None


def test_a_server_without_sysstat_or_history_says_so() -> None:
    assert read("db01", b"history\nnone sysstat is not installed\n").said == "sysstat is not installed"
    assert read("db01", b"history\nend\n").said == "sysstat is installed and has kept nothing"
    refused = read("db01", b"history\nrefused /var/log/sa/sa01\nend\n")
    assert refused.said == "/var/log/sa/sa01 may not be read by this account"
    assert read("db01", b"Welcome\n").usage is None


def test_one_broken_file_costs_only_itself() -> None:
    found = read(
        "db01", RECORDED.replace(b"\nend\n", b"\nfile /var/log/sysstat/sa21\nInvalid system activity file\nend\n")
    )
    assert found.usage is not None
    assert found.said == "/var/log/sysstat/sa21 could not be understood"


def test_what_is_cut_off_is_said() -> None:
    assert "cut off" in read("db01", RECORDED[:-5]).said


def test_a_figure_that_cannot_be_is_no_figure() -> None:
    assert read("db01", RECORDED.replace(b'"tps": ', b'"tps": -')).usage is None
    assert read("db01", RECORDED.replace(b'"idle": ', b'"idle": NaN, "x": ')).usage is None


def test_the_script_runs_here(tmp_path: Path) -> None:
    import subprocess

    done = subprocess.run(["sh"], input=SCRIPT.encode(), capture_output=True, check=True, cwd=tmp_path)
    assert read("here", done.stdout).said


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_a_history_that_could_not_be_read(noise: bytes) -> None:
    assert read("db01", noise).usage is None
    assert read("db01", b"history\nfile /a\n" + noise + b"\nend\n").usage is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["sysstat", "hosts", "statistics", "timestamp", "disk"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_arbitrary_json_raises_nothing(value: object) -> None:
    read("db01", b"history\nfile /a\n" + json.dumps(value).encode() + b"\nend\n")
