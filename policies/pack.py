"""The same rules as CrossGuard policies. `policies/__main__.py` starts them as a pack; nothing else imports
this.

Pulumi's engine hands a policy plain values, secrets among them, and raises when an unknown one is read. Both
are turned into the same records that `decant check` reads, and judged by the same function.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from estate.records.finding import Status
from estate.records.preview import UNKNOWN, Resource
from policies.controls import framework
from policies.evaluate import Judged, judge, not_for
from policies.rules.base import Context, ResourceRule, Rule, StackRule, Verdict, not_applicable

NOT_EVALUATED = "not evaluated: "
"""How the reason starts where a policy did not apply because it could not tell."""


def policies_of(rules: Mapping[str, Rule], context: Context) -> list[Policy]:
    """Every rule over stacks as a policy; rules over hosts are none."""
    made: list[Policy] = []
    for rule in rules.values():
        if isinstance(rule, ResourceRule):
            made.append(ResourceValidationPolicy(**_described(rule), validate=_over_resource(rule, context)))
        elif isinstance(rule, StackRule):
            made.append(StackValidationPolicy(**_described(rule), validate=_over_stack(rule, context)))
    return made


def _over_resource(rule: ResourceRule, context: Context) -> Any:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = Resource(type=args.resource_type, name=args.name, urn=args.urn, inputs=_plain(args.props))
        if not rule.is_for(resource):
            judged = Judged(not_applicable(f"not for {resource.type}"))
        elif context.kind not in rule.kinds:
            judged = Judged(not_for(rule, context))
        else:
            judged = judge(rule.check, resource, context)
        _tell(judged, args, report, args.urn)

    return validate


def _over_stack(rule: StackRule, context: Context) -> Any:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        if context.kind not in rule.kinds:
            judged = Judged(not_for(rule, context))
        else:
            judged = judge(rule.check, [_record(r) for r in args.resources], context)
        _tell(judged, args, report, None)

    return validate


def _tell(
    judged: Judged, args: ResourceValidationArgs | StackValidationArgs, report: ReportViolation, urn: str | None
) -> None:
    """Report a verdict the way the protocol can carry it. A rule that went wrong is a violation, never a
    pass."""
    verdict = judged.verdict
    if judged.crashed or verdict.status is Status.FAIL:
        report(_message(verdict), urn)
    elif verdict.status is Status.NOT_EVALUATED:
        args.not_applicable(NOT_EVALUATED + verdict.why)
    elif verdict.status is Status.NOT_APPLICABLE:
        args.not_applicable(verdict.why)


def _message(verdict: Verdict) -> str:
    return f"{verdict.why} ({verdict.observed})" if verdict.observed else verdict.why


def _record(resource: PolicyResource) -> Resource:
    return Resource(
        type=resource.resource_type,
        name=resource.name,
        urn=resource.urn,
        inputs=_plain(resource.props),
        parent=resource.parent.urn if resource.parent else "",
        dependencies=tuple(r.urn for r in resource.dependencies),
        property_dependencies={
            name: tuple(r.urn for r in on) for name, on in resource.property_dependencies.items()
        },
        protect=bool(resource.opts.protect),
    )


def _plain(value: Any) -> Any:
    """`value` as plain data, with `UNKNOWN` for what is not known yet."""
    if isinstance(value, Mapping):
        return {str(key): _item(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_item(value, index) for index in range(len(value))]
    return value


def _item(container: Any, key: Any) -> Any:
    try:
        return _plain(container[key])
    except UnknownValueError:
        return UNKNOWN


def _described(rule: Rule) -> dict[str, Any]:
    main = rule.controls[0]
    known = framework(main.framework, main.version)
    return {
        "name": rule.id,
        "description": rule.title,
        "enforcement_level": EnforcementLevel(rule.enforcement),
        "severity": Severity(rule.severity),
        "framework": PolicyComplianceFramework(
            name=known.title, version=main.version, reference=main.id, specification=known.source
        ),
        "tags": [f"{c.framework} {c.version} {c.id}" for c in rule.controls],
        "remediation_steps": rule.remedy,
    }
