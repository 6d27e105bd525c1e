"""What is on Windows is assessed as the rest, and moved by nobody but a person."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from estate.records.assessment import Assessment, Disposition
from estate.records.facts.filesystems import Filesystem, Filesystems
from estate.records.facts.os import Os
from estate.records.facts.packages import Packages
from estate.records.facts.shares import Shares
from estate.records.observation import Observation, Outcome
from estate.records.server import Server, ServerFacts
from estate.records.workload import Kind, Workload
from migration.assess import assess
from migration.case import TELLING_WINDOWS
from migration.plan import Estate
from tests.migration.proposing import propose

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
MOVERS = ("postgres", "files")


def server(version: str, unread: str = "") -> ServerFacts:
    """A Windows server all of whose telling facts were read, but one."""
    system = Os(hostname="app1", id="windows-server", version_id=version)
    known = {"os": system, "packages": Packages(manager="windows", packages=())}
    seen = {name: Observation(server="app1", fact=name, outcome=Outcome.ABSENT, at=AT) for name in TELLING_WINDOWS}
    seen |= {
        name: Observation(
            server="app1", fact=name, outcome=Outcome.KNOWN, payload=payload.model_dump(mode="json"), at=AT
        )
        for name, payload in known.items()
    }
    if unread:
        seen[unread] = Observation(
            server="app1", fact=unread, outcome=Outcome.FAILED, reason="for the test", at=AT
        )
    about = {"os_id": "windows-server", "os_version": version, "owner": "Housing", "cpus": 4}
    described = Server.model_validate(
        {"id": "app1", "address": "10.0.0.1", "reached": True, "seen_at": AT, "memory_bytes": 1 << 34, **about}
    )
    return ServerFacts(described, seen)


def workload(kind: Kind, name: str, **detail: str) -> Workload:
    return Workload(
        id=f"app1/{kind}/{name}", server="app1", kind=kind, name=name, bytes=1, detail=dict(detail), seen_at=AT
    )


SHARE = workload("files", "Scans", path="D:\\Scans", protocol="smb")
DATABASE = workload("sqlserver", "Housing", release="12.0-sp3", version="12.0.6024.0")


def judged(facts: ServerFacts, *workloads: Workload) -> Assessment:
    return assess(facts, workloads, (), override=None, movers=MOVERS, today=TODAY, at=AT)


def test_a_supported_server_is_rehosted_with_azure_migrate() -> None:
    found = judged(server("2022"), SHARE)
    assert (found.disposition, found.tool) == (Disposition.REHOST, "Azure Migrate")
    assert found.readiness == "ready with conditions"


def test_one_out_of_support_is_replatformed_and_never_by_decant() -> None:
    found = judged(server("2012-r2"), SHARE)
    assert (found.disposition, found.tool) == (Disposition.REPLATFORM, "Azure Migrate")
    assert any("Azure Migrate bring Windows to a newer release" in condition for condition in found.conditions)


def test_the_support_of_sql_server_is_counted_with_its_service_pack() -> None:
    found = judged(server("2022"), DATABASE)
    assert [(one.product, one.version, one.status) for one in found.support][1:] == [
        ("Microsoft SQL Server", "12.0-sp3", "ended")
    ]


def test_an_empty_server_is_retired_only_where_all_that_tells_was_read() -> None:
    assert judged(server("2022")).disposition is Disposition.RETIRE
    for fact in TELLING_WINDOWS:
        doubtful = judged(server("2022", unread=fact))
        assert doubtful.disposition is not Disposition.RETIRE, fact


@pytest.mark.parametrize("disposition", [Disposition.REPLATFORM, Disposition.REHOST])
def test_a_plan_moves_its_workloads_by_hand_and_to_no_target_of_linux(disposition: Disposition) -> None:
    disk = Filesystem(source="a", type="ext4", mountpoint="/", size_bytes=9, used_bytes=0, available_bytes=9**9)
    payloads = {"filesystems": Filesystems(filesystems=(disk,)), "shares": Shares(shares=())}
    seen = {
        name: Observation(
            server="new", fact=name, outcome=Outcome.KNOWN, payload=one.model_dump(mode="json"), at=AT
        )
        for name, one in payloads.items()
    }
    taker = ServerFacts(Server(id="new", address="10.0.0.9", role="target", reached=True, seen_at=AT), seen)
    assessed = Assessment(server="app1", disposition=disposition, readiness="ready", reasons=("because",), at=AT)
    windows = Estate([server("2022"), taker], [SHARE, DATABASE], [], [assessed], MOVERS)
    moves = [move for wave in propose(windows, AT).waves for move in wave.moves]
    assert {(move.workload, move.how, move.target) for move in moves} == {
        (SHARE.id, "by hand", None),
        (DATABASE.id, "by hand", None),
    }
    linux = replace(
        windows, servers=[ServerFacts(server("2022").server.model_copy(update={"os_id": "debian"}), {}), taker]
    )
    if disposition is Disposition.REPLATFORM:
        on_linux = [move for wave in propose(linux, AT).waves for move in wave.moves]
        assert (SHARE.id, "decant", "new") in {(move.workload, move.how, move.target) for move in on_linux}
