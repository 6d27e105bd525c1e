"""Rules over subjects: what is judged, what is left undecided, and what happens when a rule itself breaks."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from estate.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_INTERNAL
from estate.records.facts.disks import Disk, Disks
from estate.records.facts.os import Os
from estate.records.facts.timesync import Timesync
from estate.records.finding import Finding, Status
from estate.records.preview import Estimate, Preview, Resource, StackKind
from policies.evaluate import (
    evaluate_hosts,
    evaluate_stack,
    exit_code,
    subject_names,
    uncovered_types,
)
from policies.rulebook import rule, rules
from policies.rules.base import Context, HostRule, ResourceRule, Verdict, failed, host, resource

TODAY = date(2026, 11, 22)


def preview(*resources: Resource, kind: StackKind = "production") -> Preview:
    return Preview(
        stack=kind,
        kind=kind,
        settings_sha256="0" * 64,
        resources=resources,
        estimate=Estimate(monthly_gbp=0, priced_at=TODAY, source="none", lines=()),
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def one(id_: str, findings: list[Finding]) -> Finding:
    found = [f for f in findings if f.rule == id_]
    assert len(found) == 1
    return found[0]


def test_a_finding_carries_what_a_person_needs():
    finding = one(
        "STO-02",
        evaluate_stack(preview(resource("storage:StorageAccount", "st", enableHttpsTrafficOnly=False)), TODAY),
    )
    assert finding.subject == "production/storage:StorageAccount/st"
    assert finding.status is Status.FAIL
    assert finding.observed == "enableHttpsTrafficOnly is false"
    assert finding.remedy == rules()["STO-02"].remedy
    assert [(c.framework, c.version, c.id) for c in finding.controls] == [("ncsc-cloud", "2.1", "1")]


def test_every_rule_over_stacks_ends_at_least_once_whatever_the_stack_holds():
    for kind in ("production", "test"):
        found = {f.rule for f in evaluate_stack(preview(kind=kind), TODAY)}
        assert found == {r.id for r in rules().values() if not isinstance(r, HostRule)}


def test_a_rule_for_another_kind_of_stack_is_not_applicable_to_this_one():
    finding = one("TST-03", evaluate_stack(preview(resource("resources:ResourceGroup")), TODAY))
    assert finding.status is Status.NOT_APPLICABLE
    assert finding.why == "for test; this stack is production"


def test_purge_protection_is_asked_of_production_only():
    vault = resource("keyvault:Vault", properties={"enableSoftDelete": True})
    assert one("KV-01", evaluate_stack(preview(vault), TODAY)).status is Status.FAIL
    assert one("KV-01", evaluate_stack(preview(vault, kind="test"), TODAY)).status is Status.PASS


def test_the_same_records_give_the_same_findings_in_the_same_order():
    resources = [resource("storage:StorageAccount", f"st{n}") for n in range(5)]
    first = evaluate_stack(preview(*resources), TODAY)
    again = evaluate_stack(preview(*resources), TODAY)
    assert [f.model_dump(exclude={"at"}) for f in first] == [f.model_dump(exclude={"at"}) for f in again]


def test_two_resources_of_one_name_keep_subjects_of_their_own():
    twins = [
        resource("storage:StorageAccount", "st"),
        resource("storage:StorageAccount", "st").model_copy(update={"urn": "urn:pulumi:other::st"}),
    ]
    assert len(set(subject_names("production", twins).values())) == 2


def test_types_that_no_rule_speaks_of_are_counted():
    things = [resource("web:StaticSite", str(n)) for n in range(3)] + [resource("keyvault:Vault")]
    things.append(things[0].model_copy(update={"type": "pulumi:providers:azure-native"}))
    assert uncovered_types(preview(*things)) == {"azure-native:web:StaticSite": 3}


def test_a_server_that_was_not_reached_is_not_evaluated_by_any_rule():
    lost = host({}, server={"reached": False, "unreached_reason": "connection refused"})
    findings = evaluate_hosts([lost], TODAY)
    assert {f.status for f in findings} == {Status.NOT_EVALUATED}
    assert {f.rule for f in findings} == {r.id for r in rules().values() if isinstance(r, HostRule)}
    assert all("connection refused" in f.why for f in findings)


def test_a_server_is_judged_on_the_day_it_is_asked():
    debian = host({"os": Os(hostname="a", id="debian", version_id="12")})
    assert one("HC-01", evaluate_hosts([debian], TODAY)).status is Status.PASS
    assert one("HC-01", evaluate_hosts([debian], date(2029, 1, 1))).status is Status.FAIL


def _breaking(thing: Resource, context: Context) -> Verdict:
    raise KeyError(f"hunter2 {thing.name} {context.stack}")


def _leaking(thing: Resource, context: Context) -> Verdict:
    return failed("DB_PASSWORD=hunter22", "postgresql://app:hunter22@db/reports " + "x" * 1000)


@pytest.fixture
def storage() -> ResourceRule:
    found = rule("STO-02")
    assert isinstance(found, ResourceRule)
    return found


def test_a_rule_that_breaks_is_reported_as_ours_and_the_others_go_on(storage):
    account = resource("storage:StorageAccount", enableHttpsTrafficOnly=False)
    broken = replace(storage, id="BAD-01", check=_breaking)
    findings = evaluate_stack(preview(account), TODAY, [broken, storage])
    crash, other = findings
    assert (crash.status, crash.crashed) == (Status.NOT_EVALUATED, True)
    assert "KeyError at test_evaluate.py" in crash.why
    assert "hunter2" not in crash.why
    assert other.status is Status.FAIL
    assert exit_code(findings) == EXIT_INTERNAL


def test_what_a_rule_says_is_redacted_and_cut(storage):
    finding = evaluate_stack(
        preview(resource("storage:StorageAccount")), TODAY, [replace(storage, check=_leaking)]
    )[0]
    assert "hunter22" not in finding.model_dump_json()
    assert len(finding.observed) <= 500


def test_the_exit_code_is_by_the_worst_and_can_be_limited_by_severity(storage):
    bad = evaluate_stack(
        preview(resource("storage:StorageAccount", enableHttpsTrafficOnly=False)), TODAY, [storage]
    )
    assert storage.severity == "high"
    assert exit_code(bad) == EXIT_FINDINGS
    assert exit_code(bad, fail_on="high") == EXIT_FINDINGS
    assert exit_code(bad, fail_on="critical") == EXIT_DONE
    undecided = evaluate_hosts([host({}, server={"reached": False})], TODAY)
    assert exit_code(undecided) == EXIT_DONE


def test_a_container_is_not_blamed_for_the_machine_below_it():
    system = Os(hostname="a", id="debian", version_id="12", virtualisation="container")
    disks = Disks(disks=(Disk(name="vda", type="disk", size_bytes=1, mountpoint="/run/host/incoming"),))
    inside = host({"os": system, "timesync": Timesync(active=False), "disks": disks})
    findings = evaluate_hosts([inside], TODAY)
    for id_ in ("HC-20", "HC-23"):
        assert one(id_, findings).status is Status.NOT_EVALUATED
        assert "the machine below it" in one(id_, findings).why


def test_of_a_server_that_nobody_read_the_system_that_an_import_names_is_judged():
    listed = {"reached": False, "tried": False, "unreached_reason": "nobody tried to read it", "os_id": "debian"}
    findings = evaluate_hosts([host({}, server={**listed, "os_version": "10"})], TODAY)
    assert one("HC-01", findings).status is Status.FAIL
    others = [f for f in findings if f.rule != "HC-01"]
    assert {(f.status, f.why) for f in others} == {(Status.NOT_EVALUATED, "nobody tried to read it")}
