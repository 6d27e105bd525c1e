"""The files of many facts, read at once: what comes back goes to the fact that asked for it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.records.observation import Outcome
from inventory import files, script
from inventory.facts import all_facts
from inventory.facts.base import Fact, Reading, Section, known

SHELLS = [
    pytest.param([found, *words[1:]], id=words[0])
    for words in (["dash"], ["bash", "--posix"], ["busybox", "sh"])
    if (found := shutil.which(words[0]))
]


def keep(section: Section) -> Reading:
    from estate.records.facts.sysctl import Sysctl

    return known(Sysctl(values={f"{number} {file}": line for number, (file, line) in enumerate(section.pairs)}))


def of(name: str, *patterns: str, reduce: str = "") -> Fact:
    return Fact(id=name, reads="Any account.", tool="grep", parser=keep, files=patterns, reduce=reduce)


def run(shell: list[str], *facts: Fact, as_user: bool = False) -> dict[str, Reading]:
    composed = script.compose(facts, sudo=False)
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *shell] if as_user else shell
    out = subprocess.run(command, input=composed.text.encode(), capture_output=True, check=False).stdout
    return script.read(facts, script.cut(composed, out))


def lines(reading: Reading) -> list[str]:
    assert reading.payload is not None, reading.reason
    return list(reading.payload.model_dump()["values"].values())


@pytest.mark.parametrize("shell", SHELLS)
def test_each_fact_gets_the_lines_of_its_own_files_without_comments(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "one.conf").write_text("# why\n\n  # more\nvalue = 1\n#1000 ALL=(ALL) ALL\n")
    (tmp_path / "two.conf").write_text("other")
    (tmp_path / "folder.conf").mkdir()
    found = run(shell, of("one", f"{tmp_path}/one.conf", f"{tmp_path}/none"), of("all", f"{tmp_path}/*.conf"))
    assert lines(found["one"]) == ["value = 1", "#1000 ALL=(ALL) ALL"]
    assert lines(found["all"]) == ["value = 1", "#1000 ALL=(ALL) ALL", "other"]


def test_what_is_reduced_never_leaves_the_host(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("password hunter2\nport 1\n")
    fact = of("one", f"{tmp_path}/a.conf", reduce=f"/^{str(tmp_path).replace('/', chr(92) + '/')}/s/hunter2/x/")
    assert lines(run(["sh"], fact)["one"]) == ["password x", "port 1"]


TELLING = (
    *(
        "x:x:1002:1002:Engineer, sudo with a password:/home/x:/bin/bash",
        "password required pam_unix.so",
        "x:$6$x:1:",
    ),
    *(
        "AuthInfo:x",
        "password = x",
        "requirepass x",
        "masterauth x",
        "user x",
        "tls-key-file-pass x",
        'secret="x"',
    ),
    *("x ALL=(ALL) NOPASSWD: ALL", "local all all password", "keyPass='x'", "passdb backend = tdbsam"),
)
"""Lines that some fact takes something out of, in its own files."""


@pytest.mark.parametrize("fact", [fact for fact in all_facts().values() if fact.reduce], ids=lambda fact: fact.id)
def test_what_one_fact_takes_out_of_its_files_stays_in_those_of_others(fact: Fact) -> None:
    """All lines pass one `sed`: a pattern that is too wide once took every account with "pass" in its name's field."""
    others = {pattern for other in all_facts().values() for pattern in other.files} - set(fact.files)
    sent = "".join(f"{re.sub('[*?]', 'x', pattern)}:{line}\n" for pattern in sorted(others) for line in TELLING)
    done = subprocess.run(["sed", fact.reduce.strip()], input=sent.encode(), capture_output=True, check=True)
    assert done.stdout.decode().splitlines() == sent.splitlines()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_folder_that_is_closed_is_said_and_is_not_empty(tmp_path: Path) -> None:
    for folder in [*tmp_path.parents, tmp_path]:
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(0o755)
    (tmp_path / "shut").mkdir(mode=0o700)
    (tmp_path / "shut" / "a.conf").write_text("x")
    (tmp_path / "b.conf").write_text("x")
    (tmp_path / "b.conf").chmod(0o600)
    found = run(["sh"], of("one", f"{tmp_path}/shut/*.conf", f"{tmp_path}/b.conf"), as_user=True)["one"]
    assert found.outcome is Outcome.KNOWN
    assert f"{tmp_path}/shut" in found.partial
    assert f"{tmp_path}/b.conf" in found.partial
    assert found.privilege == "root"


def test_bytes_of_no_encoding_are_kept_as_such(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"caf\xe9 \x00 \xff\n")
    assert lines(run(["sh"], of("one", f"{tmp_path}/a"))["one"]) == ["caf\\xe9 \\x00 \\xff"]


def test_a_file_that_looks_like_another_one_is_none(tmp_path: Path) -> None:
    """Markers, names of files and grep's own complaints in a file stay lines of that file."""
    (tmp_path / "a").write_text("/etc/shadow:root::0:0\ngrep: /etc/x: Permission denied\nunreadable /etc\n")
    found = run(["sh"], of("one", f"{tmp_path}/a"), of("two", "/etc/x"))
    assert lines(found["one"])[0] == "/etc/shadow:root::0:0"
    assert found["one"].partial == ""
    assert found["two"].partial == ""


def test_a_file_of_too_many_lines_fails_its_own_fact_alone(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("0.0.0.0 x\n" * (files.LINES + 5))
    (tmp_path / "b").write_text("fine")
    found = run(["sh"], of("long", f"{tmp_path}/hosts"), of("two", f"{tmp_path}/b"))
    assert (found["long"].outcome, lines(found["two"])) == (Outcome.FAILED, ["fine"])
    assert f"{files.LINES} lines or more" in found["long"].reason


def test_without_grep_the_facts_with_files_fail_and_the_others_are_read(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "id", "head", "sed", "timeout"):
        (tools / tool).symlink_to(shutil.which(tool) or "/nowhere")
    composed = script.compose([of("one", "/etc/passwd"), all_facts()["timers"]], sudo=False)
    # The script adds the system's own folders, so it is shown others.
    text = composed.text.replace(":/usr/local/sbin:/usr/sbin:/sbin", "")
    done = subprocess.run(
        [str(tools / "sh")], input=text.encode(), capture_output=True, env={"PATH": str(tools)}, check=False
    )
    answer = script.cut(composed, done.stdout)
    assert answer.broken == {"one": "grep or sed is not installed on the host"}
    assert "timers" in answer.sections


@given(output=st.binary(max_size=300))
def test_whatever_comes_back_is_given_out_without_an_error(output: bytes) -> None:
    facts = [fact for fact in all_facts().values() if fact.files]
    found, wrong = files.by_fact(facts, output)
    assert set(found) | set(wrong) == {fact.id for fact in facts}


def test_a_pattern_means_what_it_means_to_the_shell(tmp_path: Path) -> None:
    for name in ("sda", "loop0", "vda", "zram0"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "size").write_text(name)
    (tmp_path / "sda" / "sda1").mkdir()
    (tmp_path / "sda" / "sda1" / "size").write_text("sda1")
    whole, part = of("one", f"{tmp_path}/[!lz]*/size"), of("two", f"{tmp_path}/[!lz]*/*/size")
    found = run(["sh"], whole, part)
    assert (lines(found["one"]), lines(found["two"])) == (["sda", "vda"], ["sda1"])
