"""A source that disappears half-way: what the command line says, and what the source does by itself."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from practice.places import namespace
from tests.journey.person import DATABASE, Person, one_sentence

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.timeout(900)]

SOURCE = "db-legacy"
DEADLINE = 60
"""Seconds after which a freeze ends by itself."""


@contextmanager
def cut_off(person: Person) -> Iterator[None]:
    """The source's network cable is out while the body runs."""

    def link(state: str) -> None:
        inside = namespace(person.estate.name, SOURCE)
        subprocess.run(["ip", "-n", inside, "link", "set", "eth0", state], check=True)

    link("down")
    try:
        yield
    finally:
        link("up")


def takes_writes(person: Person) -> bool:
    """Whether an application on the source itself, which needs no network, can write there."""
    password = person.estate.password_file("reports_app").read_text().strip()
    write = "UPDATE reports SET details = details WHERE id = (SELECT min(id) FROM reports)"
    argv = ["ip", "netns", "exec", namespace(person.estate.name, SOURCE), "psql", "-X", "-q", "-c", write]
    done = subprocess.run(
        [*argv, "-d", "host=127.0.0.1 dbname=reports user=reports_app connect_timeout=5"],
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_cut_off_in_the_first_copy_it_waits_and_the_same_command_goes_on(person: Person) -> None:
    person.start_load("reports")
    words = person.moving(DATABASE)
    run = person.begin(*words)
    run.until(lambda: person.stage(DATABASE) == "seed" and "rows" in " ".join(run.lines), "copying rows")
    with cut_off(person):
        run.until(lambda: "waiting for the source, which cannot be reached" in " ".join(run.lines), "waiting")
        assert takes_writes(person)
        run.kill()
        again = person.says(*words)
        assert again.code == 3
        assert SOURCE in one_sentence(again)
    person.must(*words)
    assert person.phase(DATABASE) == "ready"


def test_cut_off_in_the_freeze_the_source_serves_again_by_itself_and_the_same_command_finishes(
    person: Person,
) -> None:
    move = person.move(DATABASE)
    assert move is not None
    person.approve(move.id)
    words = ["cutover", move.id, f"--confirm={move.id}"]
    run = person.begin(*words, DECANT_MOVE_FREEZE_SECONDS=str(DEADLINE))
    run.until(lambda: person.stage(DATABASE) == "prove", "the comparison")
    frozen = time.monotonic()
    with cut_off(person):
        assert not takes_writes(person)
        while not takes_writes(person):
            assert time.monotonic() - frozen < DEADLINE + 10
            time.sleep(1)
        said = run.end()
        assert said.code == 3, said.err
        assert SOURCE in one_sentence(said)
    person.must(*words)
    assert person.phase(DATABASE) == "soaking"
    time.sleep(2)
    assert person.lost() == {"exit": 0, "lost": 0}
    person.must(*person.accepting(move.id))
    assert person.residue() == []
