"""CMP-01: virtual machines take SSH keys, no passwords."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import (
    Context,
    ResourceRule,
    Verdict,
    cyber_essentials,
    failed,
    ncsc,
    not_applicable,
    passed,
    resource,
)

_PATH = "osProfile.linuxConfiguration.disablePasswordAuthentication"


def _check(machine: Resource, context: Context) -> Verdict:
    del context
    if reading.value(machine.inputs, "osProfile.windowsConfiguration") is not None:
        return not_applicable("a Windows machine")
    if reading.value(machine.inputs, "osProfile") is None:
        return not_applicable("made from an existing disk")
    if reading.flag(machine.inputs, _PATH):
        return passed(f"{_PATH} is true")
    return failed("SSH takes passwords", f"{_PATH} is not true")


RULE = ResourceRule(
    id="CMP-01",
    title="Linux virtual machines take SSH keys only",
    severity="high",
    enforcement="mandatory",
    rationale="Passwords are guessed, reused and shared; a key is none of these.",
    remedy="Set disablePasswordAuthentication to true and give the administrators' public keys.",
    controls=(*ncsc("10", "12"), *cyber_essentials("CE-UAC-07")),
    types=("azure-native:compute:VirtualMachine",),
    check=_check,
    passing=(
        resource(
            "compute:VirtualMachine", osProfile={"linuxConfiguration": {"disablePasswordAuthentication": True}}
        ),
    ),
    failing=(
        resource(
            "compute:VirtualMachine", osProfile={"linuxConfiguration": {"disablePasswordAuthentication": False}}
        ),
        resource("compute:VirtualMachine", osProfile={"computerName": "app"}),
    ),
)
