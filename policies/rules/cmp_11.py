"""CMP-11: no password goes into a virtual machine's definition."""

import base64
import binascii
import re

from estate.records.preview import SECRET, Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource

_PATTERNS = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    (
        "a password",
        re.compile(r"(?im)\b\w*(password|passwd|pwd|secret|token|api_?key)\w*\s*[:=]\s*[\"']?[^\s\"'$<{]{6,}"),
    ),
    ("a connection string", re.compile(r"(?i)AccountKey=|SharedAccessSignature=|://[^\s/:@]+:[^\s/@]+@")),
)


def _check(machine: Resource, context: Context) -> Verdict:
    del context
    if reading.value(machine.inputs, "osProfile.adminPassword") is not None:
        return failed(
            "an administrator's password is set", "osProfile.adminPassword is set; its value is not shown"
        )
    data = reading.value(machine.inputs, "osProfile.customData")
    if data is None or data == SECRET:
        return passed("no password" + (", and customData is secret" if data else ""))
    written = _decoded(reading.text(machine.inputs, "osProfile.customData") or "")
    found = [name for name, pattern in _PATTERNS if pattern.search(written)]
    if found:
        return failed(f"customData seems to hold {' and '.join(found)}", "its text is not shown")
    return passed("no password, and customData holds nothing like one")


def _decoded(data: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return data


def _machine(**profile: str) -> Resource:
    return resource("compute:VirtualMachine", osProfile=profile)


def _encoded(written: str) -> str:
    return base64.b64encode(written.encode()).decode()


RULE = ResourceRule(
    id="CMP-11",
    title="No password is in a virtual machine's definition",
    severity="critical",
    enforcement="mandatory",
    rationale="What is in the definition is in the state file, in the portal, and readable from inside the "
    "machine.",
    remedy="Use SSH keys, and let the machine fetch its secrets from the vault by its identity.",
    controls=(*ncsc("10"), *cyber_essentials("CE-SC-02")),
    types=("azure-native:compute:VirtualMachine",),
    check=_check,
    passing=(
        _machine(adminUsername="ops"),
        _machine(customData=_encoded("#cloud-config\npackages: [postgresql-client]\n")),
        _machine(customData=SECRET),
        resource("compute:VirtualMachine"),
    ),
    failing=(
        _machine(adminPassword=SECRET),
        _machine(customData=_encoded("#cloud-config\nDB_PASSWORD=correct-horse\n")),
        _machine(customData=_encoded("-----BEGIN OPENSSH PRIVATE KEY-----")),
        _machine(customData="postgresql://app:hunter22@db/reports"),
    ),
)
