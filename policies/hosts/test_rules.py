"""Every rule over servers as a test of a live server: `pytest -p decant.testinfra --hosts=decant://NAME
policies/hosts`.

The fixture `server_facts` comes from the plugin `decant.testinfra`, which reads the server once, through
Decant's own transport and with its host keys. What cannot be told is skipped with its reason, and never
passes.
"""

from datetime import UTC, datetime

import pytest

from estate.records.finding import Status
from estate.records.server import ServerFacts
from policies.evaluate import judge
from policies.rulebook import host_rules
from policies.rules.base import Context, HostRule


@pytest.mark.parametrize("rule", host_rules(), ids=lambda rule: rule.id)
def test_rule(rule: HostRule, server_facts: ServerFacts) -> None:
    """One rule on one server."""
    judged = judge(rule.check, server_facts, Context(datetime.now(UTC).date()))
    verdict = judged.verdict
    if judged.crashed:
        pytest.fail(verdict.why, pytrace=False)
    if verdict.status in (Status.NOT_EVALUATED, Status.NOT_APPLICABLE):
        pytest.skip(f"{verdict.status.value}: {verdict.why}")
    if verdict.status is not Status.PASS:
        pytest.fail(f"{rule.title}: {verdict.why}\n{verdict.observed}\nDo: {rule.remedy}", pytrace=False)
