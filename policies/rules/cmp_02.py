"""CMP-02: virtual machines start only what is signed."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, passed, resource


def _check(machine: Resource, context: Context) -> Verdict:
    del context
    kind = reading.text(machine.inputs, "securityProfile.securityType")
    secure_boot = reading.flag(machine.inputs, "securityProfile.uefiSettings.secureBootEnabled")
    vtpm = reading.flag(machine.inputs, "securityProfile.uefiSettings.vTpmEnabled")
    observed = f"securityType = {kind or 'nothing'}, secure boot {secure_boot}, vTPM {vtpm}"
    if (kind or "").lower() in ("trustedlaunch", "confidentialvm") and secure_boot and vtpm:
        return passed(observed)
    return failed("trusted launch with secure boot and vTPM is not on", observed)


def _machine(kind: str, secure_boot: bool) -> Resource:
    profile = {"securityType": kind, "uefiSettings": {"secureBootEnabled": secure_boot, "vTpmEnabled": True}}
    return resource("compute:VirtualMachine", securityProfile=profile)


RULE = ResourceRule(
    id="CMP-02",
    title="Virtual machines use trusted launch",
    severity="medium",
    enforcement="mandatory",
    rationale="Secure boot and a virtual TPM stop code that starts before the operating system and hides from it.",
    remedy="Set securityType to TrustedLaunch, with secure boot and vTPM on.",
    controls=ncsc("5.4", "14.1"),
    types=("azure-native:compute:VirtualMachine",),
    check=_check,
    passing=(_machine("TrustedLaunch", True), _machine("ConfidentialVM", True)),
    failing=(_machine("TrustedLaunch", False), _machine("Standard", True), resource("compute:VirtualMachine")),
)
