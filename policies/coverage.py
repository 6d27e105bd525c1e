"""What the findings say of each control of a framework. Evidence supports a control; that it is met, a
person decides."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from estate.records.base import Record
from estate.records.finding import Finding, Status
from policies.controls import ControlText, Framework


class Evidence(StrEnum):
    """What there is for one control."""

    SUPPORTED = "supported by evidence"
    AGAINST = "evidence against"
    NONE = "no automated evidence"
    NOT_EVALUATED = "not evaluated"


class ControlCoverage(Record):
    """One control with what there is for it. The counts are of findings; `rules` names those that gave
    any."""

    framework: str
    version: str
    id: str
    title: str
    summary: str
    parent: str | None = None
    evidence: Evidence
    rules: tuple[str, ...] = ()
    passed: int = 0
    failed: int = 0
    waived: int = 0
    not_evaluated: int = 0


def coverage(framework: Framework, findings: Iterable[Finding]) -> tuple[ControlCoverage, ...]:
    """Every control of the framework, in its order. What is found of a part counts for the whole as well.

    One failure is evidence against, however much else passes. A waived finding supports nothing and stands
    in a count of its own; passes beside findings that were not evaluated still support, and both are counted.
    """
    everything = list(findings)
    return tuple(_cover(framework, control, everything) for control in framework.control)


def _cover(framework: Framework, control: ControlText, findings: Sequence[Finding]) -> ControlCoverage:
    ids = {control.id} | _parts(framework, control.id)
    here = [
        f
        for f in findings
        if f.status is not Status.NOT_APPLICABLE
        and any(c.framework == framework.id and c.version == framework.version and c.id in ids for c in f.controls)
    ]
    count = {status: sum(f.status is status for f in here) for status in Status}
    return ControlCoverage(
        framework=framework.id,
        version=framework.version,
        id=control.id,
        title=control.title,
        summary=control.summary,
        parent=control.parent,
        evidence=_verdict(count),
        rules=tuple(sorted({f.rule for f in here})),
        passed=count[Status.PASS],
        failed=count[Status.FAIL],
        waived=count[Status.WAIVED],
        not_evaluated=count[Status.NOT_EVALUATED],
    )


def _verdict(count: dict[Status, int]) -> Evidence:
    if count[Status.FAIL] or count[Status.WAIVED]:
        return Evidence.AGAINST
    if count[Status.PASS]:
        return Evidence.SUPPORTED
    if count[Status.NOT_EVALUATED]:
        return Evidence.NOT_EVALUATED
    return Evidence.NONE


def _parts(framework: Framework, id_: str) -> set[str]:
    children = {c.id for c in framework.control if c.parent == id_}
    return children | {part for child in children for part in _parts(framework, child)}
