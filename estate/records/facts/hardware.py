"""The machine itself, as its own tables describe it."""

from estate.records.base import Record


class Hardware(Record):
    """Fact `hardware`, from the SMBIOS tables. Empty where the machine says nothing, or nothing of use."""

    vendor: str = ""
    product: str = ""
    version: str = ""
    serial: str = ""
    uuid: str = ""
    """As SMBIOS gives it, in capitals: with it a server is known again in VMware or Azure."""
    asset_tag: str = ""
    board: str = ""
    chassis: int | None = None
    """SMBIOS' number for the kind of housing: 17 and 23 stand in racks, 1 is a virtual machine."""
    bios: str = ""
    """Maker and version of its firmware."""
    bios_date: str = ""
    """As written, mostly `MM/DD/YYYY`."""
