"""A council's Windows servers, imported from RVTools and read by nobody, each get a disposition and the tool for it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from estate.records.assessment import Assessment, Disposition
from estate.records.base import Record
from estate.records.facts.listeners import Listener, Listeners
from estate.records.facts.os import Os
from estate.records.facts.runtimes import Runtime, Runtimes
from estate.records.facts.services import Service, Services
from estate.records.facts.shares import Share, Shares
from estate.records.observation import Observation, Outcome
from estate.records.server import Origin, Server, ServerFacts
from estate.records.sighting import Sighting
from estate.records.workload import Workload
from inventory.sources import all_sources
from inventory.sources.base import Request
from migration.assess import MOVING, assess
from migration.case import TELLING_WINDOWS
from migration.overrides import Override
from migration.roles import roles_of
from tests.inventory.sources.exports import workbook
from tests.migration.windows_estate import SERVERS, rows

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)

EXPECTED = {
    "ANY-DC01": ("replatform", "by hand"),
    "ANY-DC02": ("replatform", "by hand"),
    "ANY-SQL01": ("rehost", "Azure Migrate"),
    "ANY-SQL02": ("replatform", "Azure Migrate"),
    "ANY-FS01": ("rehost", "Azure Migrate"),
    "ANY-PRINT01": ("retain", ""),
    "ANY-DHCP01": ("retain", ""),
    "ANY-APP01": ("rehost", "Azure Migrate"),
    "ANY-APP02": ("replatform", "by hand"),
    "ANY-WEB01": ("rehost", "Azure Migrate"),
    "ANY-EXCH01": ("repurchase", "the vendor"),
    "ANY-WSUS01": ("repurchase", "the vendor"),
    "ANY-VEEAM01": ("repurchase", "the vendor"),
    "ANY-VCENTER": ("retire", ""),
    "ANY-TEL01": ("repurchase", "the vendor"),
    "ANY-CA01": ("replatform", "by hand"),
    "ANY-RDS01": ("rehost", "Azure Migrate"),
    "ANY-MISC01": (None, ""),
    "ANY-LNX01": (None, ""),
}


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assessment]:
    """Each server of the export, assessed as an import leaves it: a machine of which nothing inside is known."""
    path: Path = workbook(tmp_path_factory.mktemp("rvtools") / "vmware.xlsx", {"vInfo": rows()})
    seen = [one for one in all_sources()["rvtools"].read(Request(paths=[path])) if isinstance(one, Sighting)]
    found = {}
    for one in seen:
        values = one.model_dump(include=set(Server.model_fields) & set(Sighting.model_fields) - {"id", "source"})
        about = Server.model_validate({**values, "id": one.name, "reached": False, "tried": False, "seen_at": AT})
        about = about.model_copy(update={"origins": {"id": _origin()}})
        machine = Workload(
            id=f"{one.name}/machine/{one.name}", server=one.name, kind="machine", name=one.name, seen_at=AT
        )
        found[one.name] = judged(ServerFacts(about, {}), machine)
    return found


def _origin() -> Origin:
    return Origin(source="rvtools", where="row", at=AT)


def judged(facts: ServerFacts, *workloads: Workload, override: Override | None = None) -> Assessment:
    return assess(facts, workloads, (), override=override, movers=("postgres", "files"), today=TODAY, at=AT)


def test_every_server_of_the_export_is_expected_to_have_an_answer() -> None:
    assert {name for name, _, _ in SERVERS} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_gets_its_disposition_and_its_tool(assessed: dict[str, Assessment], name: str) -> None:
    one = assessed[name]
    assert (one.disposition, one.tool) == EXPECTED[name], one.reasons


def test_what_moves_always_has_a_tool(assessed: dict[str, Assessment]) -> None:
    assert all(one.tool for one in assessed.values() if one.disposition in MOVING)


def test_what_only_a_name_or_a_note_says_has_to_be_confirmed(assessed: dict[str, Assessment]) -> None:
    for name in ("ANY-DC01", "ANY-PRINT01", "ANY-EXCH01", "ANY-TEL01", "ANY-CA01", "ANY-VCENTER"):
        assert any("confirm that it is" in condition for condition in assessed[name].conditions), name
    assert "only its name says so" in " ".join(assessed["ANY-DC01"].conditions)
    assert "only its notes say so" in " ".join(assessed["ANY-TEL01"].conditions)
    assert "only its name and its notes say so" in " ".join(assessed["ANY-DC02"].conditions)
    assert "its notes say 'Domain controller'" in " ".join(assessed["ANY-DC02"].reasons)
    assert any("seems to be a domain controller" in reason for reason in assessed["ANY-DC01"].reasons)


def test_nothing_that_nobody_read_is_called_ready(assessed: dict[str, Assessment]) -> None:
    assert {one.readiness for one in assessed.values()} <= {"unknown", "not ready"}
    for one in assessed.values():
        assert any("decant discover" in condition for condition in one.conditions), one.server


def test_a_domain_controller_is_built_anew_and_never_copied(assessed: dict[str, Assessment]) -> None:
    assert any("then demote this one" in condition for condition in assessed["ANY-DC02"].conditions)


def test_a_system_of_no_known_release_is_unknown_with_a_plain_reason(assessed: dict[str, Assessment]) -> None:
    assert any("its version is not known" in reason for reason in assessed["ANY-MISC01"].reasons)


def test_an_override_of_an_unfit_disposition_still_has_a_tool(assessed: dict[str, Assessment]) -> None:
    server = Server(
        id="dc", address=None, reached=False, tried=False, seen_at=AT, os_id="windows-server", os_version="2022",
        origins={"id": _origin()},
    )  # fmt: skip
    decided = Override(server="dc", disposition=Disposition.REHOST, reason="test", who="jsmith")
    assert judged(ServerFacts(server, {}), override=decided).tool == "Azure Migrate"


def read(version: str = "2022", name: str = "app1", **facts: Record) -> ServerFacts:
    """A Windows server all of whose telling facts were read."""
    known = {"os": Os(hostname=name, id="windows-server", version_id=version), **facts}
    seen = {
        fact: Observation(server=name, fact=fact, outcome=Outcome.ABSENT, at=AT)
        for fact in (*TELLING_WINDOWS, "packages")
    }
    seen |= {
        fact: Observation(
            server=name, fact=fact, outcome=Outcome.KNOWN, payload=one.model_dump(mode="json"), at=AT
        )
        for fact, one in known.items()
    }
    about = {"os_id": "windows-server", "os_version": version, "owner": "ICT", "cpus": 2, "memory_bytes": 1 << 33}
    return ServerFacts(
        Server.model_validate({"id": name, "address": "10.0.0.1", "reached": True, "seen_at": AT, **about}), seen
    )


def services(*names: str) -> Services:
    return Services(
        init="windows", services=tuple(Service(unit=one, active="active", enabled="enabled") for one in names)
    )


def test_a_domain_controller_is_known_by_what_runs_on_it_and_is_not_retired_for_want_of_data() -> None:
    for facts in (
        read(services=services("NTDS", "DHCPServer")),
        read(
            services=services(),
            shares=Shares(shares=(Share(protocol="smb", name="SYSVOL", path="C:\\Windows\\SYSVOL"),)),
        ),
        read(
            services=services(),
            listeners=Listeners(
                listeners=tuple(Listener(protocol="tcp", address="10.0.0.1", port=port) for port in (88, 389, 445))
            ),
        ),
    ):
        found = judged(facts)
        assert (found.disposition, found.tool) == (Disposition.REPLATFORM, "by hand")
        assert not any("confirm" in condition for condition in found.conditions)


def test_a_name_counts_for_nothing_where_the_services_were_read() -> None:
    found = judged(read(name="any-dc07", services=services("W32Time")))
    assert found.disposition is Disposition.RETIRE


@pytest.mark.parametrize(
    ("name", "is_controller"),
    [
        ("ANYDC02", True),
        ("any-dc1", True),
        ("DC1-APP01", False),
        ("dc-web", False),
        ("abcdefghidc", False),
        ("x", False),
    ],
)
def test_of_a_name_the_last_word_tells_the_role(name: str, is_controller: bool) -> None:
    unread = Server(id=name, address=None, reached=False, tried=False, seen_at=AT, os_id="windows-server")
    roles = [one.role.id for one in roles_of(ServerFacts(unread, {}), ())]
    assert ("domain controller" in roles) is is_controller


def test_a_print_server_with_files_of_its_own_is_not_left_behind() -> None:
    facts = read(services=services("LPDSVC"))
    files = Workload(id="app1/files/Scans", server="app1", kind="files", name="Scans", bytes=1, seen_at=AT)
    assert judged(facts).disposition is Disposition.RETAIN
    found = judged(facts, files)
    assert found.disposition is Disposition.REHOST
    assert any("Universal Print" in reason for reason in found.against)


def test_an_old_runtime_is_upgraded_where_it_is_and_an_old_database_is_left() -> None:
    php = Runtimes(runtimes=(Runtime(name="php", version="7.4.33", path="C:\\PHP"),))
    site = Workload(
        id="app1/website/Intranet", server="app1", kind="website", name="Intranet", bytes=1, seen_at=AT
    )
    found = judged(read(runtimes=php, services=services()), site)
    assert (found.disposition, found.tool) == (Disposition.REHOST, "Azure Migrate")
    assert any("upgrade PHP 7.4" in condition for condition in found.conditions)
    old = Workload(
        id="app1/sqlserver/Housing", server="app1", kind="sqlserver", name="Housing", bytes=1, seen_at=AT,
        detail={"release": "12.0-sp3"},
    )  # fmt: skip
    found = judged(read(services=services()), old)
    assert (found.disposition, found.tool) == (Disposition.REPLATFORM, "by hand")
