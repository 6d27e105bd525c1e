"""What a move of a PostgreSQL database refuses while it only looks: nothing is touched, and the way on is named."""

import pytest
from postgres_drive import MOVER, SOURCE, TARGET, Drive
from test_postgres_move import Before, drive  # noqa: F401 - a fixture

from estate.errors import RefusedError, UsageError

pytestmark = [pytest.mark.practice, pytest.mark.slow]


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("CREATE ROLE odd_clerk LOGIN PASSWORD 'x' CREATEDB", r"odd_clerk \(makes databases, member of"),
        (
            "CREATE ROLE odd_owner; CREATE ROLE odd_clerk LOGIN PASSWORD 'y' IN ROLE odd_owner",
            r"odd_clerk \(password\)",
        ),
        ("CREATE ROLE odd_owner SUPERUSER", r"odd_owner \(superuser\)"),
    ],
)
def test_a_role_that_is_there_with_other_rights(drive: Drive, there: str, said: str) -> None:  # noqa: F811
    before = Before(drive)
    drive.sql(TARGET, there, "postgres")
    with pytest.raises(RefusedError, match=said) as refused:
        MOVER.describe(drive.ctx)
    assert "make them alike" in refused.value.remedy
    before.serves_as_before(drive)


def test_roles_that_are_alike_are_no_hindrance(drive: Drive) -> None:  # noqa: F811
    drive.sql(TARGET, "CREATE ROLE odd_owner; CREATE ROLE odd_clerk LOGIN IN ROLE odd_owner", "postgres")
    stored = drive.sql(SOURCE, "SELECT rolpassword FROM pg_authid WHERE rolname = 'odd_clerk'", "postgres")
    drive.sql(TARGET, f"ALTER ROLE odd_clerk PASSWORD '{stored}'", "postgres")
    assert MOVER.describe(drive.ctx).method == "logical replication"
    made = [line for line in MOVER.describe(drive.ctx).lasting if "with the roles" in line]
    assert not made


def test_an_extension_that_the_target_lacks(drive: Drive) -> None:  # noqa: F811
    folder = "$(pg_config --sharedir)/extension"
    drive.shell(
        SOURCE,
        f"""echo "default_version = '1.0'" > {folder}/of_ours.control; echo > {folder}/of_ours--1.0.sql""",
    )
    drive.sql(SOURCE, "CREATE EXTENSION of_ours")
    try:
        with pytest.raises(RefusedError, match=r"lacks the extension.* of_ours"):
            MOVER.describe(drive.ctx)
    finally:
        drive.sql(SOURCE, "DROP EXTENSION of_ours")
        drive.shell(SOURCE, f"rm -f {folder}/of_ours*")


def test_a_locale_that_the_target_lacks(drive: Drive) -> None:  # noqa: F811
    """What it has is asked of its own `locale`: here one that knows no other than C."""
    drive.shell(
        TARGET,
        "printf '#!/bin/sh\\necho C\\necho POSIX\\n' > /usr/local/bin/locale; chmod +x /usr/local/bin/locale",
    )
    try:
        with pytest.raises(RefusedError, match="lacks the locale"):
            MOVER.describe(drive.ctx)
    finally:
        drive.shell(TARGET, "rm /usr/local/bin/locale")


def test_a_target_that_is_the_source_under_another_name(drive: Drive) -> None:  # noqa: F811
    drive.links[TARGET] = drive.ctx.source
    with pytest.raises(RefusedError, match=f"{SOURCE} and {TARGET} are one PostgreSQL server"):
        MOVER.describe(drive.ctx)


def test_a_disk_that_the_held_back_log_could_fill(drive: Drive) -> None:  # noqa: F811
    drive.settings = {"slot_cap_mib": 10**9}
    with pytest.raises(RefusedError, match=f"{SOURCE} has .* where it keeps its write-ahead log") as refused:
        MOVER.describe(drive.ctx)
    assert "slot_cap_mib" in refused.value.remedy
    drive.settings = {"slot_cap_mib": 10**9, "method": "dump"}
    assert MOVER.describe(drive.ctx).method.startswith("dump")


def test_a_server_that_is_too_old_to_be_asked(drive: Drive) -> None:  # noqa: F811
    """What it is, it says itself: here a client stands in whose server knows nothing newer than 9.4."""
    answer = 'grep -q "SHOW server_version_num" && echo 90426 || { echo "ERROR: no such relation" >&2; exit 3; }'
    drive.shell(
        SOURCE, f"printf '#!/bin/sh\\n%s\\n' '{answer}' > /usr/local/bin/psql; chmod +x /usr/local/bin/psql"
    )
    try:
        with pytest.raises(UsageError, match=f"PostgreSQL on {SOURCE} is version 9.4, older than 9.6"):
            MOVER.describe(drive.ctx)
    finally:
        drive.shell(SOURCE, "rm /usr/local/bin/psql")
