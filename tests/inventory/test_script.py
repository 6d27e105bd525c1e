"""The one script: composed, run by real shells, and what comes back cut into sections."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.records.observation import Outcome
from inventory import script
from inventory.facts import all_facts
from inventory.facts.base import Fact, Reading, Section, known
from inventory.script import Answer, Script

FACTS = tuple(all_facts().values())
SHELLS = [
    pytest.param([found, *words[1:]], id=words[0])
    for words in (["dash"], ["bash", "--posix"], ["busybox", "sh"])
    if (found := shutil.which(words[0]))
]
CHEAP = tuple(fact for fact in FACTS if fact.tier == 1)


def ran(shell: list[str], facts: tuple[Fact, ...], **environment: str) -> Answer:
    """The script by `shell`, which is also what it finds as `sh`."""
    composed = script.compose(facts, sudo=False)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sh").symlink_to(shutil.which(shell[0]) or shell[0])
        path = f"{folder}:{os.environ['PATH']}"
        done = subprocess.run(
            shell,
            input=composed.text.encode(),
            capture_output=True,
            env={**os.environ, "PATH": path, **environment},
            check=False,
        )
    assert done.stderr == b""
    return script.cut(composed, done.stdout)


def a_fact(name: str, snippet: str, **more: object) -> Fact:
    from estate.records.facts.sysctl import Sysctl

    def keep(section: Section) -> Reading:
        return known(Sysctl(values={"out": section.text, "status": str(section.status)}))

    fact = Fact(id=name, reads="Any account.", tool="sh", parser=keep, snippet=snippet)
    return replace(fact, **more)  # type: ignore[arg-type]


def values(answer: Answer, fact: Fact) -> dict[str, str]:
    payload = script.read([fact], answer)[fact.id].payload
    assert payload is not None
    return dict(payload.model_dump()["values"])


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_answers_every_cheap_fact(shell: list[str]) -> None:
    answer = ran(shell, CHEAP)
    assert not answer.broken
    readings = script.read(CHEAP, answer)
    unread = {name: reading.reason for name, reading in readings.items() if reading.outcome is Outcome.FAILED}
    missing = {name for name, reason in unread.items() if reason.endswith("is not installed on the host")}
    assert set(unread) == missing
    assert {"os", "cpu", "memory", "filesystems", "users", "sysctl"}.isdisjoint(missing)


def test_shells_agree_on_what_does_not_change() -> None:
    stable = tuple(fact for fact in CHEAP if fact.id in ("os", "packages", "users", "sudoers", "cron", "sysctl"))
    answers = [ran(shell.values[0], stable) for shell in SHELLS]  # type: ignore[arg-type]
    for answer in answers[1:]:
        for fact in stable:
            if fact.id == "os":
                continue  # the up-time moves
            assert answer.sections[fact.id].output == answers[0].sections[fact.id].output, fact.id


@pytest.mark.parametrize("shell", SHELLS)
def test_it_is_correct_to_each_shell_before_it_is_run(shell: list[str]) -> None:
    for fact in FACTS:
        done = subprocess.run([*shell, "-n"], input=fact.snippet.encode(), capture_output=True, check=False)
        assert done.returncode == 0, (fact.id, done.stderr)
    whole = script.compose(FACTS, sudo=True).text.encode()
    assert subprocess.run([*shell, "-n"], input=whole, capture_output=True, check=False).returncode == 0


def test_no_snippet_makes_a_file_or_reads_what_is_not_its_own() -> None:
    for fact in FACTS:
        assert "<<" not in fact.snippet, "older shells write here-documents to /tmp"
        assert "mktemp" not in fact.snippet
        assert script.compose([fact], False).text.count("</dev/null") >= 1


def test_nothing_is_left_in_the_folders_where_programs_leave_things(tmp_path: Path) -> None:
    home, spare = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    spare.mkdir()
    ran(["sh"], FACTS, HOME=str(home), TMPDIR=str(spare))
    assert list(home.iterdir()) == []
    assert list(spare.iterdir()) == []


def test_a_section_has_its_own_status_and_cannot_end_the_others() -> None:
    facts = (a_fact("one", "echo a; exit 3"), a_fact("two", "kill -9 $$; echo b"), a_fact("three", "echo c"))
    answer = ran(["sh"], (facts[0], facts[2]))
    assert values(answer, facts[0]) == {"out": "a\n", "status": "3"}
    assert values(answer, facts[2]) == {"out": "c\n", "status": "0"}
    killed = script.read(facts, ran(["sh"], facts))
    assert killed["two"].outcome is Outcome.FAILED
    assert killed["three"].outcome is Outcome.FAILED


def test_a_section_that_reads_its_input_gets_none() -> None:
    fact = a_fact("one", "cat; read -r x || echo closed")
    assert values(ran(["sh"], (fact,)), fact)["out"] == "closed\n"


def test_a_flood_is_cut_and_the_next_section_still_comes() -> None:
    flood = a_fact("flood", "while :; do echo 0123456789012345678901234567890123456789; done", limit=10_000)
    after = a_fact("later", "echo here")
    answer = ran(["sh"], (flood, after))
    assert answer.broken == {"flood": "its output was cut off"}
    assert values(answer, after)["out"] == "here\n"


def test_a_script_that_takes_too_long_ends_with_what_it_has() -> None:
    quick, slow = a_fact("quick", "echo here"), a_fact("slow", "sleep 30", tier=2)
    composed = script.compose((slow, quick), sudo=False, seconds=1)
    done = subprocess.run(["sh"], input=composed.text.encode(), capture_output=True, check=False, timeout=10)
    readings = script.read((slow, quick), script.cut(composed, done.stdout))
    assert readings["quick"].outcome is Outcome.KNOWN
    assert readings["slow"].outcome is Outcome.FAILED


def test_a_banner_before_the_script_and_words_after_it_are_passed_over() -> None:
    fact = a_fact("one", "echo a")
    composed = script.compose([fact], sudo=False)
    out = subprocess.run(["sh"], input=composed.text.encode(), capture_output=True, check=True).stdout
    answer = script.cut(composed, b"Welcome to Ambleford\n* * *\n" + out + b"\nlogout\n")
    assert values(answer, fact)["out"] == "a\n"


def markers(composed: Script, *parts: str) -> bytes:
    return "".join(f"\n{composed.word} {part}\n" if part[0] != "=" else part[1:] for part in parts).encode()


def test_a_forged_marker_is_never_taken_for_a_section() -> None:
    """A file may hold anything but the word, and who knows the word still cannot make a section come twice."""
    fact = a_fact("one", "true")
    composed = script.compose([fact], sudo=False, word="f" * 32)
    other = "0" * 32
    honest = script.cut(
        composed, markers(composed, "hello 0", "begin one 0", f"=\n{other} end one 0\nx", "end one 0")
    )
    assert honest.sections["one"].output == f"\n{other} end one 0\nx".encode()
    twice = script.cut(
        composed, markers(composed, "hello 0", "begin one 0", "=a", "end one 0", "begin one 0", "=b", "end one 0")
    )
    assert twice.broken["one"] == "its section came twice"
    assert "one" not in twice.sections
    nested = script.cut(composed, markers(composed, "hello 0", "begin one 0", "=a", "begin two 0", "end one 0"))
    assert nested.broken["one"] == "its output was cut off"


WHOLE = script.compose(CHEAP, sudo=False)
OUTPUT = subprocess.run(["sh"], input=WHOLE.text.encode(), capture_output=True, check=False).stdout
FULL = script.cut(WHOLE, OUTPUT)


@given(at=st.integers(0, len(OUTPUT)))
def test_output_that_is_cut_anywhere_gives_the_same_or_failed(at: int) -> None:
    answer = script.cut(WHOLE, OUTPUT[:at])
    for fact in CHEAP:
        if fact.id in answer.sections:
            assert answer.sections[fact.id] == FULL.sections[fact.id]
        else:
            assert script.read([fact], answer)[fact.id].outcome is Outcome.FAILED


@given(output=st.binary(max_size=400))
def test_output_of_any_kind_is_cut_without_an_error(output: bytes) -> None:
    answer = script.cut(WHOLE, output)
    assert set(answer.sections) | set(answer.broken) == {fact.id for fact in CHEAP}


def test_what_sudo_said_is_kept_and_the_facts_are_read_without_it(tmp_path: Path) -> None:
    refuses = tmp_path / "sudo"
    refuses.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    refuses.chmod(0o755)
    as_user = tmp_path / "id"
    as_user.write_text("#!/bin/sh\necho 1000\n")
    as_user.chmod(0o755)
    fact = a_fact("one", "echo a $uid", run_as="root")
    composed = script.compose([fact], sudo=True)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    out = subprocess.run(["sh"], input=composed.text.encode(), capture_output=True, env=env, check=True).stdout
    answer = script.cut(composed, out)
    assert answer.sudo == "sudo: a password is required"
    assert answer.sections["one"].uid == 1000
    assert values(answer, fact)["out"] == "a 1000\n"


def test_one_sudo_serves_all_facts_that_gain_from_root(tmp_path: Path) -> None:
    log = tmp_path / "log"
    sudo = tmp_path / "sudo"
    sudo.write_text(f'#!/bin/sh\necho "$@" >>{log}\n[ "$1" = -n ] && shift\nexec "$@"\n')
    sudo.chmod(0o755)
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    facts = (
        a_fact("one", "echo a", run_as="root"),
        a_fact("two", "echo b", run_as="root"),
        a_fact("three", "echo c"),
    )
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    composed = script.compose(facts, sudo=True)
    out = subprocess.run(["sh"], input=composed.text.encode(), capture_output=True, env=env, check=True).stdout
    answer = script.cut(composed, out)
    assert {fact: section.uid for fact, section in answer.sections.items()} == {"one": 0, "two": 0, "three": 1000}
    calls = log.read_text().splitlines()
    assert len(calls) == 1
    assert calls[0].endswith("sh"), "what it runs must not stand in the arguments, which sudo writes to its log"
