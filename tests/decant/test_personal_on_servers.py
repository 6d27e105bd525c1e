"""A look for personal data on real servers that hold planted values, and everything that is awkward to read."""

import shutil
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from estate.records.host import Host
from estate.transport.base import Transport
from estate.transport.connect import connect
from estate.transport.privilege import rooted
from inventory.hosts_file import load
from inventory.personal import mariadb, postgres
from inventory.personal.sample import Column, Limits, Table
from inventory.personal.shell import Shell
from practice import spec
from practice.estate import Estate
from tests.decant.face import Said, decant
from tests.decant.published import held
from tests.inventory.personal import forms

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.timeout(600)]

PEOPLE = ", ".join(f"{name} {{text}}" for name in forms.HEADER)
ROW = ", ".join(f"'{value}'" for value in forms.PLANTED)
ODD = "we\"ird :name \\echo 'x"

POSTGRES = f"""
create table people (id serial, {PEOPLE.format(text="text")});
insert into people ({", ".join(forms.HEADER)}) select {ROW} from generate_series(1, 5000);
create table odd (id int, j json, b jsonb, a text[], x xml, raw bytea, big text, empty text);
insert into odd select n, '{{"email": "{forms.EMAIL}"}}', '{{"nhs_number": "{forms.NHS}"}}', array['{forms.EMAIL}', null],
  '<a><email>{forms.EMAIL}</email></a>', '\\x00ff', case when n = 1 then repeat('a', 250000000) end, ''
  from generate_series(1, 20) n;
create table "{ODD.replace('"', '""')}" ("e:mail" text, "new
line" text);
insert into "{ODD.replace('"', '""')}" select '{forms.EMAIL}', '{forms.EMAIL}' from generate_series(1, 5);
create table parts (id int, email text) partition by range (id);
create table parts_1 partition of parts for values from (0) to (100);
insert into parts select n, '{forms.EMAIL}' from generate_series(1, 50) n;
create table nothing ();
create table locked (email text);
create view seen as select * from people;
"""  # noqa: S608 - planted by the test
MARIADB = f"""
create database planted; use planted;
create table people (id int auto_increment primary key, {PEOPLE.format(text="varchar(200)")});
insert into people ({", ".join(forms.HEADER)}) select {ROW} from seq_1_to_3000;
create table `odd ``name` (email varchar(80) character set latin1, j json, raw blob, `new
line` text);
insert into `odd ``name` select '{forms.EMAIL}', '{{"dob": "{forms.BORN}"}}', x'00ff', 'caf\\'e\\n\\t' from seq_1_to_30;
create table huge (id int primary key, big longtext);
create table locked (email varchar(80)); insert into locked values ('x');
create view seen as select * from people;
"""  # noqa: S608 - planted by the test
ASCII = f"""
create table t (email text);
insert into t select E'\\xe9\\xff {forms.EMAIL}' from generate_series(1, 20)
"""  # noqa: S608 - the same
HUGE = "insert into huge select seq, repeat('a', 15000000) from seq_1_to_3; analyze table huge"


@dataclass(frozen=True)
class Planted:
    estate: Estate
    hosts: dict[str, Host]

    def link(self, name: str) -> Transport:
        return connect(self.hosts[name], self.hosts, self.estate.known_hosts)

    def root(self, host: str, argv: list[str], stdin: str | bytes = b"", timeout: float = 120) -> bytes:
        link = self.link(host)
        data = stdin.encode() if isinstance(stdin, str) else stdin
        try:
            return rooted(link, self.hosts[host]).run(argv, data, timeout).must(" ".join(argv)).stdout
        finally:
            link.close()

    def psql(self, database: str, sql: str) -> None:
        self.root(
            "db-legacy",
            ["runuser", "-u", "postgres", "--", "psql", "-qXv", "ON_ERROR_STOP=1", "-d", database],
            sql,
        )


@pytest.fixture(scope="module")
def planted(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    path = tmp_path_factory.mktemp("planted") / "hosts.toml"
    path.write_text(estate.hosts_toml())
    there = Planted(estate, load(path))
    there.psql("postgres", "create database planted")
    there.psql(
        "postgres", "create database ascii encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0"
    )
    there.psql("planted", POSTGRES)
    there.psql("ascii", ASCII)
    there.root("db-legacy", ["mariadb"], MARIADB)
    there.root("db-legacy", ["mariadb", "planted"], HUGE)
    folder = f"{spec.SHARED_TREE}/planted"
    there.root("files-legacy", ["mkdir", "-p", folder])
    for kind, data in forms.FORMS.items():
        there.root("files-legacy", ["sh", "-c", f"cat >{folder}/case.{kind}"], data)
    there.root("files-legacy", ["mkfifo", f"{folder}/pipe.csv"])
    there.root("files-legacy", ["ln", "-s", "..", f"{folder}/loop"])
    try:
        yield there
    finally:
        there.root("files-legacy", ["rm", "-rf", folder])
        there.root("db-legacy", ["mariadb", "-e", "drop database planted"])
        there.psql("postgres", "drop database planted; drop database ascii")


@pytest.fixture(scope="module")
def looked(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said, float]:
    """The workspace after a look as the operator, while two tables are locked."""
    root = workspace(planted, tmp_path_factory.mktemp("look") / "anytown")
    locks = [
        threading.Thread(target=planted.psql, args=("planted", "begin; lock table locked; select pg_sleep(60)")),
        threading.Thread(
            target=planted.root,
            args=("db-legacy", ["mariadb", "planted", "-e", "lock tables locked write; select sleep(60)"]),
        ),
    ]
    for lock in locks:
        lock.start()
    time.sleep(1)
    begun = time.time()
    said = look(planted, root)
    for lock in locks:
        lock.join()
    return root, said, begun


def workspace(planted: Planted, root: Path, **changes: str) -> Path:
    assert decant("init", str(root), at=root.parent).code == 0
    text = planted.estate.hosts_toml()
    for old, new in changes.items():
        text = text.replace(old, new)
    (root / "hosts.toml").write_text(text)
    shutil.copy(planted.estate.known_hosts, root / ".decant" / "known_hosts")
    return root


def look(planted: Planted, root: Path) -> Said:
    words = ("discover", "--personal-data", "db-legacy", "files-legacy", "--json")
    return decant(*words, at=root, within=planted.estate.command([]), timeout=280)


def kinds(said: Said, source: str) -> dict[str, set[str]]:
    found = next(one for one in said.json["personal_data"] if one["id"] == source)
    return {place["where"]: {one["kind"] for one in place["found"]} for place in found["places"]}


def passed(said: Said, source: str) -> dict[str, str]:
    found = next(one for one in said.json["personal_data"] if one["id"] == source)
    return {left["what"]: left["reason"] for left in found["not_looked_at"]}


def test_every_planted_kind_is_found_in_both_databases_and_in_every_form_of_file(
    looked: tuple[Path, Said, float],
) -> None:
    _, said, _ = looked
    assert said.code == 0, said.err
    held(said.json, "discover")
    for source, table in (
        ("db-legacy/postgres/planted", "public.people"),
        ("db-legacy/mariadb/planted", "people"),
    ):
        found = kinds(said, source)
        assert set().union(*(found[f"{table}.{name}"] for name in forms.HEADER)) >= forms.KINDS, source
    found = kinds(said, "files-legacy/files/shared")
    folder = f"{spec.SHARED_TREE}/planted/**"
    assert {where: kinds for where, kinds in found.items() if kinds >= forms.KINDS} == {
        f"{folder}/*.{kind}": found[f"{folder}/*.{kind}"] for kind in forms.FORMS
    }


def test_what_the_estate_holds_is_found_and_the_shop_is_too(looked: tuple[Path, Said, float]) -> None:
    found = kinds(looked[1], "db-legacy/postgres/reports")
    assert {
        "public.residents.email": {"email"},
        "public.residents.phone": {"telephone"},
        "public.residents.date_of_birth": {"date_of_birth"},
        "public.residents.ni_number": {"ni_number"},
        "public.residents.postcode": {"postcode"},
    }.items() <= found.items()
    known = {"residents", "report_notes.author", "wards.councillors"}
    assert all(any(name in where for name in known) for where in found), found
    assert kinds(looked[1], "db-legacy/mariadb/shop").keys() == {
        "customers.name",
        "customers.email",
        "customers.postcode",
    }


def test_what_is_awkward_is_read_or_said(looked: tuple[Path, Said, float]) -> None:
    _, said, _ = looked
    found, left = (of(said, "db-legacy/postgres/planted") for of in (kinds, passed))
    assert found["public.odd.j"] == found["public.odd.a"] == found["public.odd.x"] == {"email"}
    assert found["public.odd.b"] == {"nhs_number"}
    assert found["public.parts.email"] == {"email"}
    assert sum("ird :name" in where for where in found) == 2
    assert left["table public.locked"] == "it was locked"
    assert left["values"] == "too large on the server's disk"
    assert left["views"]
    assert kinds(said, "db-legacy/postgres/ascii") == {"public.t.email": {"email"}}
    found, left = (of(said, "db-legacy/mariadb/planted") for of in (kinds, passed))
    assert found["odd `name.email"] == {"email"}
    assert found["odd `name.j"] == {"date_of_birth"}
    assert left.get("table locked") == "it was locked", left
    assert left.get("values") == "too large on the server's disk" or "too long" in left["table huge"]
    assert passed(said, "files-legacy/files/shared")["pipes, sockets and devices"] == "not opened"


def test_no_planted_value_is_in_any_file_that_decant_wrote_nor_in_what_it_said(
    looked: tuple[Path, Said, float], planted: Planted
) -> None:
    root, said, begun = looked
    show = decant("estate", "show", "db-legacy", "--json", at=root)
    report = decant("report", "--json", at=root)
    assert (show.code, report.code) == (0, 0), report.err
    written = [path for path in root.parent.rglob("*") if path.is_file()]
    assert any(path.name == "estate.db" for path in written)
    assert any(path.suffix == ".html" for path in written)
    printed = (said.out + said.err + show.out + report.out).encode()
    # What the hosts themselves wrote meanwhile, but for the places where the values were planted.
    own = ("var/lib/postgresql/", "var/lib/mysql/", "srv/shared/")
    for name in ("db-legacy", "files-legacy"):
        upper = planted.estate.folder / "hosts" / name / "upper"
        there = [path for path in upper.rglob("*") if path.is_file() and not path.is_symlink()]
        written += [
            path
            for path in there
            if path.stat().st_mtime >= begun and not str(path.relative_to(upper)).startswith(own)
        ]
    for planted_value in forms.PLANTED:
        for spelt in forms.spellings(planted_value):
            assert spelt not in printed, planted_value
            for path in written:
                assert spelt not in path.read_bytes(), (path, planted_value)


def test_the_drafts_are_toml_and_show_what_was_found(looked: tuple[Path, Said, float]) -> None:
    drafts = {path.name: tomllib.loads(path.read_text()) for path in (looked[0] / "processing").iterdir()}
    draft = drafts["db-legacy-postgres-reports.toml"]
    assert "dates of birth" in draft["data"]["categories"]
    assert "residents" in draft["people"]["to_be_confirmed"]
    assert draft["security"]["encrypted_connections"]
    assert "files-legacy-files-shared.toml" in drafts


def test_an_account_without_sudo_is_told_which_right_it_lacks(planted: Planted, tmp_path: Path) -> None:
    changes = {f'user = "{spec.OPERATOR}"': f'user = "{spec.VIEWER}"', 'sudo = "nopasswd"': 'sudo = "none"'}
    said = look(planted, workspace(planted, tmp_path / "anytown", **changes))
    found = {one["id"]: one for one in said.json["personal_data"]}
    for source in ("db-legacy/postgres", "db-legacy/mariadb"):
        assert found[source]["outcome"] == "unreadable"
        assert found[source]["privilege"]
    assert found["files-legacy/files/shared"]["outcome"] in ("unreadable", "known")


def test_an_account_whose_sudo_wants_a_password_sees_the_same(
    planted: Planted, looked: tuple[Path, Said, float], tmp_path: Path
) -> None:
    password = planted.estate.password_file(spec.ENGINEER)
    changes = {
        f'user = "{spec.OPERATOR}"': f'user = "{spec.ENGINEER}"',
        'sudo = "nopasswd"': f'sudo = "password"\nsudo_password = "file:{password}"',
    }
    said = look(planted, workspace(planted, tmp_path / "anytown", **changes))
    for source in ("db-legacy/postgres/reports", "db-legacy/mariadb/shop", "files-legacy/files/shared"):
        assert kinds(said, source) == kinds(looked[1], source)


def test_a_table_that_went_is_said(planted: Planted) -> None:
    link = planted.link("db-legacy")
    shell = Shell(link, planted.hosts["db-legacy"])
    gone = Table("public", "gone", (Column("email", "text"),))
    [one] = postgres._Session(shell, 5432, "planted", Limits()).rows([gone])
    assert one.reason == "it went while it was looked at"
    [other] = mariadb._Session(shell, "planted", Limits()).rows([Table("", "gone", gone.columns)])
    assert other.reason == "it went while it was looked at"
    link.close()
