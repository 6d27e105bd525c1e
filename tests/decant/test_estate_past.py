"""The estate's past: what changed, what is forgotten, what is too old to be kept."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from estate.records.plan import Plan
from estate.records.server import Server
from estate.records.workload import Workload
from estate.store import Store, sqlite_url
from tests.decant.face import decant
from tests.decant.listed import imported, made, servers
from tests.decant.published import held
from tests.inventory.sources.exports import machine, workbook


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return made(tmp_path)


def test_changes_between_two_days(workspace: Path) -> None:
    imported(workspace)
    store = Store.open(sqlite_url(workspace / ".decant" / "estate.db"))
    _backdate(store, "2026-01-10T09:00:00+00:00")
    workbook(workspace / "vmware.xlsx", {"vInfo": [machine(1, CPUs=8), machine(2), machine(9)]})
    assert decant("import", "rvtools", "vmware.xlsx", at=workspace).code == 0
    store.retire(Workload, ["other/machine/other"])
    store.close()
    said = decant("estate", "changes", "--since", "2026-02-01", "--json", at=workspace)
    found = {(one["id"], one["what"], one["field"]) for one in held(said.json, "estate changes")["changes"]}
    assert ("srv00001", "changed", "cpus") in found
    assert ("srv00009", "appeared", "") in found
    assert ("other/machine/other", "gone", "") in found
    assert not any(name == "other" and what == "changed" for name, what, _ in found)
    earlier = decant(
        "estate", "changes", "--since", "2026-01-01", "--until", "2026-01-31", "--json", at=workspace
    ).json
    assert {one["what"] for one in earlier["changes"]} == {"appeared"}
    assert "srv00009" not in {one["id"] for one in earlier["changes"]}
    wrong = decant("estate", "changes", "--since", "2026-02-01", "--until", "2026-01-01", at=workspace)
    assert wrong.code == 2


def test_changes_between_two_times_of_one_day(workspace: Path) -> None:
    store = Store.open(sqlite_url(workspace / ".decant" / "estate.db"))
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def keep(hour: int, *jobs: Workload) -> None:
        """What a look at that hour of the day finds."""
        before = {one.id for one in store.all(Workload)}
        store.put(*jobs)
        store.retire(Workload, before - {one.id for one in jobs})
        _backdate(store, f"2026-03-02T{hour:02}:00:00+00:00", later_than="2026-03-03")

    def job(name: str, **more: Any) -> Workload:
        return Workload(
            id=f"web/schedule/{name}",
            server="web",
            kind="schedule",
            name=name,
            seen_at=at,
            **{"owner": "A", **more},
        )

    keep(9, job("nightly"), job("digest"), job("os", os_owned=True))
    keep(11, job("nightly", owner="B"), job("export"), job("short"))
    keep(13, job("nightly", owner="B", bytes=1), job("export", bytes=1))
    store.close()

    def seen(*words: str) -> dict[tuple[str, str, str], str]:
        said = decant("estate", "changes", *words, "--json", at=workspace)
        assert said.code == 0, said.err
        return {
            (one["id"].rpartition("/")[2], one["what"], one["field"]): one["at"][11:16]
            for one in said.json["changes"]
            if one["kind"] == "workload" and one["field"] != "bytes"
        }

    day = ("--since", "2026-03-02T10:00", "--until", "2026-03-02 15:00")
    assert seen(*day) == {
        ("digest", "gone", ""): "11:00",
        ("short", "gone", ""): "13:00",
        ("export", "appeared", ""): "11:00",
        ("nightly", "changed", "owner"): "11:00",
    }
    assert ("os", "gone", "") in seen(*day, "--all")
    assert seen("--since", "yesterday") == {}
    wrong = decant("estate", "changes", "--since", "Tuesday", at=workspace)
    assert (wrong.code, "neither a day nor a time" in wrong.err) == (2, True)


def _backdate(store: Store, moment: str, later_than: str = "") -> None:
    import sqlalchemy as sa

    from estate import schema

    with store.database.write() as connection:
        table = schema.records
        connection.execute(sa.update(table).where(table.c.stored_at > later_than).values(stored_at=moment))


def test_forgetting_leaves_no_byte_of_a_server_in_the_store(workspace: Path) -> None:
    imported(workspace)
    assert decant("assess", at=workspace).code == 1
    assert decant("plan", at=workspace).code in (0, 1)
    assert decant("systems", "propose", at=workspace).code == 0
    refused = decant("estate", "forget", "other", at=workspace)
    assert refused.code == 4
    assert "--confirm=other" in refused.err
    assert decant("estate", "forget", "other", "--confirm", "oter", at=workspace).code == 4
    assert "other" in servers(workspace)
    state = workspace / ".decant"
    assert b"10.9.9.9" in b"".join(path.read_bytes() for path in state.glob("estate.db*"))
    said = decant("estate", "forget", "other", "--confirm", "other", at=workspace)
    assert said.code == 0, said.err
    assert "other" not in servers(workspace)
    held_now = b"".join(path.read_bytes() for path in state.glob("estate.db*"))
    assert b"10.9.9.9" not in held_now
    assert b"@SUM(A1)" not in held_now
    store = Store.open(sqlite_url(state / "estate.db"))
    assert store.history(Server, "other") == []
    assert "other/machine" not in "".join(plan.model_dump_json() for plan in store.all(Plan))
    store.close()
    assert decant("evidence", "verify", at=workspace).code == 0
    assert '"estate.forgotten"' in decant("evidence", "export", at=workspace).out
    still = {line.strip(" -") for line in said.out.splitlines()[1:]}
    assert {"plan.toml", "systems.toml", "cmdb.csv"} <= still, "what people wrote is theirs to mend"
    assert "vmware.xlsx" not in still


def test_history_older_than_the_setting_is_removed_at_an_import(workspace: Path) -> None:
    imported(workspace)
    workbook(workspace / "vmware.xlsx", {"vInfo": [machine(1, CPUs=8), machine(2)]})
    assert decant("import", "rvtools", "vmware.xlsx", at=workspace).code == 0
    store = Store.open(sqlite_url(workspace / ".decant" / "estate.db"))
    assert len(store.history(Server, "srv00001")) > 1
    _backdate(store, "2020-01-10T09:00:00+00:00")
    with (workspace / "decant.toml").open("a") as settings:
        settings.write("\n[retention]\ndays = 30\n")
    assert decant("import", "rvtools", "vmware.xlsx", at=workspace).code == 0
    assert len(store.history(Server, "srv00002")) == 1
    assert store.get(Server, "srv00002") is not None, "the newest stays, however old"
    store.close()
    assert '"estate.pruned"' in decant("evidence", "export", at=workspace).out
