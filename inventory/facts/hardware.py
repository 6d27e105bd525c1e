"""Fact `hardware`: maker, model, serial number and firmware of the machine."""

from estate.records.facts.hardware import Hardware
from inventory.facts.base import Fact, Reading, Section, absent, failed, known, unreadable, values_of

_FOLDER = "/sys/class/dmi/id/"
_NAMES = (
    *("sys_vendor", "product_name", "product_version", "product_serial", "product_uuid", "chassis_asset_tag"),
    *("board_name", "chassis_type", "bios_vendor", "bios_version", "bios_date"),
)
# What makers write where they have nothing to say.
_NOTHING = frozenset(
    {
        *("", "none", "not specified", "not available", "not applicable", "unknown", "default string", "n/a"),
        *(
            "to be filled by o.e.m.",
            "system product name",
            "system manufacturer",
            "system version",
            "0",
            "123456789",
        ),
        *("system serial number", "no asset tag", "no asset information", "asset tag", "chassis asset tag"),
    }
)


def parse(section: Section) -> Reading:
    """Read the values; serial number and identifier are for root alone."""
    refused = section.refused
    seen = {file.removeprefix(_FOLDER): value for file, value in values_of(section.pairs).items()}
    if not seen:
        if section.output.strip() == b"tables":
            return (
                unreadable("the machine's tables may not be read")
                if refused
                else failed("the tables gave nothing")
            )
        return absent("the machine has no SMBIOS table")

    def value(name: str) -> str:
        text = seen.get(name, "")
        return "" if text.lower() in _NOTHING else text

    chassis = seen.get("chassis_type", "")
    return known(
        Hardware(
            vendor=value("sys_vendor"),
            product=value("product_name"),
            version=value("product_version"),
            serial=value("product_serial"),
            uuid=value("product_uuid").upper(),
            asset_tag=value("chassis_asset_tag"),
            board=value("board_name"),
            chassis=int(chassis) if chassis.isdigit() else None,
            bios=" ".join(filter(None, (value("bios_vendor"), value("bios_version")))),
            bios_date=value("bios_date"),
        ),
        partial="serial number and identifier" if refused else "",
        privilege="root" if refused else "",
    )


FACT = Fact(
    id="hardware",
    reads="/sys/class/dmi/id: maker, model, firmware. Any account; root for serial number and identifier.",
    tool="grep",
    snippet="[ -d /sys/class/dmi/id ] && echo tables\nreturn 0",
    files=tuple(_FOLDER + name for name in _NAMES),
    parser=parse,
    light=True,
    run_as="root",
)
