"""CMP-08: virtual machines start from an operating system that stays in support."""

import re
from datetime import timedelta

from estate.catalogue.lifecycle import support_of
from estate.errors import UndecidedError
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

_LEFT = timedelta(days=90)
"""A new machine should have at least this much support left."""
_IMAGES = (
    ("debian", re.compile(r"debian-(\d+)"), "debian"),
    ("canonical", re.compile(r"(?:ubuntu-)?(\d\d)[_.](\d\d)"), "ubuntu"),
    ("redhat", re.compile(r"(?:^|[^\d])(\d{1,2})(?:[_.-]|$|lvm)"), "rhel"),
    ("microsoftwindowsserver", re.compile(r"(20\d\d)"), "windows-server"),
)


def _check(machine: Resource, context: Context) -> Verdict:
    image = "storageProfile.imageReference"
    if reading.value(machine.inputs, image) is None:
        return not_applicable("made from an existing disk")
    publisher = (reading.text(machine.inputs, f"{image}.publisher") or "").lower()
    offer = reading.text(machine.inputs, f"{image}.offer") or ""
    sku = reading.text(machine.inputs, f"{image}.sku") or ""
    observed = f"image {publisher} {offer} {sku}"
    product, version = _product(publisher, offer, sku)
    if product is None:
        raise UndecidedError(f"no support dates for the {observed}", "look up its end of support by hand")
    support = support_of(product, version, context.today, context.lifecycle)
    if support.status == "unknown":
        raise UndecidedError(support.reason, "look up its end of support by hand")
    last = max(
        (d for d in (support.ends, support.extended_until if product == "debian" else None) if d), default=None
    )
    if support.status == "ended" or (last is not None and last - context.today < _LEFT):
        return failed(f"{support.product} {support.version}: {support.reason}", observed)
    return passed(f"{observed}: {support.reason}")


def _product(publisher: str, offer: str, sku: str) -> tuple[str | None, str]:
    for maker, pattern, product in _IMAGES:
        if publisher == maker:
            for said in (offer, sku):
                found = pattern.search(said.lower())
                if found:
                    return product, ".".join(found.groups())
    return None, ""


def _image(publisher: str, offer: str, sku: str) -> Resource:
    return resource(
        "compute:VirtualMachine",
        storageProfile={
            "imageReference": {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest"}
        },
    )


RULE = ResourceRule(
    id="CMP-08",
    title="Virtual machines start from an image in support",
    severity="critical",
    enforcement="mandatory",
    rationale="A machine that is new today and out of support tomorrow is the server room again.",
    remedy="Choose a release with at least 90 days of support left, better with years.",
    controls=(*ncsc("5.1"), *cyber_essentials("CE-SUM-01")),
    types=("azure-native:compute:VirtualMachine",),
    check=_check,
    passing=(
        _image("Debian", "debian-12", "12-gen2"),
        _image("Canonical", "ubuntu-24_04-lts", "server"),
        _image("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"),
        _image("RedHat", "RHEL", "9-lvm-gen2"),
        _image("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition"),
    ),
    failing=(
        _image("Debian", "debian-11", "11-gen2"),
        _image("Canonical", "UbuntuServer", "18.04-LTS"),
        _image("RedHat", "RHEL", "7_9"),
        _image("MicrosoftWindowsServer", "WindowsServer", "2012-r2-datacenter"),
    ),
)
