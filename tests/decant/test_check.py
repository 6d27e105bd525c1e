"""`decant check` and `decant rules`, as a person types them."""

from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest

from decant.commands.check import reasons_in_short
from estate.paths import Workspace
from estate.records.base import Record
from estate.records.facts.os import Os
from estate.records.facts.sshd import Sshd
from estate.records.finding import Finding, Status
from estate.records.observation import Outcome
from estate.records.preview import Estimate, Preview, Resource
from estate.records.server import ServerFacts
from estate.store import Store, sqlite_url
from policies.current import current
from policies.rulebook import rules
from policies.rules.base import HostRule, host, resource
from stacks.settings import fingerprint
from tests.decant.face import decant

CANARY = "correct-horse-battery"

FINDINGS = {
    "type": "object",
    "required": ["schema", "subjects", "at", "as_of", "counts", "findings", "uncovered", "notes"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": "decant.findings/1"},
        "subjects": {"type": "array", "items": {"type": "string"}},
        "at": {"type": "string"},
        "as_of": {"type": ["string", "null"]},
        "counts": {
            "type": "object",
            "required": [status.value for status in Status],
            "additionalProperties": {"type": "integer"},
        },
        "uncovered": {"type": "object", "additionalProperties": {"type": "integer"}},
        "notes": {"type": "array", "items": {"type": "string"}},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["rule", "subject", "status", "severity", "observed", "controls", "why"],
                "properties": {
                    "status": {"enum": [status.value for status in Status]},
                    "severity": {"enum": ["critical", "high", "medium", "low"]},
                    "observed": {"type": "string"},
                    "why": {"type": "string"},
                    "controls": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "object", "required": ["framework", "version", "id", "basis"]},
                    },
                },
            },
        },
    },
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = decant("init", "anytown", "--council", "Anytown Council", at=tmp_path)
    assert made.code == 0, made.err
    return tmp_path / "anytown"


@pytest.fixture
def store(workspace: Path):
    opened = Store.open(sqlite_url(Workspace(workspace).database))
    yield opened
    opened.close()


def server(name: str, facts: dict[str, Record | Outcome], **about: object) -> ServerFacts:
    made = host(facts, server={"id": name, **about})
    return ServerFacts(
        made.server, {f: o.model_copy(update={"server": name}) for f, o in made.observations.items()}
    )


def keep(store: Store, *servers: ServerFacts) -> None:
    for facts in servers:
        store.put(facts.server)
        store.add_observations(list(facts.observations.values()))


def preview(workspace: Path, *resources: Resource) -> Preview:
    """A preview of production with these resources, as if its settings and programs made it just now."""
    return Preview(
        stack="production",
        kind="production",
        settings_sha256=fingerprint.settings(workspace / "stacks/production.toml"),
        programs_sha256=fingerprint.programs(),
        resources=resources,
        estimate=Estimate(monthly_gbp=0, priced_at=date(2026, 11, 22), source="none", lines=()),
        at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    )


def test_servers_are_checked_and_what_could_not_be_told_is_listed(workspace, store):
    keep(
        store,
        server("db-legacy", {"os": Os(hostname="db", id="debian", version_id="11"), "sshd": Outcome.UNREADABLE}),
        server("lost", {}, reached=False, unreached_reason="connection refused"),
    )
    said = decant("check", "hosts", "--json", at=workspace)
    assert said.code == 1, said.err
    jsonschema.validate(said.json, FINDINGS)
    found = {(f["rule"], f["subject"]): f for f in said.json["findings"]}
    assert found["HC-01", "db-legacy"]["status"] == "fail"
    assert found["HC-06", "db-legacy"]["status"] == "not evaluated"
    assert found["HC-01", "lost"]["why"] == "the server was not reached: connection refused"
    assert len(found) == 2 * sum(isinstance(rule, HostRule) for rule in rules().values())

    table = decant("check", "hosts", at=workspace)
    assert table.code == 1
    assert "critical  HC-01" in table.out
    assert "not evaluated" in table.out
    assert "connection refused" in table.out
    lines = table.out.splitlines()
    told = lines[lines.index("Not evaluated, as the server was not read") + 1]
    rules_ = sum(isinstance(rule, HostRule) for rule in rules().values())
    assert told == f"  - lost: the server was not reached: connection refused; {rules_} rules"
    assert table.out.count("connection refused") == 1
    assert "Next: decant rules show HC-01" in table.err


def test_one_server_can_be_named_and_a_wrong_name_is_helped(workspace, store):
    keep(store, server("db-legacy", {}), server("web-legacy", {}))
    said = decant("check", "hosts", "db-legacy", "--json", at=workspace)
    assert said.json["subjects"] == ["db-legacy"]
    wrong = decant("check", "hosts", "db-legasy", at=workspace)
    assert wrong.code == 2
    assert "db-legacy" in wrong.err


def test_without_servers_or_a_preview_the_next_command_is_named(workspace):
    hosts = decant("check", "hosts", at=workspace)
    assert (hosts.code, "decant discover" in hosts.err) == (2, True)
    stack = decant("check", "stack", "producton", at=workspace)
    assert (stack.code, "Did you mean production" in stack.err) == (2, True)


@pytest.mark.slow
def test_a_preview_that_is_out_of_date_is_made_anew_before_it_is_judged(workspace, store):
    first = decant("check", "stack", "test", at=workspace)
    assert first.code == 0, first.err
    assert "previewed anew: there was no preview yet" in first.err
    again = decant("check", "stack", "test", "--json", at=workspace)
    assert again.json["notes"] == []
    assert again.json["as_of"] == store.get(Preview, "test").at.isoformat().replace("+00:00", "Z")
    with (workspace / "stacks/test.toml").open("a") as settings:
        settings.write("# a word more\n")
    changed = decant("check", "stack", "test", "--json", at=workspace)
    assert changed.json["notes"] == ["previewed anew: test.toml has changed since the last preview"]
    older = store.get(Preview, "test")
    store.put(older.model_copy(update={"programs_sha256": ""}))
    assert "programs or prices" in decant("check", "stack", "test", "--json", at=workspace).json["notes"][0]


def test_a_stack_is_checked_from_its_preview_and_secrets_stay_out(workspace, store):
    machine = resource(
        "compute:VirtualMachine", "app", osProfile={"adminPassword": CANARY, "customData": f"PW={CANARY}"}
    )
    store.put(
        preview(workspace, machine, resource("storage:StorageAccount", "st"), resource("web:StaticSite", "w"))
    )
    said = decant("check", "stack", "production", "--json", at=workspace)
    assert said.code == 1, said.err
    jsonschema.validate(said.json, FINDINGS)
    failing = {f["rule"] for f in said.json["findings"] if f["status"] == "fail"}
    assert {"CMP-11", "STO-04", "GOV-05"} <= failing
    assert said.json["uncovered"] == {"azure-native:web:StaticSite": 1}
    table = decant("check", "stack", "production", at=workspace)
    kept = "".join(f.model_dump_json() for f in store.all(Finding))
    assert CANARY not in said.out + said.err + table.out + table.err + kept


def test_the_exit_code_can_be_limited_to_what_is_grave(workspace, store):
    store.put(preview(workspace, resource("resources:ResourceGroup", "rg", location="uksouth")))
    assert decant("check", "stack", "production", at=workspace).code == 1
    assert decant("check", "stack", "production", "--fail-on", "critical", at=workspace).code == 0


def test_what_was_found_is_kept_and_is_in_the_ledger(workspace, store):
    keep(store, server("db-legacy", {"sshd": Sshd(settings={"permitrootlogin": ("yes",)})}))
    decant("check", "hosts", at=workspace)
    kept = store.get(Finding, "HC-06@db-legacy")
    assert kept is not None
    assert kept.status is Status.FAIL
    exported = decant("evidence", "export", at=workspace).out
    assert '"check.hosts"' in exported
    assert decant("evidence", "verify", at=workspace).code == 0


def test_what_is_gone_from_a_stack_is_no_longer_a_finding(workspace, store):
    store.put(preview(workspace, resource("storage:StorageAccount", "old")))
    decant("check", "stack", "production", at=workspace)
    store.put(preview(workspace, resource("storage:StorageAccount", "new")))
    decant("check", "stack", "production", at=workspace)
    keep(store, server("db-legacy", {}))
    decant("check", "hosts", at=workspace)
    subjects = {f.subject for f in current(store.all(Finding))}
    assert "production/storage:StorageAccount/new" in subjects
    assert "production/storage:StorageAccount/old" not in subjects
    assert "db-legacy" in subjects


def test_rules_are_listed_and_shown(tmp_path):
    listed = decant("rules", "list", "--json", at=tmp_path)
    assert listed.code == 0
    assert [r["id"] for r in listed.json["rules"]] == list(rules())
    shown = decant("rules", "show", "net-01", at=tmp_path)
    assert "NCSC Cloud Security Principles 2.1, 11 External interface protection (our judgement)" in shown.out
    assert decant("rules", "show", "net-01", "--json", at=tmp_path).json["id"] == "NET-01"
    wrong = decant("rules", "show", "NET-99", at=tmp_path)
    assert wrong.code == 2
    assert "Did you mean" in wrong.err


def test_the_reason_of_most_servers_is_said_with_how_many_have_another():
    lost = "the server was not reached: no route"
    assert reasons_in_short([lost]) == lost
    assert reasons_in_short([lost, "never tried", "never tried"]) == f"2: never tried; 1: {lost}"
    assert reasons_in_short([lost, "a", "a", "b"]) == "2: a; 2: other reasons, in --json"
