"""The stacks that Decant builds hold against its own rules, in `decant check` and in the pack alike."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import stacks
from estate.records.finding import Status
from estate.records.preview import Estimate, Preview
from policies.evaluate import evaluate_stack, subject_names
from policies.rulebook import resource_rules, stack_rules
from stacks.kinds import KINDS
from stacks.preview.run import record
from stacks.preview.stack import placeholders
from stacks.settings.file import load, template
from tests.policies.engine import analyze, analyze_stack, said_by_pack, started

WORKLOAD = """
platform = "production"
systems = ["library"]

[[vm]]
name = "lib1"
system = "library"
size = "Standard_D2as_v5"
disks = [{ name = "books", gib = 64 }]

[[postgres]]
name = "loans"
system = "library"
databases = ["loans"]
high_availability = true

[[mysql]]
name = "catalogue"
system = "library"
first_password = "env:DECANT_MYSQL_FIRST_PASSWORD"

[[mariadb]]
name = "lib2"
system = "library"
size = "Standard_D2as_v5"
"""


def recorded(settings: Path, stack: str) -> Preview:
    loaded = load(settings)
    found = record(
        Path(stacks.__file__).parent,
        project="decant",
        stack=stack,
        config={"decant:settings": str(settings)},
        secrets=placeholders(loaded),
    )
    return Preview(
        stack=stack,
        kind=loaded.kind,
        settings_sha256="0" * 64,
        resources=tuple(found.resources.values()),
        estimate=Estimate(monthly_gbp=0, priced_at=date(2026, 11, 22), source="none", lines=()),
        at=datetime.now(UTC),
    )


@pytest.fixture(scope="module")
def previews(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Preview]:
    made = {}
    for kind in KINDS:
        settings = tmp_path_factory.mktemp("stacks") / f"{kind}.toml"
        settings.write_text(template(kind, kind), "utf-8")
        made[kind] = recorded(settings, kind)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_a_stack_from_its_template_breaks_no_rule_and_leaves_none_undecided(previews, kind):
    findings = evaluate_stack(previews[kind], datetime.now(UTC).date())
    bad = [f for f in findings if f.status not in (Status.PASS, Status.NOT_APPLICABLE)]
    assert not bad
    assert sum(f.status is Status.PASS for f in findings) > 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_workload_stack_on_it_breaks_no_rule_either(tmp_path, kind):
    """Of its kind's targets; rules over a whole platform are its platform's."""
    text = template(kind, kind)
    (tmp_path / f"{kind}.toml").write_text(text, "utf-8")
    own = WORKLOAD.replace('"production"', f'"{kind}"')
    if not KINDS[kind].updates:
        own = own.partition("[[mariadb]]")[0]
    (tmp_path / f"{kind}-library.toml").write_text(own, "utf-8")
    preview = recorded(tmp_path / f"{kind}-library.toml", f"{kind}-library")
    findings = evaluate_stack(preview, datetime.now(UTC).date())
    bad = [f for f in findings if f.status not in (Status.PASS, Status.NOT_APPLICABLE)]
    assert not bad
    assert sum(f.status is Status.PASS for f in findings) > 40


@pytest.mark.parametrize("kind", KINDS)
def test_the_pack_agrees_on_every_resource_of_it(previews, kind):
    preview = previews[kind]
    today = datetime.now(UTC).date()
    names = subject_names(kind, preview.resources)
    found = {(f.rule, f.subject): f.status for f in evaluate_stack(preview, today)}
    with started(kind=kind) as stub:
        for resource in preview.resources:
            said = said_by_pack(analyze(stub, resource))
            for rule in resource_rules():
                assert said[rule.id] is found.get((rule.id, names[resource.urn]), Status.NOT_APPLICABLE)
        said = said_by_pack(analyze_stack(stub, preview.resources))
    for rule in stack_rules():
        assert said[rule.id] is found[rule.id, kind]


def test_a_test_stack_held_against_the_rules_of_production_breaks_some(previews):
    """The rules see what a test stack leaves out, so that a clean result above means something."""
    as_production = previews["test"].model_copy(update={"kind": "production"})
    failing = {f.rule for f in evaluate_stack(as_production, datetime.now(UTC).date()) if f.status is Status.FAIL}
    assert {"KV-01", "LOG-02", "LOG-03", "LOG-06", "DB-08"} <= failing
