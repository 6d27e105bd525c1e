"""Rules over subjects: every rule ends as a finding for every subject, and nothing that could not be told is
dropped.

The order is the rules' and then the subjects', so that two runs over the same records give the same list.
"""

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import PurePath
from typing import Literal, TypeVar

from estate.catalogue.lifecycle import Table
from estate.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_INTERNAL, UndecidedError
from estate.records.base import now
from estate.records.finding import Finding, Severity, Status
from estate.records.preview import Preview, Resource
from estate.records.server import ServerFacts
from estate.redact import redact
from policies.rulebook import rules as all_rules
from policies.rules.base import (
    Context,
    HostRule,
    ResourceRule,
    Rule,
    StackRule,
    Verdict,
    not_applicable,
    plain_type,
)

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""From the worst down."""
_MOST_TEXT = 500
"""Longest text of a finding, in characters."""

S = TypeVar("S")


@dataclass(frozen=True)
class Judged:
    """One verdict, and whether the rule itself went wrong in reaching it."""

    verdict: Verdict
    crashed: bool = False


def judge(check: Callable[[S, Context], Verdict], subject: S, context: Context) -> Judged:
    """One check of one subject, its texts redacted. A check that goes wrong is not evaluated, never a
    pass."""
    try:
        verdict = check(subject, context)
    except UndecidedError as unknown:
        verdict = Verdict(Status.NOT_EVALUATED, "", str(unknown))
    except Exception as error:  # noqa: BLE001 - any fault of a rule is reported as ours, and the other rules go on
        why = f"the rule itself went wrong ({_place(error)}): please report it"
        return Judged(Verdict(Status.NOT_EVALUATED, "", why), crashed=True)
    return Judged(Verdict(verdict.status, _shown(verdict.observed), _shown(verdict.why)))


def evaluate_stack(
    preview: Preview,
    today: date,
    rules: Iterable[Rule] | None = None,
    at: datetime | None = None,
    lifecycle: Table | None = None,
) -> list[Finding]:
    """Every rule over stacks on one preview; `at` is when, now by default, the same for every finding.

    `lifecycle` holds the support dates to judge by, those that ship with Decant by default. A rule that is not
    for this kind of stack, or finds none of its types in it, ends once, as not applicable to the stack.
    """
    context = Context(today, stack=preview.stack, kind=preview.kind, lifecycle=lifecycle)
    names = subject_names(preview.stack, preview.resources)
    moment = at or now()
    findings: list[Finding] = []

    def add(rule: Rule, subject: str, judged: Judged) -> None:
        findings.append(_finding(rule, subject, "stack", judged, moment))

    for rule in all_rules().values() if rules is None else rules:
        if isinstance(rule, HostRule):
            continue
        if preview.kind not in rule.kinds:
            add(rule, preview.stack, Judged(not_for(rule, context)))
        elif isinstance(rule, StackRule):
            add(rule, preview.stack, judge(rule.check, preview.resources, context))
        elif isinstance(rule, ResourceRule):
            of_type = [r for r in preview.resources if rule.is_for(r)]
            if not of_type:
                add(rule, preview.stack, Judged(not_applicable(f"the stack has no {_types(rule.types)}")))
            silent = 0
            for resource in of_type:
                judged = judge(rule.check, resource, context)
                if "*" in rule.types and judged.verdict.status is Status.NOT_APPLICABLE:
                    silent += 1
                else:
                    add(rule, names[resource.urn], judged)
            if silent:
                add(rule, preview.stack, Judged(not_applicable(f"has nothing to say of {silent} resources")))
    return findings


def evaluate_hosts(
    servers: Iterable[ServerFacts],
    today: date,
    rules: Iterable[Rule] | None = None,
    at: datetime | None = None,
    lifecycle: Table | None = None,
) -> list[Finding]:
    """Every rule over hosts on each server's recorded facts; `at` and `lifecycle` as for `evaluate_stack`.

    A server that was not reached ends as not evaluated.
    """
    context = Context(today, lifecycle=lifecycle)
    moment = at or now()
    in_order = sorted(servers, key=lambda facts: facts.server.id)
    return [
        _finding(rule, facts.server.id, "host", _judge_host(rule, facts, context), moment)
        for rule in (all_rules().values() if rules is None else rules)
        if isinstance(rule, HostRule)
        for facts in in_order
    ]


def not_for(rule: Rule, context: Context) -> Verdict:
    """The verdict on a stack of a kind that the rule is not for."""
    return not_applicable(
        f"for {', '.join(sorted(rule.kinds))}; this stack is {context.kind or 'of no known kind'}"
    )


def subject_names(stack: str, resources: Sequence[Resource]) -> Mapping[str, str]:
    """A name for each resource by its URN: `STACK/TYPE/NAME`, or the URN itself where that is not its own."""
    short = {r.urn: f"{stack}/{plain_type(r.type).removeprefix('azure-native:')}/{r.name}" for r in resources}
    taken = Counter(short.values())
    return {urn: name if taken[name] == 1 else urn for urn, name in short.items()}


def uncovered_types(preview: Preview) -> Mapping[str, int]:
    """How many resources there are of each type that no rule speaks of by name; Pulumi's own (providers)
    apart."""
    spoken: set[str] = set()
    for rule in all_rules().values():
        if isinstance(rule, ResourceRule | StackRule):
            spoken.update(rule.types)
    found = Counter(plain_type(r.type) for r in preview.built)
    return {type_: count for type_, count in sorted(found.items()) if type_ not in spoken}


def exit_code(findings: Iterable[Finding], fail_on: Severity = "low") -> int:
    """5 where a rule went wrong; else 1 where something of severity `fail_on` or worse fails; else 0."""
    everything = list(findings)
    if any(f.crashed for f in everything):
        return EXIT_INTERNAL
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    failing = any(f.status is Status.FAIL and f.severity in bad for f in everything)
    return EXIT_FINDINGS if failing else EXIT_DONE


def _judge_host(rule: HostRule, facts: ServerFacts, context: Context) -> Judged:
    if not facts.server.reached and not (rule.unread_too and not facts.server.tried):
        reason = facts.server.unreached_reason or "no reason recorded"
        why = f"the server was not reached: {reason}" if facts.server.tried else reason
        return Judged(Verdict(Status.NOT_EVALUATED, "", _shown(why)))
    return judge(rule.check, facts, context)


def _finding(rule: Rule, subject: str, scope: Literal["stack", "host"], judged: Judged, at: datetime) -> Finding:
    verdict = judged.verdict
    return Finding(
        rule=rule.id,
        title=rule.title,
        subject=subject,
        scope=scope,
        status=verdict.status,
        severity=rule.severity,
        observed=verdict.observed,
        why=verdict.why,
        remedy=rule.remedy,
        controls=rule.controls,
        crashed=judged.crashed,
        at=at,
    )


@lru_cache(maxsize=10_000)
def _shown(text: str) -> str:
    """Redacted and cut. Kept, because most texts come again for each resource of a type."""
    safe = redact(text)
    return safe if len(safe) <= _MOST_TEXT else safe[: _MOST_TEXT - 1] + "…"


def _place(error: Exception) -> str:
    """What went wrong and where, without the error's own text, which may hold what was read."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _types(types: Sequence[str]) -> str:
    return " or ".join(t.removeprefix("azure-native:") for t in types)
