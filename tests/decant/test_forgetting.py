"""What `[retention] days` removes of each kind of record, what stays whatever its age, and where a server is still named."""

import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from decant.app import App
from decant.journeys import forgetting
from decant.journeys.forgetting import keep_within
from decant.journeys.still_named import still_named
from estate import schema
from estate.paths import Workspace
from estate.records.base import Record
from estate.records.move import Move, Phase
from estate.records.observation import Outcome
from estate.records.personal import PersonalData
from estate.records.plan import Conflict, Plan, PlannedMove, Wave
from estate.records.preview import Estimate, Preview
from estate.records.verification import Verification
from tests.decant.face import decant

LONG_AGO = datetime(2020, 1, 10, 9, 0, tzinfo=UTC)
ESTIMATE = Estimate(monthly_gbp=1, priced_at=date(2020, 1, 1), source="a list", lines=())


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    assert decant("init", "anytown", at=tmp_path).code == 0
    with (tmp_path / "anytown" / "decant.toml").open("a") as settings:
        settings.write("\n[retention]\ndays = 30\n")
    app = App(start=tmp_path / "anytown")
    yield app
    app.store.close()


def stored_long_ago(app: App, *things: Record) -> None:
    app.store.put(*things)
    with app.store.database.write() as connection:
        connection.execute(sa.update(schema.records).values(stored_at=LONG_AGO.isoformat()))


def personal(values: int) -> PersonalData:
    return PersonalData(
        id="db/postgres/shop", server="db", source="postgres", name="shop", outcome=Outcome.KNOWN, values=values, at=LONG_AGO
    )  # fmt: skip


def preview(seconds: float) -> Preview:
    return Preview(
        stack="prod", kind="production", settings_sha256="a", resources=(), estimate=ESTIMATE, seconds=seconds, at=LONG_AGO
    )  # fmt: skip


def plan(*staying: str) -> Plan:
    return Plan(id="plan", waves=(), not_moving=dict.fromkeys(staying, "it is retired"), at=LONG_AGO)


@pytest.mark.parametrize(
    ("kind", "name", "versions"),
    [
        (PersonalData, "db/postgres/shop", [personal(1), personal(2)]),
        (Plan, "plan", [plan("db/postgres/shop"), plan()]),
        (Preview, "prod", [preview(1), preview(2)]),
    ],
)
def test_what_was_found_planned_and_previewed_ages_and_its_newest_stays(
    app: App, kind: type[Record], name: str, versions: list[Record]
) -> None:
    stored_long_ago(app, *versions)
    keep_within(app)
    assert app.store.history(kind, name) == [versions[-1]]


def test_what_is_no_longer_there_leaves_nothing_once_it_is_old(app: App) -> None:
    app.store.put(personal(1))
    app.store.retire(PersonalData, ["db/postgres/shop"])
    stored_long_ago(app)
    keep_within(app)
    assert app.store.history(PersonalData, "db/postgres/shop") == []


def move(name: str, phase: Phase, last: str) -> Move:
    return Move(
        id=name, workload=f"db/postgres/{name}", kind="postgres", source="db", target="new", phase=phase,
        verification=last, created_at=LONG_AGO, changed_at=LONG_AGO,
    )  # fmt: skip


def verification(name: str, of: str, at: datetime = LONG_AGO) -> Verification:
    return Verification(
        id=name, move=of, workload=f"db/postgres/{of}", method="rows", agrees=True, checks=(), items=1, frozen=True,
        seconds=1, at=at,
    )  # fmt: skip


def test_of_a_move_that_ended_the_last_comparison_stays_and_of_one_under_way_all(app: App) -> None:
    app.store.create_move(move("ended", Phase.ACCEPTED, "ended.2"))
    app.store.create_move(move("soaking", Phase.SOAKING, "soaking.2"))
    stored_long_ago(
        app,
        *(verification(f"{one}.{number}", one) for one in ("ended", "soaking") for number in (1, 2)),
        verification("gone.1", "gone"),
        verification("ended.0", "ended", datetime.now(UTC)),
    )
    keep_within(app)
    kept = {one.id for one in app.store.all(Verification)}
    assert kept == {"ended.0", "ended.2", "soaking.1", "soaking.2"}
    assert app.store.history(Verification, "ended.1") == []
    assert app.ledger.entries("estate.pruned")[-1].payload["days"] == 30


def test_without_the_setting_all_is_kept(app: App) -> None:
    file = app.workspace.settings
    file.write_text(file.read_text().replace("days = 30", "days = 0"))
    stored_long_ago(app, personal(1), personal(2), verification("gone.1", "gone"))
    assert keep_within(app) == 0
    assert len(app.store.history(PersonalData, "db/postgres/shop")) == 2
    assert len(app.store.all(Verification)) == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Workspace(tmp_path).create()
    return tmp_path


@pytest.mark.parametrize(
    "where",
    [
        *(
            "hosts.toml",
            "plan.toml",
            "overrides.toml",
            "systems.toml",
            "stacks/prod.toml",
            "processing/draft.toml",
        ),
        *(".decant/reports/full.html", ".decant/previews/prod.json", ".decant/known_hosts", ".decant/logs/a.txt"),
        *("estate.svg", "notes/of mine.txt"),
    ],
)
@pytest.mark.parametrize("text", ["db-1", "DB-1", "db-1/postgres/shop", "db-1.council.uk", "[10.0.0.7]:22 x"])
def test_a_file_anywhere_in_the_workspace_that_names_a_server_is_found(
    folder: Path, where: str, text: str
) -> None:
    path = folder / where
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"a\nb {text} c\n")
    assert still_named(Workspace(folder), ["db-1", "10.0.0.7"]).named == (where,)


@pytest.mark.parametrize("text", ["", "db-10", "old-db-1", "db-1_old", "10.0.0.70 110.0.0.7", "db_1"])
def test_another_name_that_holds_it_is_not_it(folder: Path, text: str) -> None:
    (folder / "hosts.toml").write_text(text)
    assert still_named(Workspace(folder), ["db-1", "10.0.0.7"]).named == ()


def test_workbooks_and_what_spreadsheets_write_are_looked_through_too(folder: Path) -> None:
    for name, text in (("with.xlsx", "db-1"), ("without.xlsx", "db-2")):
        book = openpyxl.Workbook()
        book["Sheet"].append([text])
        book.save(folder / name)
    (folder / "le.csv").write_bytes("a,db-1,c".encode("utf-16"))
    (folder / "be.csv").write_bytes("a,db-1,c".encode("utf-16-be"))
    assert still_named(Workspace(folder), ["db-1"]).named == ("be.csv", "le.csv", "with.xlsx")


def test_a_folder_of_that_name_is_named_once_and_the_store_and_git_are_passed_over(folder: Path) -> None:
    for path in ("transcripts/db-1/a.json", "transcripts/db-2/b.json", ".git/config", ".decant/estate.db-wal"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("db-1")
    assert still_named(Workspace(folder), ["db-1"]).named == ("transcripts/db-1/", "transcripts/db-2/b.json")


def test_what_cannot_be_looked_through_is_said_and_nothing_waits_for_a_pipe(folder: Path) -> None:
    (folder / "gone.toml").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    (folder / "piped.toml").symlink_to(folder / "pipe")
    book = openpyxl.Workbook()
    book.save(folder / "broken.xlsx")
    content = bytearray((folder / "broken.xlsx").read_bytes())
    content[60:200] = bytes(140)
    (folder / "broken.xlsx").write_bytes(content)
    found = still_named(Workspace(folder), ["db-1"])
    assert found.named == ()
    assert found.unread == ("broken.xlsx", "gone.toml", "piped.toml")


def test_a_folder_that_a_link_has_elsewhere_is_said_and_one_within_is_looked_through_once(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (folder / "shared").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").write_text("WEB1")
    (folder / "also").symlink_to(folder / "notes")
    found = still_named(Workspace(folder), ["web1"])
    assert (found.named, found.unread) == (("notes/a.txt",), ("shared/",))


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_with_broken_bytes_ends_no_search(folder: Path, packed: int) -> None:
    path = folder / "broken.xlsx"
    with zipfile.ZipFile(path, "w", packed) as parts:
        parts.writestr("a.xml", "hello " * 20)
    whole = path.read_bytes()
    for place in range(len(whole)):
        for byte in (0x00, 0xFF, whole[place] ^ 0x10):
            path.write_bytes(whole[:place] + bytes((byte,)) + whole[place + 1 :])
            assert not still_named(Workspace(folder), ["web1"]).named


def test_a_plan_forgets_a_server_in_its_sentences_too(app: App) -> None:
    moves = (
        PlannedMove(workload="web/website/site", why="proposed together with db/postgres/shop"),
        PlannedMove(workload="web-2/website/site", why="web-db/postgres/shop is another's"),
    )
    held = Plan(
        id="plan",
        waves=(Wave(number=1, name="site", moves=moves),),
        conflicts=(Conflict(rules=("shop leaves db by 1 May 2027", "no window holds more than 1 workload")),),
        changes=("shop leaves db by 1 May 2027: move it", "a window more"),
        at=LONG_AGO,
    )
    app.store.put(held)
    found = forgetting._plan_without(app.store, "db")
    assert found is not None
    assert [move.why for move in found.waves[0].moves] == ["", "web-db/postgres/shop is another's"]
    assert found.conflicts == (Conflict(rules=("no window holds more than 1 workload",)),)
    assert found.changes == ("a window more",)
