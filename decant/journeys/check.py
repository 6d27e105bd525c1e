"""Holds a stack's preview, or the servers' recorded facts, against the rules, and keeps what was found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from estate.canonical import canonical, sha256
from estate.documents.words import count
from estate.errors import UsageError
from estate.records.base import now
from estate.records.finding import Finding, Severity, Status
from estate.records.preview import Preview
from estate.records.server import ServerFacts
from policies.evaluate import SEVERITIES, evaluate_hosts, evaluate_stack, uncovered_types

if TYPE_CHECKING:
    from decant.app import App

LONDON = ZoneInfo("Europe/London")
_SEVERAL = 5
"""One reason that keeps more rules than these from being judged for a server is of the server, not of the rule."""


@dataclass(frozen=True)
class Checked:
    """One check: what it was of, what was found, and what should be known beside it."""

    subjects: tuple[str, ...]
    findings: tuple[Finding, ...]
    at: datetime
    as_of: datetime | None
    """When the oldest of what was judged was recorded; None where nothing was."""
    uncovered: Mapping[str, int]
    """How many resources there are of each type that no rule speaks of by name."""
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many findings ended in each way, every way named."""
        found = Counter(finding.status for finding in self.findings)
        return {status.value: found[status] for status in Status}


@dataclass(frozen=True)
class Group:
    """One rule with the findings that ended the same way: what a person reads as one thing to do."""

    rule: str
    title: str
    severity: Severity
    findings: tuple[Finding, ...]


def check_stack(app: "App", name: str) -> Checked:
    """Check what a stack would build now: its last preview, or a new one where that is out of date.

    Raises `UsageError` where there is no such stack or its settings are wrong.
    """
    from decant.journeys import stack_preview
    from decant.journeys.stack_files import settings_file

    path = settings_file(app, name)
    preview = app.store.get(Preview, name)
    why = outdated(preview, path)
    if preview is None or why:
        preview = stack_preview.preview(app, name)
    made = judge(app, preview, (f"previewed anew: {why}",) if why else ())
    _keep(app, "check.stack", made)
    return made


def judge(app: "App", preview: Preview, notes: tuple[str, ...] = ()) -> Checked:
    """Hold one preview against the rules, and keep nothing of it."""
    moment = now()
    findings = evaluate_stack(preview, moment.astimezone(LONDON).date(), at=moment, lifecycle=app.lifecycle)
    return Checked(
        subjects=(preview.stack,),
        findings=tuple(findings),
        at=moment,
        as_of=preview.at,
        uncovered=uncovered_types(preview),
        notes=notes,
    )


def check_hosts(app: "App", names: Sequence[str] = ()) -> Checked:
    """Check the recorded facts of these servers, or of all. Raises `UsageError` for one that is not known."""
    servers = _servers(app, names)
    if not servers:
        raise UsageError("no server is known yet", "run `decant discover` first")
    moment = now()
    findings = evaluate_hosts(servers, moment.astimezone(LONDON).date(), at=moment, lifecycle=app.lifecycle)
    seen = [o.at for facts in servers for o in facts.observations.values()]
    made = Checked(
        subjects=tuple(facts.server.id for facts in servers),
        findings=tuple(findings),
        at=moment,
        as_of=min(seen, default=None),
        uncovered={},
    )
    _keep(app, "check.hosts", made)
    return made


def groups(findings: Sequence[Finding], status: Status) -> list[Group]:
    """The findings that ended so, by rule, the worst severity first."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.status is status:
            by_rule.setdefault(finding.rule, []).append(finding)
    made = [Group(rule, found[0].title, found[0].severity, tuple(found)) for rule, found in by_rule.items()]
    return sorted(made, key=lambda group: (SEVERITIES.index(group.severity), group.rule))


def of_whole_servers(findings: Sequence[Finding]) -> tuple[list[str], list[Finding]]:
    """What keeps many rules from being judged for a server, said once for all whom it keeps; and the other findings."""
    undecided = [one for one in findings if one.status is Status.NOT_EVALUATED and one.scope == "host"]
    often = Counter((one.subject, one.why) for one in undecided)
    whole = {key for key, number in often.items() if number > _SEVERAL}
    kept: dict[tuple[str, int], list[str]] = {}
    for subject, why in sorted(whole):
        kept.setdefault((why.replace(f"{subject}: ", "", 1), often[subject, why]), []).append(subject)
    lines = [f"{', '.join(names)}: {why}; {count(number, 'rule')}" for (why, number), names in kept.items()]
    return lines, [one for one in findings if (one.subject, one.why) not in whole]


def _servers(app: "App", names: Sequence[str]) -> list[ServerFacts]:
    if not names:
        return app.store.all_server_facts()
    return [app.store.server_facts(name) for name in dict.fromkeys(names)]


def outdated(preview: Preview | None, path: Path) -> str:
    """Why a preview no longer says what the stack would be; empty where it still does."""
    from stacks.settings import fingerprint

    if preview is None:
        return "there was no preview yet"
    if fingerprint.settings(path) != preview.settings_sha256:
        return f"{path.name} has changed since the last preview"
    if fingerprint.programs() != preview.programs_sha256:
        return "Decant's programs or prices have changed since the last preview"
    return ""


def _keep(app: "App", action: str, made: Checked) -> None:
    app.store.put(*made.findings)
    told = canonical([finding.model_dump(mode="json") for finding in made.findings])
    app.ledger.append(
        action, made.subjects, {"counts": made.counts, "findings_sha256": sha256(told)}, actor=app.actor
    )
