"""What databases and hosts may answer: anything at all ends as a stated outcome, and no error carries a value."""

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import UnreachableError
from estate.records.facts.postgresql import PostgresCluster, PostgresDatabase, Postgresql
from estate.records.host import Host
from estate.records.observation import Outcome
from estate.records.personal import PersonalData
from estate.records.server import ServerFacts
from estate.transport.base import Result
from inventory.personal import judge
from inventory.personal.databases import Database, look
from inventory.personal.files import Tree
from inventory.personal.files import look as look_at_files
from inventory.personal.sample import Limits
from inventory.personal.search import search, sources
from inventory.personal.shell import Shell
from tests.inventory.estates import server
from tests.inventory.personal import forms

HOST = Host(name="db", address="10.0.0.1", user="root")


class Answers:
    """A transport to a host that answers as it is told; `{word}` becomes the word of the script's marks."""

    host = "db"

    def __init__(self, answer: Callable[[str], bytes]) -> None:
        self._answer = answer
        self.asked: list[Sequence[str]] = []

    def run(
        self, argv: Sequence[str], stdin: bytes | None = None, timeout: float = 60, limit: int = 1 << 25
    ) -> Result:
        self.asked.append(argv)
        text = (stdin or b"").decode("utf-8", "replace")
        found = re.search(r"decant-[0-9a-f]{32}", text)
        word = found[0] if found else "none"
        return Result(0, self._answer(text).replace(b"{word}", word.encode()), b"", 0.1)

    def close(self) -> None:
        """Nothing is open."""


def database(engine: str = "postgres") -> Database:
    return Database(f"db/{engine}/x", "db", engine, "x", 5432)


@given(
    st.binary(max_size=300),
    st.sampled_from(["begin", "tables", "columns", "end", "table 0", "files", "file 0", "gone"]),
    st.binary(max_size=300),
)
def test_no_answer_breaks_a_look(before: bytes, mark: str, after: bytes) -> None:
    answer = (
        before + b"\n{word} begin\n" + after + b"\n{word} " + mark.encode() + b"\n" + after + b"\n{word} end\n"
    )
    shell = Shell(Answers(lambda _: answer), HOST)
    for engine in ("postgres", "mariadb"):
        assert look(shell, database(engine), Limits()).id == f"db/{engine}/x"
    assert look_at_files(shell, Tree("db/files/x", "db", "/srv/x"), Limits()).id == "db/files/x"


@pytest.mark.parametrize(
    ("said", "outcome", "reason"),
    [
        (b"psql: error: FATAL:  53300: sorry, too many clients already", Outcome.FAILED, "no connection free"),
        (
            b'psql: error: FATAL:  database "x" is not currently accepting connections',
            Outcome.FAILED,
            "accepts no connections",
        ),
        (
            b'psql: error: FATAL:  Peer authentication failed for user "a"',
            Outcome.FAILED,
            "did not let this account in",
        ),
        (b"", Outcome.FAILED, "did not answer"),
    ],
)
def test_a_database_that_refuses_is_said(said: bytes, outcome: Outcome, reason: str) -> None:
    found = look(Shell(Answers(lambda _: b"{word} begin\n" + said + b"\n"), HOST), database(), Limits())
    assert found.outcome is outcome
    assert reason in found.reason


def test_what_a_database_says_of_an_error_is_not_kept() -> None:
    """Its message may quote a value; the code says enough."""

    def answer(text: str) -> bytes:
        if "row_to_json" in text:
            return (
                b'{word} begin\n{"version": 150000, "encoding": "UTF8"}\n{word} tables\n'
                b'{"schema": "s", "name": "t", "kind": "r", "pages": 1, "rows": 5,'
                b' "columns": [{"name": "c", "type": "text"}]}\n'
                b"{word} end\n"
            )
        return (
            b"{word} begin\n{word} table 0\nERROR:  22P02: invalid input: " + forms.NI.encode() + b"\n{word} end\n"
        )

    found = look(Shell(Answers(answer), HOST), database(), Limits())
    assert forms.NI not in found.model_dump_json()
    assert "the server refused it (SQLSTATE 22P02)" in found.model_dump_json()


def test_where_sudo_keeps_what_commands_print_nothing_is_sampled() -> None:
    host = HOST.model_copy(update={"user": "ops", "sudo": "nopasswd"})
    transport = Answers(
        lambda text: b"" if text else b"Matching Defaults entries for ops:\n    log_output, env_reset\n"
    )
    found = _searched(host, lambda _: transport)
    said = next(one for one in found if one.id == "db/postgres/x")
    assert "log_output" in said.reason
    assert said.outcome is Outcome.FAILED
    assert not any("sh" in argv for argv in transport.asked)


def test_a_host_that_cannot_be_reached_is_said_for_each_of_its_sources() -> None:
    def connect(host: Host) -> Answers:
        raise UnreachableError(f"{host.name} does not answer", "see that it is up")

    found = _searched(HOST, connect)
    assert [one.outcome for one in found if one.id == "db/postgres/x"] == [Outcome.FAILED]
    assert "does not answer" in next(one.reason for one in found if one.id == "db/postgres/x")


def test_a_fault_while_values_are_held_leaves_no_value_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise ValueError(f"no sense in {forms.NI}")

    monkeypatch.setattr(judge, "column", fault)
    row = b'["' + forms.NI.encode() + b'"]'

    def answer(text: str) -> bytes:
        if "row_to_json" in text:
            return (
                b'{word} begin\n{"version": 150000, "encoding": "UTF8"}\n{word} tables\n'
                b'{"schema": "s", "name": "t", "kind": "r", "pages": 1, "rows": 5,'
                b' "columns": [{"name": "c", "type": "text"}]}\n'
                b"{word} end\n"
            )
        return b"{word} begin\n{word} table 0\n" + row + b"\n{word} end\n"

    found = _searched(HOST, lambda _: Answers(answer))
    said = next(one for one in found if one.id == "db/postgres/x")
    assert said.reason == "a fault in Decant (ValueError); nothing of the sample was kept"
    assert forms.NI not in "".join(one.model_dump_json() for one in found)


def test_what_a_fact_does_not_know_is_said_and_never_taken_for_nothing() -> None:
    found = _searched(HOST, lambda _: Answers(lambda _: b""))
    unread = {one.id: one.reason for one in found if one.id in ("db/mariadb", "db/files")}
    assert unread == {
        "db/mariadb": "the fact mariadb is not known: never read",
        "db/files": "the fact shares is not known: for the test",
    }


def test_sources_have_the_ids_of_their_workloads() -> None:
    assert [one.id for one in sources(_facts())] == ["db/postgres/x"]


def _facts() -> ServerFacts:
    databases = (
        PostgresDatabase(name="x", owner="o", tables=1),
        PostgresDatabase(name="template1", owner="o", template=True),
        PostgresDatabase(name="postgres", owner="o", tables=0),
    )
    cluster = PostgresCluster(port=5432, version="15", databases=databases)
    return server("db", postgresql=Postgresql(clusters=(cluster,)), unknown={"shares": Outcome.FAILED})


def _searched(host: Host, connect: Callable[[Host], Answers]) -> list[PersonalData]:
    kept: list[PersonalData] = []
    return search([(host, _facts())], connect, kept.extend, Limits())
