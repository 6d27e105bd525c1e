"""What a move of a MariaDB database refuses while it only looks: nothing is touched, and the way on is named."""

import re
from collections.abc import Iterator

import pytest
from mariadb_drive import MOVER, SOURCE, TARGET, Drive

from estate.errors import RefusedError, UsageError
from practice.estate import Estate

pytestmark = [pytest.mark.practice, pytest.mark.slow]

QUAY = "quay"


@pytest.fixture(scope="module")
def quay(estate: Estate) -> Iterator[Drive]:
    """A small database on the source, for all of these: each puts back what it changed."""
    made = Drive(estate, "quay-1", database=QUAY)
    made.sql(SOURCE, f"CREATE DATABASE {QUAY}; CREATE TABLE {QUAY}.boats (id INT PRIMARY KEY)")
    made.sql(
        SOURCE,
        f"CREATE USER 'quay'@'10.99.%' IDENTIFIED BY 'x'; GRANT SELECT, INSERT ON {QUAY}.* TO 'quay'@'10.99.%'",
    )
    yield made
    made.sql(SOURCE, f"DROP DATABASE {QUAY}; DROP USER 'quay'@'10.99.%'")


@pytest.mark.parametrize(
    ("host", "done", "undone", "said", "remedy"),
    [
        (TARGET, "CREATE DATABASE quay", "DROP DATABASE quay", "has a database quay already", "rename or drop it"),
        (
            TARGET,
            "CREATE USER 'quay'@'10.99.%' IDENTIFIED BY 'y'",
            "DROP USER 'quay'@'10.99.%'",
            r"quay@10\.99\.% \(password or limits\)",
            "make them alike",
        ),
        (
            TARGET,
            "CREATE USER 'quay'@'10.99.%' IDENTIFIED BY 'x'; GRANT DELETE ON quay.* TO 'quay'@'10.99.%'",
            "DROP USER 'quay'@'10.99.%'",
            r"quay@10\.99\.% \(rights that it has not",
            "make them alike",
        ),
        (
            SOURCE,
            "GRANT SELECT ON shop.* TO 'quay'@'10.99.%'",
            "REVOKE SELECT ON shop.* FROM 'quay'@'10.99.%'",
            "quay@10.* has rights on quay and on other databases",
            "an account for each database",
        ),
        (
            SOURCE,
            "CREATE USER 'boss'@'%'; GRANT ALL ON *.* TO 'boss'@'%'",
            "DROP USER 'boss'@'%'",
            "boss@% .* may write to every database",
            r"GRANT … ON quay\.\*",
        ),
        (
            SOURCE,
            "CREATE ROLE crew; GRANT INSERT ON quay.* TO crew",
            "DROP ROLE crew",
            "role crew .* has rights on quay",
            "grant them to the accounts themselves",
        ),
        (
            SOURCE,
            "CREATE TABLE quay.hot (i INT); INSERT INTO quay.hot SELECT seq FROM seq_1_to_300000; ANALYZE TABLE quay.hot",
            "DROP TABLE quay.hot",
            "hot of quay has no key and many rows",
            "give it a primary key",
        ),
        (
            SOURCE,
            "CREATE TABLE quay.gone (i INT PRIMARY KEY) ENGINE = MEMORY",
            "DROP TABLE quay.gone",
            r"gone \(MEMORY\) of quay has an engine",
            "ENGINE = InnoDB",
        ),
        (
            SOURCE,
            "CREATE USER nobody_there; CREATE DEFINER = nobody_there VIEW quay.seen AS SELECT 1",
            "DROP VIEW quay.seen; DROP USER nobody_there",
            "lacks the account.* nobody_there@%",
            "change their DEFINER",
        ),
        (
            SOURCE,
            "CREATE EVENT quay.e ON SCHEDULE EVERY 1 DAY DO SELECT 1; SET GLOBAL event_scheduler = ON",
            "DROP EVENT quay.e; SET GLOBAL event_scheduler = OFF",
            "event scheduler is ON on db-legacy and OFF on data-target",
            "set event_scheduler = ON on data-target",
        ),
        (
            SOURCE,
            "XA START 'x'; INSERT INTO quay.boats VALUES (1); XA END 'x'; XA PREPARE 'x'",
            "XA ROLLBACK 'x'",
            "has prepared XA transactions",
            "roll them back",
        ),
    ],
)
def test_what_is_found_on_a_server(quay: Drive, host: str, done: str, undone: str, said: str, remedy: str) -> None:
    try:
        quay.sql(host, done)
        with pytest.raises(RefusedError, match=said) as refused:
            MOVER.describe(quay.ctx)
        assert re.search(remedy, refused.value.remedy)
    finally:
        quay.sql(host, undone)
    assert quay.notes == []


def test_a_restart_that_was_not_allowed(quay: Drive) -> None:
    if quay.sql(SOURCE, "SELECT @@log_bin") == "1":
        quay.shell(SOURCE, "systemctl restart mariadb")
    quay.confirmed = (TARGET,)
    try:
        assert SOURCE in MOVER.describe(quay.ctx).restarts
        with pytest.raises(RefusedError, match="must be restarted once for log_bin") as refused:
            MOVER.prepare(quay.ctx)
        assert refused.value.remedy == f"allow it with --confirm={SOURCE}"
    finally:
        quay.confirmed = (SOURCE, TARGET)
    assert quay.notes == []
    assert quay.sql(SOURCE, "SELECT @@log_bin") == "0"


def test_servers_that_cannot_take_part(quay: Drive) -> None:
    there = dict(quay.links)
    quay.links[TARGET] = quay.ctx.source
    try:
        with pytest.raises(RefusedError, match=f"{SOURCE} and {TARGET} are one MariaDB server"):
            MOVER.describe(quay.ctx)
        quay.links[TARGET], quay.links[SOURCE] = there[SOURCE], there[TARGET]
        with pytest.raises(RefusedError, match="older than"):
            MOVER.describe(quay.ctx)
    finally:
        quay.links.update(there)
    for answer, said in (("8.0.40", "is MySQL 8.0.40"), ("10.3.39-MariaDB", "version 10.3.39, older than 10.5")):
        # What it is, it says itself: here a client stands in whose server says so.
        quay.shell(
            SOURCE,
            f"printf '#!/bin/sh\\nprintf \"@@version\\\\n{answer}\\\\n\"\\n' > /usr/local/bin/mariadb; "
            "chmod +x /usr/local/bin/mariadb",
        )
        try:
            with pytest.raises(UsageError, match=said):
                MOVER.describe(quay.ctx)
        finally:
            quay.shell(SOURCE, "rm /usr/local/bin/mariadb")


def test_a_target_without_room_or_the_collation(quay: Drive) -> None:
    """Its `df` says so, and its client leaves a collation out: what a smaller and an older one would say."""
    quay.shell(
        TARGET, "printf '#!/bin/sh\\necho Avail; echo 1000\\n' >/usr/local/bin/df; chmod +x /usr/local/bin/df"
    )
    try:
        with pytest.raises(RefusedError, match="data-target has 0 MiB free for MariaDB") as refused:
            MOVER.describe(quay.ctx)
        assert "make room there" in refused.value.remedy
    finally:
        quay.shell(TARGET, "rm /usr/local/bin/df")
    quay.shell(
        TARGET,
        "printf '#!/bin/sh\\n/usr/bin/mariadb \"$@\" | sed /^utf8mb4_general_ci$/d\\n' >/usr/local/bin/mariadb; "
        "chmod +x /usr/local/bin/mariadb",
    )
    try:
        with pytest.raises(RefusedError, match=r"lacks the collation.* utf8mb4_general_ci") as refused:
            MOVER.describe(quay.ctx)
        assert "CONVERT TO" in refused.value.remedy
    finally:
        quay.shell(TARGET, "rm /usr/local/bin/mariadb")
