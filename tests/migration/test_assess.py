"""What becomes of a server, by readable rules over what is known of it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import UsageError
from estate.records.assessment import Assessment, Disposition
from estate.records.base import Record
from estate.records.dependency import Dependency
from estate.records.facts.listeners import Listener, Listeners
from estate.records.facts.os import Os
from estate.records.facts.packages import Package, Packages
from estate.records.facts.postgresql import PostgresCluster, Postgresql
from estate.records.observation import Observation, Outcome
from estate.records.server import Server, ServerFacts
from estate.records.workload import Workload
from migration.assess import assess, rules
from migration.case import TELLING, case_of
from migration.overrides import Override, load
from policies.rulebook import rule
from policies.rules.base import Context, HostRule

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
OLD = Os(hostname="db1", id="debian", version_id="10", architecture="x86_64")
NEW = Os(hostname="db1", id="debian", version_id="12", architecture="x86_64")
NOTHING_FOUND = dict.fromkeys((*TELLING, "packages"), Outcome.ABSENT)


def facts(
    os: Os | None = NEW,
    found: dict[str, Record] | None = None,
    outcomes: dict[str, Outcome] | None = None,
    **server: Any,
) -> ServerFacts:
    """A server called db1 of which everything was read."""
    known = {**({"os": os} if os else {}), **(found or {})}
    seen = {**NOTHING_FOUND, **(outcomes or {})}
    details = {"owner": "Housing", "cpus": 2, "memory_bytes": 4 * 1024**3, **server}
    return ServerFacts(
        Server(id="db1", address="192.0.2.1", reached=details.pop("reached", True), seen_at=AT, **details),
        {
            name: Observation(
                server="db1",
                fact=name,
                outcome=Outcome.KNOWN if name in known else seen[name],
                payload=known[name].model_dump(mode="json") if name in known else None,
                at=AT,
            )
            for name in {*known, *seen}
        },
    )


def workload(kind: str = "postgres", name: str = "reports", server: str = "db1", **more: Any) -> Workload:
    values = {"bytes": 1000, **more}
    return Workload(id=f"{server}/{kind}/{name}", server=server, kind=kind, name=name, seen_at=AT, **values)


def client(port: int = 5432) -> Dependency:
    return Dependency(id=f"web1>db1:{port}", client="web1", server="db1", port=port, seen_at=AT)


def assessed(
    known: ServerFacts,
    *workloads: Workload,
    dependencies: tuple[Dependency, ...] = (),
    override: Override | None = None,
) -> Assessment:
    return assess(
        known, workloads, dependencies, override=override, movers=["postgres", "files"], today=TODAY, at=AT
    )


def test_a_server_that_nobody_uses_is_retired_and_needs_no_size() -> None:
    found = assessed(facts(), workload("schedule", "logrotate", os_owned=True))
    assert (found.disposition, found.size) == (Disposition.RETIRE, None)
    assert found.readiness == "ready with conditions"


@pytest.mark.parametrize("fact", TELLING)
@pytest.mark.parametrize("outcome", [Outcome.UNREADABLE, Outcome.FAILED])
def test_what_could_not_be_seen_is_never_taken_for_nothing(fact: str, outcome: Outcome) -> None:
    found = assessed(facts(outcomes={fact: outcome}))
    assert found.disposition is None
    assert found.readiness == "unknown"
    assert any(fact in reason for reason in found.reasons)


def test_a_client_or_a_workload_keeps_a_server_from_being_retired() -> None:
    assert assessed(facts(), dependencies=(client(),)).disposition is Disposition.REHOST
    assert assessed(facts(), workload()).disposition is not Disposition.RETIRE


def test_a_login_by_ssh_is_no_client_and_other_servers_workloads_do_not_count() -> None:
    found = assessed(facts(), workload(server="db2"), dependencies=(client(22),))
    assert found.disposition is Disposition.RETIRE


def test_an_unsupported_system_is_left_behind_and_a_supported_one_moves_as_it_is() -> None:
    old, new = assessed(facts(OLD), workload()), assessed(facts(NEW), workload())
    assert (old.disposition, new.disposition) == (Disposition.REPLATFORM, Disposition.REHOST)
    assert old.support[0].status == "ended"
    assert old.tool == "decant move"
    assert any("not rehost" in reason for reason in old.against)


def test_an_old_database_on_a_supported_system_is_replatformed() -> None:
    found = assessed(facts(NEW), workload(detail={"version": "9.6.24", "port": 5432}))
    assert found.disposition is Disposition.REPLATFORM
    assert any("PostgreSQL 9.6" in reason for reason in found.reasons)


def test_a_package_that_a_supported_distribution_carries_is_supported() -> None:
    packages = Packages(manager="dpkg", packages=(Package(name="nginx", version="1.22.1-9+deb12u1"),))
    found = assessed(facts(NEW, {"packages": packages}), workload())
    assert found.disposition is Disposition.REHOST
    assert [one.product for one in found.support][1:] == ["nginx"]


def test_what_is_past_support_is_the_same_for_an_assessment_and_for_the_rule() -> None:
    installed = {
        "python3.9": "3.9.2-1",
        "openssl": "1.1.1w-0+deb11u1",
        "perl-base": "5.32.1-4+deb11u4",
        "bash": "5.1",
    }
    packages = Packages(manager="dpkg", packages=tuple(Package(name=n, version=v) for n, v in installed.items()))
    own = Postgresql(clusters=(PostgresCluster(port=5432, version="9.6.24", databases=()),))
    bullseye = Os(hostname="db1", id="debian", version_id="11", architecture="x86_64")
    known = facts(bullseye, {"packages": packages, "postgresql": own})
    ended = [
        f"{one.product} {one.version}" for one in assessed(known, workload()).support if one.status == "ended"
    ]
    in_support = rule("HC-05")
    assert isinstance(in_support, HostRule)
    judged = in_support.check(known, Context(TODAY))
    assert ended[0] == "Debian 11"
    assert sorted(ended[1:]) == judged.observed.split(", ")
    assert sorted(ended[1:]) == ["OpenSSL 1.1.1", "Perl 5.32", "PostgreSQL 9.6", "Python 3.9"]


def test_a_kind_without_a_mover_is_a_condition() -> None:
    found = assessed(facts(OLD), workload("mariadb", "shop"))
    assert found.tool == "by hand"
    assert "move by hand what Decant does not move yet: MariaDB databases" in found.conditions


def test_what_postgresql_needs_is_said_beforehand() -> None:
    def cluster(version: str, level: str) -> Postgresql:
        one = PostgresCluster(port=5432, version=version, databases=(), settings={"wal_level": level})
        return Postgresql(clusters=(one,))

    restart = assessed(facts(OLD, {"postgresql": cluster("13.22", "replica")}), workload())
    assert any("restart" in condition for condition in restart.conditions)
    none = assessed(facts(OLD, {"postgresql": cluster("9.6.24", "logical")}), workload())
    assert any("no lossless way back" in condition for condition in none.conditions)
    ready = assessed(facts(OLD, {"postgresql": cluster("13.22", "logical")}), workload())
    assert ready.conditions == ()
    assert ready.readiness == "ready"


def test_a_name_server_of_the_building_stays() -> None:
    listeners = Listeners(listeners=(Listener(protocol="udp", address="192.0.2.1", port=53, process="named"),))
    found = assessed(facts(NEW, {"listeners": listeners}), dependencies=(client(53),))
    assert (found.disposition, found.readiness) == (Disposition.RETAIN, "not ready")


def test_a_processor_that_azure_has_not_stays() -> None:
    found = assessed(facts(OLD.model_copy(update={"architecture": "ppc64"})), workload())
    assert found.disposition is Disposition.RETAIN


def test_an_unknown_system_is_unknown() -> None:
    for os in (None, OLD.model_copy(update={"id": "haiku"})):
        found = assessed(facts(os), workload())
        assert (found.disposition, found.readiness) == (None, "unknown")


def test_a_server_that_was_never_reached_is_unknown_with_the_reason() -> None:
    server = Server(
        id="db1", address="192.0.2.1", reached=False, unreached_reason="connection refused", seen_at=AT
    )
    found = assessed(ServerFacts(server, {}))
    assert (found.disposition, found.readiness, found.size) == (None, "unknown", None)
    assert "connection refused" in found.reasons[0]


def test_a_person_decides_and_what_decant_would_have_said_is_kept() -> None:
    decided = Override(server="db1", disposition=Disposition.RETIRE, reason="replaced in March", who="jsmith")
    found = assessed(facts(OLD), workload(), override=decided)
    assert (found.disposition, found.overridden_by, found.reasons) == (
        Disposition.RETIRE,
        "jsmith",
        ("replaced in March",),
    )
    assert "would have said replatform" in found.against[0]


def test_sizes_hold_the_server_and_are_unknown_where_it_is() -> None:
    sized = assessed(facts(OLD), workload()).size
    assert sized is not None
    assert sized.vcpus >= 2
    assert "not observed" in sized.basis
    assert assessed(facts(OLD, cpus=None), workload()).size is None
    assert assessed(facts(OLD, cpus=500), workload()).size is None


def test_a_contract_and_a_missing_owner_and_size_are_said() -> None:
    found = assessed(facts(OLD, owner=None, contract_end=date(2026, 12, 31)), workload(bytes=None))
    assert "its contract ends on 31 December 2026" in found.reasons
    assert any("owner" in condition for condition in found.conditions)
    assert any("measure reports" in condition for condition in found.conditions)


def test_refactoring_is_never_proposed() -> None:
    assert Disposition.REFACTOR not in {rule.disposition for rule in rules().values()}
    assert {rule.disposition for rule in rules().values()} == set(Disposition) - {Disposition.REFACTOR}


@given(
    st.sampled_from([None, OLD, NEW]),
    st.dictionaries(st.sampled_from(TELLING), st.sampled_from(list(Outcome)[1:])),
    st.lists(st.sampled_from(["postgres", "mariadb", "files", "website", "schedule", "service"]), max_size=4),
    st.booleans(),
)
def test_every_server_gets_an_answer_with_reasons_and_unknown_has_no_disposition(
    os: Os | None, outcomes: dict[str, Outcome], kinds: list[str], used: bool
) -> None:
    found = assessed(
        facts(os, outcomes=outcomes),
        *(workload(kind, f"n{n}") for n, kind in enumerate(kinds)),
        dependencies=(client(),) if used else (),
    )
    assert found.reasons
    assert (found.readiness == "unknown") == (found.disposition is None)
    assert found.disposition is not Disposition.REFACTOR
    if found.disposition is Disposition.RETIRE:
        assert not kinds
        assert not used


def overrides(tmp_path: Path, text: str) -> dict[str, Override]:
    path = tmp_path / "overrides.toml"
    path.write_text(text)
    return load(path, ["db1", "web1"])


GOOD = '[[override]]\nserver = "db1"\ndisposition = "retain"\nreason = "r"\nwho = "jsmith"\n'


def test_overrides_are_read_and_no_file_is_none(tmp_path: Path) -> None:
    assert overrides(tmp_path, GOOD)["db1"].disposition is Disposition.RETAIN
    assert load(tmp_path / "none.toml", []) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("db1", "bd1"), "did you mean db1"),
        (GOOD + GOOD, "twice"),
        (GOOD.replace("retain", "keep"), "disposition"),
        (GOOD.replace('"r"', '""'), "reason"),
        (GOOD + 'whom = "x"\n', "whom"),
        ("[[override", "is not valid TOML"),
    ],
)
def test_overrides_that_are_not_right_are_bad_use(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        overrides(tmp_path, text)


def relocated(**about: Any) -> str:
    """What is said of moving its virtual platform."""
    system, server = about.pop("os", NEW), about
    found = judged(facts(system, **server), workload())
    return next(reason for reason in found.against if reason.startswith("not relocate"))


def judged(seen: ServerFacts, *held: Workload) -> Assessment:
    return assess(seen, held, (), override=None, movers=(), today=TODAY, at=AT)


def test_what_a_server_runs_on_is_what_those_say_who_run_it() -> None:
    inside = NEW.model_copy(update={"virtualisation": "container"})
    assert "three whole hosts" in relocated(os=inside, platform="vmware")
    assert relocated(platform="hyper-v") == "not relocate: it runs on hyper-v, not on VMware"
    assert relocated(os=NEW.model_copy(update={"virtualisation": "kvm"})).endswith("it runs on kvm, not on VMware")


def test_of_a_container_nobody_knows_what_it_runs_on() -> None:
    inside = NEW.model_copy(update={"virtualisation": "container"})
    opinion = rules()["relocate"].judge(case_of(facts(inside), (), (), (), TODAY))
    assert opinion.fits is None
    assert opinion.against == ("what it runs on could not be told: it is a container",)


def test_a_machine_that_is_switched_off_is_said_to_be() -> None:
    seen = Server(
        id="win-print", address=None, reached=False, tried=False, seen_at=AT, power="off",
        os_id="windows-server", os_version="2012",
    )  # fmt: skip
    opinion = rules()["retire"].judge(case_of(ServerFacts(seen, {}), (), (), (), TODAY))
    assert opinion.against == ("it is switched off: ask its owner whether anybody misses it",)
