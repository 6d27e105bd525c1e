"""The pure parts of the PostgreSQL mover and verifier."""

import hashlib
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from estate.errors import UnfinishedError, UsageError
from estate.records.base import now
from estate.records.host import Host
from estate.records.move import Move
from estate.records.workload import Workload
from estate.transport.local import LocalTransport
from migration.context import Context
from migration.postgres import scram, sql
from migration.postgres.access import to_publisher
from migration.postgres.psql import Server
from migration.postgres.sides import Sides
from migration.postgres.tables import Table
from migration.verify.postgresql import rows

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
LINES = st.binary().map(lambda b: b.replace(b"\0", b""))
SCRIPT = str(files("migration.postgres") / "host" / "hba.sh")
BLOCK = b'local "reports" all reject\n'


def nothing_listens() -> Server:
    here = Host(name="here", address="127.0.0.1", user="root")
    move = Move(
        id="x",
        workload="here/postgres/x",
        kind="postgres",
        source="here",
        target="there",
        created_at=now(),
        changed_at=now(),
    )
    return Server("source", LocalTransport("here"), here, 1, move)


def test_a_statement_that_fails_on_a_host_is_unfinished_work_and_no_fault_of_ours() -> None:
    with pytest.raises(UnfinishedError, match="PostgreSQL on here, database postgres refused a statement"):
        nothing_listens().value("SELECT 1")


def test_a_database_with_an_equals_sign_in_its_name_is_a_name_and_no_connection_string() -> None:
    with pytest.raises(UnfinishedError, match="Is the server running"):
        nothing_listens().value("SELECT 1", "fin=ance")


@pytest.mark.parametrize(("subscriber", "bounded"), [(11, False), (12, True), (15, True)])
def test_what_a_publisher_does_not_acknowledge_is_bounded_where_the_subscribers_libpq_can(
    subscriber: int, bounded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "major", subscriber)
    monkeypatch.setattr(Server, "facts", {"tls": False})
    here = nothing_listens()
    move = here.move.model_copy(update={"source": "localhost"})
    moment = now()
    workload = Workload(
        id=move.workload, server="here", kind="postgres", name="x", detail={"port": 1}, seen_at=moment
    )
    ctx = Context(
        move=move,
        workload=workload,
        source=LocalTransport("here"),
        target=LocalTransport("here"),
        source_host=here.host,
        target_host=here.host,
        progress=lambda step: None,
        record=lambda left: None,
        forget=lambda gone: None,
        known=tuple,
        settings={},
    )
    sides = Sides(ctx)
    said = conninfo_to_dict(to_publisher(sides, sides.flow("forward"), "role"))
    assert said["keepalives_idle"] == "20"
    assert ("tcp_user_timeout" in said) is bounded


@given(NAMES)
def test_an_identifier_reads_back_as_the_name(name: str) -> None:
    quoted = sql.ident(name)
    inner = quoted[1:-1]
    assert (quoted[0], quoted[-1]) == ('"', '"')
    assert '"' not in inner.replace('""', "")
    assert inner.replace('""', '"') == name


@given(NAMES)
def test_a_literal_has_no_quote_that_ends_it_early(value: str) -> None:
    quoted = sql.literal(value)
    escaped = quoted.startswith(" E'")
    inner = quoted.removeprefix(" E")[1:-1].replace("''", "'")
    assert (inner.replace("\\\\", "\\") if escaped else inner) == value
    assert escaped == ("\\" in value)


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_no_identifier_can_hold_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        sql.ident(name)


def test_a_line_of_pg_hba_cannot_be_broken_out_of() -> None:
    assert sql.hba_name('all "of" it') == '"all ""of"" it"'
    with pytest.raises(UsageError):
        sql.hba_name("reports\nhost all all all trust")


def test_no_values_match_nothing() -> None:
    assert sql.literals([]) == "NULL"


@settings(deadline=None, max_examples=30)  # each example runs seven shells
@given(content=LINES, mode=st.sampled_from([0o600, 0o640, 0o644]))
def test_a_block_in_pg_hba_comes_and_goes_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, mode: int
) -> None:
    path = tmp_path_factory.mktemp("hba") / "pg_hba.conf"
    path.write_bytes(content)
    path.chmod(mode)
    for _ in range(2):
        _hba("put", path, BLOCK)
        assert path.read_bytes() == b"# decant_m gate begin\n" + BLOCK + b"# decant_m gate end\n" + content
    _hba("put", path, b"another\n", mark="decant_m access")
    _hba("drop", path, mark="decant_m gate")
    _hba("drop", path, mark="decant_m access")
    _hba("drop", path, mark="decant_m access")
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == mode
    assert list(path.parent.iterdir()) == [path]


def test_a_block_without_its_end_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pg_hba.conf"
    broken = b"# decant_m gate begin\nlocal all all peer\n"
    path.write_bytes(broken)
    done = subprocess.run(
        ["sh", SCRIPT, "drop", path, "decant_m gate"], input=b"", capture_output=True, check=False
    )
    assert done.returncode == 3
    assert path.read_bytes() == broken


def test_a_password_is_stored_as_postgresql_stores_it() -> None:
    one, other = (scram.verifier("pencil", "u", scram=True) for _ in range(2))
    assert one != other
    assert one.startswith("SCRAM-SHA-256$4096:")
    assert "pencil" not in one
    # md5(password || role), as every version before 14 does by default
    assert scram.verifier("pencil", "u", scram=False) == "md5ed89b5022f7767bef4ba6874e3000c1a"


def _table(**changes: object) -> Table:
    fields: dict[str, object] = {
        "schema": "public", "name": "t", "persistence": "p", "identity": "d", "of_extension": False, "bytes": 0,
        "columns": ("a",), "has_key": True, "identity_index": None, "unique_index": None, "incomparable": (),
        "always_triggers": (),
    }  # fmt: skip
    return Table(**{**fields, **changes})  # type: ignore[arg-type]  # a table of the test's own making


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, "DEFAULT"),
        ({"has_key": False}, "FULL"),
        ({"has_key": False, "unique_index": "t_u"}, "USING INDEX t_u"),
        ({"identity": "n"}, "DEFAULT"),
        ({"identity": "n", "has_key": False}, "FULL"),
        ({"identity": "f", "has_key": True}, "FULL"),
        ({"identity": "i", "identity_index": "t_r"}, "USING INDEX t_r"),
        ({"identity": "i", "has_key": False}, "FULL"),
    ],
)
def test_a_published_table_can_always_be_updated(changes: dict[str, object], needed: str) -> None:
    assert _table(**changes).identity_needed == needed


def test_unlogged_tables_and_those_of_extensions_are_not_followed() -> None:
    assert _table().followed
    assert not _table(persistence="u").followed
    assert not _table(of_extension=True).followed


def _rows(*pairs: tuple[str, str]) -> list[dict[str, object]]:
    return [{"key": [key], "row": row} for key, row in pairs]


def _keyed(*key: rows.Column) -> rows.Table:
    return rows.Table("public", "t", ("id", "name"), key, "", logged=True, told=True)


MD5 = hashlib.md5(b"ann@example.org", usedforsecurity=False).hexdigest()
NUMBERED, NAMED = rows.Column("id", "bigint", safe=True), rows.Column("name", "text", safe=True)


def test_rows_are_told_apart_as_changed_missing_and_extra_and_named_by_their_key() -> None:
    found = rows.differing_rows(
        _rows(("1", "a"), ("2", "b"), ("3", "c")), _rows(("1", "a"), ("2", "x"), ("4", "d"), ("5", "e")), 3
    )
    assert found.text(_keyed(NUMBERED)) == (
        "1 row(s) differ (id = 2); 1 row(s) only on the source (id = 3); 2 row(s) only on the target (id = 4; id = 5)"
    )


def test_a_key_that_could_tell_of_a_person_is_named_by_its_digest_and_many_are_counted() -> None:
    found = rows.differing_rows(_rows(("ann@example.org", "a")), [], 1).text(_keyed(NAMED))
    assert found == f"1 row(s) only on the source (md5(name) = {MD5})"
    many = rows.differing_rows(_rows(*((str(n), "a") for n in range(40))), [], 1).text(_keyed(NUMBERED))
    assert many.startswith("40 row(s) only on the source (id = 0; ")
    assert many.endswith(" and 30 more)")


def test_without_a_key_equal_rows_are_counted() -> None:
    found = rows.differing_rows(_rows(("a", "a"), ("a", "a"), ("b", "b")), _rows(("a", "a"), ("c", "c")), 2)
    assert found.text(_keyed()) == "2 row(s) only on the source, 1 only on the target"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))))
def test_equal_sides_differ_in_nothing_whatever_their_order(pairs: list[tuple[str, str]]) -> None:
    assert not rows.differing_rows(_rows(*pairs), _rows(*reversed(pairs)), 1).rows


def test_a_difference_names_no_value_but_the_key() -> None:
    assert "99" not in rows.differing_rows(_rows(("17", "99")), [], 1).text(_keyed(NUMBERED))


@pytest.mark.parametrize(("about", "buckets"), [(0, 1), (999, 1), (1000, 2), (1_000_000, 1024), (10**10, 1 << 17)])
def test_a_table_is_compared_in_as_many_buckets_as_its_rows_ask_for(about: int, buckets: int) -> None:
    assert rows.Table("public", "t", ("a",), (), "", logged=True, told=True, about=about).buckets == buckets


def _hba(action: str, path: Path, lines: bytes = b"", mark: str = "decant_m gate") -> None:
    subprocess.run(["sh", SCRIPT, action, path, mark], input=lines, check=True)
