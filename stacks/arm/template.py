"""A preview as a template of Azure Resource Manager, for tools that read such: one for the subscription.

Groups stand in it, and what is set on the subscription. What a group holds is a deployment inside it. Where groups need
each other's resources, one group has several deployments, in the order in which they can be built.
Resources are named by whole ids, worked out of the settings; only what Azure alone can say is an expression.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from graphlib import TopologicalSorter
from typing import Any

from estate.errors import UsageError
from estate.records.preview import UNKNOWN, Preview, Resource
from stacks.arm.body import body
from stacks.arm.ids import Ids, folded
from stacks.arm.types import GROUP_TYPE, TYPES, ArmType
from stacks.arm.unknowns import Unknowns
from stacks.arm.versions import VERSIONS

Part = tuple[str, int]
"""A deployment: its group (empty for the subscription itself), and which of the group's, from 0."""
_SCHEMA = "https://schema.management.azure.com/schemas/{}#"
_OF_SUBSCRIPTION = _SCHEMA.format("2018-05-01/subscriptionDeploymentTemplate.json")
_OF_GROUP = _SCHEMA.format("2019-04-01/deploymentTemplate.json")
_DEPLOYMENTS = "Microsoft.Resources/deployments"
_GROUPS = "Microsoft.Resources/resourceGroups"


def template(preview: Preview) -> dict[str, Any]:
    """The template, ready for JSON. Nothing secret is in it: secrets are parameters.

    Raises `UsageError` for a preview of an earlier Decant, whose resources cannot be placed.
    """
    ids = Ids(preview.resources)
    unknowns = Unknowns(ids)
    built = {one.urn: one for one in preview.built}
    parts = _parts(built, ids)
    held: dict[Part, list[dict[str, Any]]] = defaultdict(list)
    needs: dict[Part, set[Part]] = defaultdict(set)
    for urn, one in built.items():
        here = parts[urn]
        on = [other for other in _needed(one) if other in built]
        needs[here] |= {parts[other] for other in on} - {here}
        made = _resource(one, ids, unknowns)
        waits = [found for other in on if parts[other] == here and (found := ids.of(other))]
        if not here[0]:
            waits += sorted({_before(parts[other], here, preview) for other in on if parts[other][0]})
        held[here].append({**made, "dependsOn": waits} if waits else made)
    resources = [
        *held.pop(("", 0), []),
        *(_deployment(part, inside, needs[part], unknowns, preview) for part, inside in held.items()),
    ]
    return {
        "$schema": _OF_SUBSCRIPTION,
        "contentVersion": "1.0.0.0",
        "metadata": {"stack": preview.stack, "kind": preview.kind, "programs": preview.programs_sha256},
        "parameters": unknowns.parameters,
        "resources": resources,
    }


def _needed(one: Resource) -> tuple[str, ...]:
    """The URNs of what has to be there before it."""
    return tuple(
        dict.fromkeys((*one.dependencies, *(urn for on in one.property_dependencies.values() for urn in on)))
    )


def _parts(built: Mapping[str, Resource], ids: Ids) -> dict[str, Part]:
    """In which deployment each goes. What it needs of another group lies in an earlier stage, and of its own group in no
    later one, so that no two deployments wait for each other."""
    waits = {urn: {other for other in _needed(one) if other in built} for urn, one in built.items()}
    parts: dict[str, Part] = {}
    for urn in TopologicalSorter(waits).static_order():
        group = _group(built[urn], ids)
        on = [parts[other] for other in waits[urn] if parts[other][0]]
        parts[urn] = (group, max((stage + (other != group) for other, stage in on), default=0) if group else 0)
    return parts


def _group(one: Resource, ids: Ids) -> str:
    """The name of the group that it is in; empty for what is set on the subscription."""
    arm_id = ids.of(one.urn)
    if arm_id is None and TYPES[one.type].scope:
        on = ids.depended(one, TYPES[one.type].scope)
        arm_id = ids.of(on[0].urn) if len(on) == 1 else str(one.inputs.get(TYPES[one.type].scope, ""))
    if arm_id is None:
        raise UsageError(
            f"where {one.name} ({one.type}) would be in Azure cannot be told",
            "preview the stack anew, and try again",
        )
    words = arm_id.strip("/").split("/")
    within = len(words) > 3 and words[2].lower() == "resourcegroups"
    return words[3] if within and one.type != GROUP_TYPE else ""


def _resource(one: Resource, ids: Ids, unknowns: Unknowns) -> dict[str, Any]:
    kind = TYPES[one.type]
    scope = _scope(one, kind, ids)
    return {
        "type": _GROUPS if one.type == GROUP_TYPE else kind.arm,
        "apiVersion": VERSIONS[one.type],
        "name": _name(one, ids),
        **({"scope": scope} if scope else {}),
        **body(one.type, kind, unknowns.filled(one)),
    }


def _name(one: Resource, ids: Ids) -> str:
    arm_id = ids.of(one.urn)
    if arm_id is None:  # Azure makes up the name of a role's assignment: a fixed one is as good.
        return str(uuid.uuid5(uuid.NAMESPACE_URL, one.urn))
    if one.type == GROUP_TYPE:
        return arm_id.rsplit("/", 1)[-1]
    return "/".join(arm_id.rsplit("/providers/", 1)[-1].split("/")[2::2])


def _scope(one: Resource, kind: ArmType, ids: Ids) -> str:
    """What it is set on, where that is a resource: a group and a subscription are what is deployed to."""
    if not kind.scope:
        return ""
    scope = one.inputs.get(kind.scope)
    if scope == UNKNOWN:
        on = ids.depended(one, kind.scope)
        scope = ids.of(on[0].urn) if len(on) == 1 else None
    return str(scope) if scope and "/providers/" in folded(str(scope)) else ""


def _deployment(
    part: Part, resources: list[dict[str, Any]], needs: set[Part], unknowns: Unknowns, preview: Preview
) -> dict[str, Any]:
    """The resources of one group that can be built together, with the parameters that they use."""
    used = {name: said for name, said in unknowns.parameters.items() if f"parameters('{name}')" in str(resources)}
    return {
        "type": _DEPLOYMENTS,
        "apiVersion": VERSIONS[GROUP_TYPE],
        "name": _called(part, preview),
        "resourceGroup": part[0],
        "dependsOn": sorted({_before(other, part, preview) for other in {*needs, ("", 0)}} - {""}),
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {name: {"value": f"[parameters('{name}')]"} for name in used},
            "template": {
                "$schema": _OF_GROUP,
                "contentVersion": "1.0.0.0",
                "parameters": used,
                "resources": resources,
            },
        },
    }


def _before(other: Part, part: Part, preview: Preview) -> str:
    """What a deployment waits for: another one, or the group that it goes to where the stack has that."""
    if other[0]:
        return f"[resourceId('{other[0]}', '{_DEPLOYMENTS}', '{_called(other, preview)}')]"
    groups = {one.inputs.get("resourceGroupName") for one in preview.built if one.type == GROUP_TYPE}
    return f"[subscriptionResourceId('{_GROUPS}', '{part[0]}')]" if part[0] in groups else ""


def _called(part: Part, preview: Preview) -> str:
    """A deployment's name, of at most 64 characters."""
    return f"{preview.stack}-{part[0]}"[:60] + f"-{part[1]}"
