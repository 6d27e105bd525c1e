"""When a server need not be read again."""

from datetime import timedelta

import pytest

from estate.records.host import Host
from estate.records.observation import Observation, Outcome
from estate.records.server import Server
from inventory.facts.base import NOT_INSTALLED
from inventory.freshness import fresh_since, noted, way_to
from tests.inventory.estates import AT

HOUR = 3600.0
HOST = Host(name="a", address="10.0.0.1", user="ops", jump="gate")
HOSTS = {"a": HOST, "gate": Host(name="gate", address="10.0.0.9")}
LATER = AT + timedelta(minutes=30)


def seen(fact: str, outcome: Outcome = Outcome.KNOWN, reason: str = "") -> Observation:
    return Observation(server="a", fact=fact, outcome=outcome, reason=reason, at=AT)


def read(
    tier: int = 2,
    observations: tuple[Observation, ...] = (seen("os"),),
    before: Server | None = None,
    way: str = "",
    **changes: object,
) -> Server:
    server = Server.model_validate({"id": "a", "address": "10.0.0.1", "reached": True, "seen_at": AT, **changes})
    return noted(server, observations, tier, way or way_to(HOST, HOSTS), before)


def fresh(server: Server | None, tier: int = 2, max_age: float = HOUR, way: str = "") -> bool:
    return fresh_since(server, tier, way or way_to(HOST, HOSTS), max_age, LATER) == AT


def test_a_whole_reading_is_fresh_until_it_is_too_old() -> None:
    assert fresh(read())
    assert not fresh(read(), max_age=29 * 60)
    assert not fresh(None)


def test_a_reading_of_the_future_is_none_to_trust() -> None:
    assert fresh_since(read(), 2, way_to(HOST, HOSTS), HOUR, AT - timedelta(minutes=1)) is None


def test_tier_1_alone_is_not_fresh_where_tier_2_is_wanted() -> None:
    assert fresh(read(tier=1), tier=1)
    assert not fresh(read(tier=1), tier=2)
    assert fresh(read(tier=1, before=read()), tier=2), "tier 2 was read before, and is as recent"


def test_a_server_that_was_not_reached_at_the_last_try_is_not_fresh() -> None:
    before = read()
    lost = Server.model_validate({**before.model_dump(), "reached": False, "unreached_reason": "it is off"})
    assert not fresh(noted(lost, (), 2, way_to(HOST, HOSTS), before))


def test_a_reading_that_failed_in_part_is_not_fresh() -> None:
    assert not fresh(read(observations=(seen("os"), seen("cpu", Outcome.FAILED, "its output was cut off"))))
    assert not fresh(read(observations=()))
    broken = read(tier=1, observations=(seen("cpu", Outcome.FAILED, "cut off"),), before=read())
    assert not fresh(broken, tier=1)
    assert not fresh(broken, tier=2)


def test_what_the_next_reading_would_find_missing_too_does_not_make_it_old() -> None:
    missing = seen("redis", Outcome.FAILED, f"redis-cli {NOT_INSTALLED}")
    closed = seen("sudoers", Outcome.UNREADABLE, "root may read it")
    assert fresh(read(observations=(seen("os"), missing, closed)))


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "10.0.0.2"},
        {"port": 2222},
        {"user": "root"},
        {"key": "file:/other"},
        {"sudo": "nopasswd"},
        {"jump": None},
        {"legacy_ssh": True},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_other_settings_of_the_way_to_it_make_it_old(changes: dict[str, object]) -> None:
    other = Host.model_validate({**HOST.model_dump(), **changes})
    assert not fresh(read(), way=way_to(other, HOSTS))


def test_the_jump_hosts_settings_count_and_whose_server_it_is_does_not() -> None:
    moved = {**HOSTS, "gate": HOSTS["gate"].model_copy(update={"address": "10.0.0.8"})}
    assert way_to(HOST, moved) != way_to(HOST, HOSTS)
    assert way_to(HOST.model_copy(update={"owner": "ICT", "role": "target"}), HOSTS) == way_to(HOST, HOSTS)


def test_settings_that_changed_in_between_make_the_older_tier_old() -> None:
    old = read(way="another way")
    assert not fresh(read(tier=1, before=old), tier=2)
