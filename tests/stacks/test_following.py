"""What Pulumi's engine tells, as progress that a person can follow."""

from typing import Any

from pulumi.automation import EngineEvent

from estate.progress import Step
from stacks.deploy.following import Following

URN = "urn:pulumi:test::decant::decant:stacks:Network$azure-native:network:{}::{}"


def event(
    kind: str, name: str, op: str = "create", custom: bool = True, type_: str = "azure-native:network:Subnet"
) -> EngineEvent:
    urn = URN.format("Subnet", name)
    state = {"type": type_, "urn": urn, "id": "", "parent": "", "provider": "", "custom": custom}
    return EngineEvent.from_json({kind: {"metadata": {"op": op, "urn": urn, "type": type_, "new": state}}})


def said(severity: str, message: str, name: str = "") -> EngineEvent:
    urn = URN.format("Subnet", name) if name else ""
    return EngineEvent.from_json(
        {"diagnosticEvent": {"message": message, "color": "never", "severity": severity, "urn": urn}}
    )


def rule(level: str, name: str) -> EngineEvent:
    told: dict[str, Any] = {
        "message": "It has a public address.", "color": "never", "policyName": "NET-01", "policyPackName": "decant",
        "policyPackVersion": "1", "policyPackVersionTag": "1", "enforcementLevel": level,
        "resourceUrn": URN.format("Subnet", name),
    }  # fmt: skip
    return EngineEvent.from_json({"policyEvent": told})


def followed(*events: EngineEvent, total: int | None = 3) -> tuple[Following, list[Step]]:
    steps: list[Step] = []

    def take(step: Step) -> None:
        steps.append(step)

    following = Following("build test", total, take, every=0)
    for one in events:
        following(one)
    return following, steps


def test_what_is_under_way_and_how_much_is_done() -> None:
    _, steps = followed(
        event("resourcePreEvent", "app"),
        event("resourcePreEvent", "data", "update"),
        event("resOutputsEvent", "app"),
        event("resOutputsEvent", "data", "update"),
    )
    assert steps == [
        Step("build test", 0, 3, "resources", "building app"),
        Step("build test", 0, 3, "resources", "building app and 1 more"),
        Step("build test", 1, 3, "resources", "changing data"),
        Step("build test", 2, 3, "resources", ""),
    ]


def test_pulumi_s_own_parts_are_not_counted() -> None:
    _, steps = followed(
        event("resOutputsEvent", "network", custom=False),
        event("resOutputsEvent", "azure", type_="pulumi:providers:azure-native"),
    )
    assert steps == []


def test_what_has_not_changed_counts_as_done_and_is_not_told_as_under_way() -> None:
    _, steps = followed(event("resourcePreEvent", "app", "same"), event("resOutputsEvent", "app", "same"))
    assert steps == [Step("build test", 1, 3, "resources", "")]


def test_more_than_was_foreseen_is_never_more_than_all() -> None:
    _, steps = followed(event("resOutputsEvent", "old", "delete"), event("resOutputsEvent", "app"), total=1)
    assert [(one.done, one.total) for one in steps] == [(1, 1), (2, 2)]


def test_many_events_are_told_now_and_then_and_at_the_end() -> None:
    steps: list[Step] = []

    def take(step: Step) -> None:
        steps.append(step)

    following = Following("build test", 3, take, every=60)
    for name in ("app", "data", "mgmt"):
        following(event("resourcePreEvent", name))
        following(event("resOutputsEvent", name))
    assert [one.done for one in steps] == [0, 3]
    assert following.changes == {"create": 3}


def test_what_goes_wrong_is_told_with_its_resource_and_the_first_three_only() -> None:
    following, steps = followed(
        event("resourcePreEvent", "app"),
        said("error", "\nthe range overlaps.\nmore of it", "app"),
        event("resOpFailedEvent", "app"),
        said("error", "update failed"),
        said("error", "the range overlaps", "data"),
        said("error", "no quota", "mgmt"),
    )
    assert following.why() == "app: the range overlaps; update failed; data: the range overlaps; and 1 more"
    assert steps[-1].done == 0


def test_a_rule_that_is_mandatory_goes_wrong_and_one_that_advises_warns() -> None:
    following, _ = followed(rule("mandatory", "app"), rule("advisory", "data"), rule("advisory", "data"))
    assert following.why() == "app: NET-01: It has a public address"
    assert following.warnings == ["data: NET-01: It has a public address"]


def test_what_is_only_information_is_not_told() -> None:
    following, steps = followed(
        said("info", "ran 3 checks", "app"), said("warning", "  "), event("summaryEvent", "x")
    )
    assert (following.why(), following.warnings, steps) == ("", [], [])
