"""Moves that must not be: what the command line says, and that nothing was changed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from estate.records.move import Phase
from tests.journey.person import APPROVER, DATABASE, DRIVE, OPERATOR, TARGET, Person, one_sentence

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.timeout(600)]


@contextmanager
def made(person: Person, before: str, after: str) -> Iterator[None]:
    """Something that stands on the target while the body runs."""
    person.on(TARGET, before)
    try:
        yield
    finally:
        person.on(TARGET, after)


SMALL_CLUSTER = """
    cd /var/lib/postgresql/15; systemctl stop postgresql@15-main; cp -a main /var/tmp/aside
    mount -t tmpfs -o size=96m,mode=700 tmpfs main; cp -a /var/tmp/aside/. main; systemctl start postgresql@15-main
"""
OWN_CLUSTER = """
    systemctl stop postgresql@15-main; umount /var/lib/postgresql/15/main; rm -r /var/tmp/aside
    systemctl start postgresql@15-main
"""


@pytest.mark.parametrize(
    ("workload", "before", "after", "says"),
    [
        (
            DRIVE,
            "echo theirs > /srv/shared/theirs",
            "rm /srv/shared/theirs",
            "/srv/shared on data-target holds something else already",
        ),
        (
            DATABASE,
            "cd /; runuser -u postgres -- createdb reports",
            "cd /; runuser -u postgres -- dropdb reports",
            "data-target has a database reports already, which this move did not make",
        ),
        (
            DRIVE,
            "mount -t tmpfs -o size=64m tmpfs /srv/shared",
            "umount /srv/shared",
            "data-target has 64.0 MiB free for /srv/shared",
        ),
        (DATABASE, SMALL_CLUSTER, OWN_CLUSTER, "MiB free for PostgreSQL, and reports needs"),
    ],
    ids=["other files", "another database", "small disk for files", "small disk for a database"],
)
def test_a_target_that_will_not_do_is_refused_before_anything_is_done(
    person: Person, workload: str, before: str, after: str, says: str
) -> None:
    with made(person, before, after):
        described = person.says(*person.moving(workload), "--describe")
        said = person.says(*person.moving(workload))
        assert said.code == described.code == 4
        assert says in one_sentence(said)
        assert says in one_sentence(described)
    assert person.move(workload) is None


@pytest.fixture(scope="module")
def ready(person: Person) -> str:
    """A move of the database that waits for its approval."""
    person.must(*person.moving(DATABASE))
    assert person.phase(DATABASE) == "ready"
    move = person.move(DATABASE)
    assert move is not None
    return move.id


def cut_over(move: str) -> list[str]:
    return ["cutover", move, f"--confirm={move}"]


def test_a_cutover_that_nobody_approved_is_refused(person: Person, ready: str) -> None:
    said = person.says(*cut_over(ready))
    assert said.code == 4
    assert "nobody has approved" in one_sentence(said)
    assert f"decant approve {ready}" in said.err
    assert person.phase(DATABASE) == "ready"


@pytest.mark.parametrize(
    ("key", "name", "says"),
    [
        ("stranger.key", "stranger", "the signature is of nobody in allowed_signers"),
        ("stranger.key", APPROVER, "the signature is of nobody in allowed_signers"),
        (f"{OPERATOR}.key", OPERATOR, f"{OPERATOR} started"),
        (f"{OPERATOR}.key", APPROVER, f"that key is {OPERATOR}'s and not {APPROVER}'s"),
    ],
    ids=[
        "a key that nobody allowed",
        "the same as the approver's",
        "the operator",
        "the operator as the approver",
    ],
)
def test_an_approval_with_a_wrong_key_or_by_the_operator_is_refused(
    person: Person, ready: str, key: str, name: str, says: str
) -> None:
    if not (person.root / "stranger.key").exists():
        person.new_key("stranger")
    said = person.says("approve", ready, "--key", key, "--as", name)
    assert said.code == 4
    assert says in one_sentence(said)
    assert person.says(*cut_over(ready)).code == 4
    assert person.phase(DATABASE) == "ready"


def test_a_second_operator_on_the_same_move_is_told_who_is_at_work_since_when(person: Person) -> None:
    first = person.begin(*person.moving(DRIVE))
    first.until(lambda: person.phase(DRIVE) == Phase.SEEDING and person.held(DRIVE), "making the first copy")
    second = person.begin(*person.moving(DRIVE), DECANT_WORKSPACE_OPERATOR="third.person").end()
    first.kill()
    assert second.code == 4
    sentence = one_sentence(second)
    assert f"is held by {OPERATOR}@" in sentence
    assert " since 20" in sentence
    assert "wait until that run ends" in sentence
    person.must("cancel", DRIVE, "--yes")
    assert [left for left in person.residue() if left.startswith("shared_")] == []


def test_a_cutover_before_the_verification_is_refused(person: Person, ready: str) -> None:
    person.approve(ready)
    run = person.begin(*person.moving(DATABASE))
    run.until(lambda: person.phase(DATABASE) == Phase.SYNCING and person.held(DATABASE), "syncing")
    assert not run.kill()
    said = person.says(*cut_over(ready))
    assert said.code == 4
    assert "it is syncing" in one_sentence(said)
    person.must("cancel", ready, "--yes")
    assert person.residue() == []
