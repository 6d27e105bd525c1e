import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import estate
from estate import schema
from estate.errors import DecantError, HeldError, RefusedError, UnreachableError, UsageError
from estate.records.move import Move, Phase, Residue
from estate.records.observation import Observation, Outcome
from estate.records.server import Server
from estate.records.workload import Workload
from estate.store import Store, sqlite_url

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def a_server(name: str, cpus: int = 2) -> Server:
    return Server(id=name, address="10.0.0.1", cpus=cpus, reached=True, seen_at=AT)


def a_workload(identity: str) -> Workload:
    server, _kind, name = identity.split("/", 2)
    return Workload(id=identity, server=server, kind="postgres", name=name, seen_at=AT)


def seen(server: str, fact: str, value: int, minutes: int = 0) -> Observation:
    at = AT + timedelta(minutes=minutes)
    return Observation(server=server, fact=fact, outcome=Outcome.KNOWN, payload={"value": value}, at=at)


def a_move(identity: str, workload: str = "db/postgres/reports") -> Move:
    return Move(
        id=identity, workload=workload, kind="postgres", source="db", target="new", created_at=AT, changed_at=AT
    )


class TestRecords:
    def test_the_newest_of_each_id_is_given_and_older_ones_are_history(self, store: Store) -> None:
        store.put(a_server("b"), a_server("a", cpus=2))
        store.put(a_server("a", cpus=8))
        assert [(s.id, s.cpus) for s in store.all(Server)] == [("a", 8), ("b", 2)]
        assert store.get(Server, "a") == a_server("a", cpus=8)
        assert [s.cpus for s in store.history(Server, "a")] == [2, 8]

    def test_what_is_not_there_is_none(self, store: Store) -> None:
        assert store.get(Server, "nowhere") is None

    def test_a_kind_without_identity_is_a_mistake_of_ours(self, store: Store) -> None:
        with pytest.raises(DecantError, match="keeps no Residue"):
            store.put(Residue(host="a", kind="slot", name="decant_1", at=AT))

    def test_putting_several_is_all_or_none(self, store: Store) -> None:
        with pytest.raises(DecantError):
            store.put(a_server("a"), Residue(host="a", kind="slot", name="decant_1", at=AT))
        assert store.all(Server) == []

    def test_many_writers_at_once_leave_one_newest(self, store: Store) -> None:
        store.put(a_server("a", cpus=99))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: store.put(a_server("a", cpus=n)), range(24)))
        assert len(store.all(Server)) == 1
        assert len(store.history(Server, "a")) == 25


class TestResolving:
    @pytest.fixture(autouse=True)
    def _workloads(self, store: Store) -> None:
        store.put(
            a_workload("db/postgres/reports"), a_workload("db/postgres/shop"), a_workload("old/postgres/shop")
        )

    @pytest.mark.parametrize(
        "text", ["db/postgres/reports", "reports", "postgres/reports", "REPORTS", "DB/postgres/Reports"]
    )
    def test_an_id_or_its_end_will_do(self, store: Store, text: str) -> None:
        assert store.resolve(Workload, text).id == "db/postgres/reports"

    def test_two_that_could_be_meant_are_both_named(self, store: Store) -> None:
        with pytest.raises(UsageError, match=r"more than one workload.*db/postgres/shop, old/postgres/shop"):
            store.resolve(Workload, "shop")

    @pytest.mark.parametrize("text", ["report", "db/postgres/report", "REPORT"])
    def test_a_slip_is_answered_with_what_is_close(self, store: Store, text: str) -> None:
        with pytest.raises(UsageError, match=r"did you mean .*db/postgres/reports"):
            store.resolve(Workload, text)

    def test_of_two_that_differ_in_case_alone_the_very_one_is_meant_or_both_are_named(self, store: Store) -> None:
        store.put(a_workload("db/postgres/Shop"))
        assert store.resolve(Workload, "db/postgres/Shop").id == "db/postgres/Shop"
        assert store.resolve(Workload, "db/postgres/shop").id == "db/postgres/shop"
        with pytest.raises(UsageError, match=r"more than one workload.*db/postgres/Shop, db/postgres/shop"):
            store.resolve(Workload, "DB/postgres/SHOP")

    def test_part_of_a_word_is_not_an_end(self, store: Store) -> None:
        with pytest.raises(UsageError):
            store.resolve(Workload, "ports")


class TestObservations:
    def test_facts_are_the_newest_and_all_are_kept(self, store: Store) -> None:
        store.put(a_server("a"), a_server("b"))
        store.add_observations([seen("a", "cpu", 1), seen("a", "os", 1), seen("b", "cpu", 5)])
        store.add_observations([seen("a", "cpu", 2, minutes=5)])
        facts = store.server_facts("a")
        assert {f: o.payload for f, o in facts.observations.items()} == {"cpu": {"value": 2}, "os": {"value": 1}}
        assert [o.payload for o in store.observations("a", "cpu")] == [{"value": 1}, {"value": 2}]
        assert [f.server.id for f in store.all_server_facts()] == ["a", "b"]

    def test_a_server_never_heard_of_is_a_question_back(self, store: Store) -> None:
        store.put(a_server("db-legacy"))
        with pytest.raises(UsageError, match="did you mean db-legacy"):
            store.server_facts("db-legcy")


class TestMoves:
    def test_a_workload_has_one_move_under_way(self, store: Store) -> None:
        store.create_move(a_move("m1"))
        with pytest.raises(RefusedError, match="has the move m1 under way"):
            store.create_move(a_move("m2"))
        store.update_move("m1", 1, phase=Phase.CANCELLED)
        store.create_move(a_move("m2"))
        assert store.move("reports").id == "m2"
        assert store.move("m1").phase is Phase.CANCELLED

    def test_an_older_epoch_changes_nothing(self, store: Store) -> None:
        store.create_move(a_move("m1"))
        store.update_move("m1", 3, note="three")
        with pytest.raises(RefusedError, match="epoch 3 took over"):
            store.update_move("m1", 2, note="two")
        assert store.move("m1").note == "three"

    def test_a_taken_lease_refuses_the_older_holder_before_the_newer_one_wrote(self, store: Store) -> None:
        store.create_move(a_move("m1"))
        older = store.acquire_lease("move:m1", "first", 0.0)
        newer = store.acquire_lease("move:m1", "second", 60.0)
        with pytest.raises(RefusedError, match=f"epoch {newer} took over"):
            store.update_move("m1", older, note="too late")
        assert store.update_move("m1", newer, note="mine").epoch == newer

    def test_a_change_is_validated(self, store: Store) -> None:
        store.create_move(a_move("m1"))
        with pytest.raises(ValueError, match="nonsense"):
            store.update_move("m1", 1, nonsense=True)

    def test_a_move_that_is_not_there(self, store: Store) -> None:
        store.create_move(a_move("m1"))
        with pytest.raises(UsageError, match="did you mean db/postgres/reports"):
            store.move("reprots")
        with pytest.raises(UsageError):
            store.update_move("m9", 1, note="")


class TestLeases:
    def test_the_second_is_told_who_since_when_and_how_it_ends(self, store: Store) -> None:
        store.acquire_lease("move:m", "ann@host:12", 30)
        with pytest.raises(HeldError, match=r"held by ann@host:12 since 20\d\d-.*lapses in (29|30) s"):
            store.acquire_lease("move:m", "bob@host:13", 30)
        held = store.lease_holder("move:m")
        assert held is not None
        assert held[0] == "ann@host:12"

    def test_a_lapsed_one_is_taken_with_a_higher_epoch(self, store: Store) -> None:
        first = store.acquire_lease("k", "a", 0.0)
        assert store.lease_holder("k") is None
        assert store.acquire_lease("k", "b", 30) == first + 1

    def test_one_given_up_can_be_taken_and_its_epoch_never_falls(self, store: Store) -> None:
        first = store.acquire_lease("k", "a", 30)
        store.release_lease("k", first)
        assert store.acquire_lease("k", "b", 30) == first + 1

    def test_a_late_sleeper_can_neither_renew_nor_release_what_another_took(self, store: Store) -> None:
        first = store.acquire_lease("k", "a", 0.0)
        second = store.acquire_lease("k", "b", 30)
        with pytest.raises(RefusedError, match=f"epoch {second}"):
            store.renew_lease("k", first, 30)
        store.release_lease("k", first)
        assert store.lease_holder("k") is not None

    def test_a_lapsed_one_that_nobody_took_can_still_be_renewed(self, store: Store) -> None:
        first = store.acquire_lease("k", "a", 0.0)
        store.renew_lease("k", first, 30)
        assert store.lease_holder("k") is not None

    def test_of_many_at_once_one_gets_it(self, store: Store) -> None:
        def attempt(n: int) -> bool:
            try:
                store.acquire_lease("k", f"h{n}", 30)
            except HeldError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(attempt, range(16))) == 1


OPEN_AND_PUT = """
import sys
from datetime import UTC, datetime
from estate.records.server import Server
from estate.store import Store
store = Store.open(sys.argv[1])
store.put(Server(id=sys.argv[2], address="10.0.0.1", reached=True, seen_at=datetime.now(UTC)))
"""


class TestOpening:
    def test_processes_that_make_the_store_together_all_succeed(self, url: str) -> None:
        runs = [
            subprocess.Popen([sys.executable, "-c", OPEN_AND_PUT, url, f"s{n}"], stderr=subprocess.PIPE)
            for n in range(8)
        ]
        assert [(run.wait(), run.stderr.read() if run.stderr else b"") for run in runs] == [(0, b"")] * 8
        assert len(Store.open(url).all(Server)) == 8

    def test_the_migrations_make_what_the_schema_says(self, store: Store) -> None:
        with store.database.read() as connection:
            found = compare_metadata(MigrationContext.configure(connection), schema.metadata)
        assert found == []

    def test_the_schema_version_is_the_newest_migration(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(estate.__file__).parent / "migrations"))
        assert ScriptDirectory.from_config(config).get_current_head() == schema.VERSION

    def test_a_store_of_a_newer_decant_is_refused(self, url: str) -> None:
        store = Store.open(url)
        with store.database.write() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        store.close()
        with pytest.raises(UsageError, match="newer Decant"):
            Store.open(url)

    def test_only_the_owner_may_read_the_files(self, tmp_path: Path) -> None:
        store = Store.open(sqlite_url(tmp_path / "estate.db"))
        store.put(a_server("a"))
        files = list(tmp_path.iterdir())
        assert len(files) >= 2  # with the write-ahead log
        assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}

    @pytest.mark.parametrize("url", ["mysql://h/x", "nonsense", "sqlite://"])
    def test_a_database_that_cannot_serve_is_refused(self, url: str) -> None:
        with pytest.raises(UsageError):
            Store.open(url)

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UnreachableError, match="cannot be opened"):
            Store.open(sqlite_url(tmp_path / "no" / "estate.db"))

    def test_a_server_that_does_not_answer_is_named_without_its_password(self) -> None:
        with pytest.raises(UnreachableError) as caught:
            Store.open("postgresql://u:hunter2@127.0.0.1:1/x")
        assert "hunter2" not in str(caught.value)
        assert "127.0.0.1" in str(caught.value)

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "estate.db").write_text("this is a letter to the council, of more than a hundred bytes" * 9)
        with pytest.raises(DecantError, match="not a database"):
            Store.open(sqlite_url(tmp_path / "estate.db"))

    def test_a_record_that_was_damaged_is_said_not_skipped(self, tmp_path: Path) -> None:
        store = Store.open(sqlite_url(tmp_path / "estate.db"))
        store.put(a_server("a"))
        with sqlite3.connect(tmp_path / "estate.db") as raw:
            raw.execute("UPDATE record SET body = '{}'")
        with pytest.raises(DecantError, match="Server that cannot be read"):
            store.all(Server)


def test_what_is_retired_is_passed_over_and_its_history_stays(tmp_path: Path) -> None:
    store = Store.open(sqlite_url(tmp_path / "estate.db"))
    store.put(a_server("a"), a_server("b"))
    store.retire(Server, ["a", "never-there"])
    assert [server.id for server in store.all(Server)] == ["b"]
    assert store.get(Server, "a") is None
    assert len(store.history(Server, "a")) == 1
    store.put(a_server("a", cpus=4))
    assert [server.cpus for server in store.history(Server, "a")] == [2, 4]
    store.retire(Server, [])
    assert len(store.all(Server)) == 2


@pytest.mark.parametrize("url", ["x://u:notaport", "postgresql://u:notaport/x"])
def test_a_url_whose_port_is_no_number_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageError, match="database URL cannot be read") as wrong:
        Store.open(url)
    assert "notaport" not in wrong.value.what + wrong.value.remedy
    assert wrong.value.__cause__ is None
