"""CMP-07: virtual machines are patched by the platform."""

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


def _check(machine: Resource, context: Context) -> Verdict:
    del context
    if reading.value(machine.inputs, "osProfile") is None:
        return not_applicable("made from an existing disk")
    windows = reading.value(machine.inputs, "osProfile.windowsConfiguration") is not None
    path = f"osProfile.{'windows' if windows else 'linux'}Configuration.patchSettings.patchMode"
    mode = reading.text(machine.inputs, path)
    if (mode or "").lower() == "automaticbyplatform":
        return passed(f"{path} = {mode}")
    return failed("the platform does not install security updates", f"{path} = {mode or 'nothing'}")


def _linux(mode: str) -> Resource:
    configuration = {"patchSettings": {"patchMode": mode}}
    return resource("compute:VirtualMachine", osProfile={"linuxConfiguration": configuration})


RULE = ResourceRule(
    id="CMP-07",
    title="Virtual machines are patched by the platform",
    severity="high",
    enforcement="mandatory",
    rationale="Critical fixes have to be in within 14 days, on machines that nobody logs in to as well.",
    remedy="Set patchMode to AutomaticByPlatform and attach a maintenance configuration.",
    controls=(*ncsc("5.1"), *cyber_essentials("CE-SUM-03", "CE-SUM-04")),
    types=("azure-native:compute:VirtualMachine",),
    check=_check,
    passing=(
        _linux("AutomaticByPlatform"),
        resource(
            "compute:VirtualMachine",
            osProfile={"windowsConfiguration": {"patchSettings": {"patchMode": "AutomaticByPlatform"}}},
        ),
    ),
    failing=(_linux("ImageDefault"), resource("compute:VirtualMachine", osProfile={"computerName": "app"})),
)
