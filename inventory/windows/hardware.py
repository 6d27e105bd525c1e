"""Fact `hardware` of Windows: the machine itself, from its SMBIOS tables."""

from estate.records.facts.hardware import Hardware
from inventory.facts.base import Reading
from inventory.windows.base import Rows, fact

SNIPPET = r"""
$p = cim Win32_ComputerSystemProduct
$c = cim Win32_ComputerSystem
$b = cim Win32_BIOS
@{ kind = 'machine'; vendor = $c.Manufacturer; product = $c.Model; version = $p.Version
   serial = $b.SerialNumber; uuid = $p.UUID; firmware_maker = $b.Manufacturer
   firmware = $b.SMBIOSBIOSVersion; firmware_date = (when $b.ReleaseDate) }
part 'the board' { cim Win32_BaseBoard | ForEach-Object {
  @{ kind = 'board'; maker = $_.Manufacturer; product = $_.Product } } }
part 'the housing' { cim Win32_SystemEnclosure | ForEach-Object {
  @{ kind = 'housing'; types = @($_.ChassisTypes); tag = $_.SMBIOSAssetTag } } }
"""


def parse(rows: Rows) -> Reading:
    """Placeholders stay as they are: what is none is decided where servers are told apart."""
    machine = rows.one("machine")
    board = next((f"{row.text('maker')} {row.text('product')}".strip() for row in rows.of("board")), "")
    housing = next(iter(rows.of("housing")), None)
    types = [one for one in (housing.texts("types") if housing else ()) if one.isdecimal()]
    made = machine.moment("firmware_date")
    return rows.known(
        Hardware(
            vendor=machine.text("vendor"),
            product=machine.text("product"),
            version=machine.text("version"),
            serial=machine.text("serial"),
            uuid=machine.text("uuid").upper(),
            asset_tag=housing.text("tag") if housing else "",
            board=board,
            chassis=int(types[0]) if types and len(types[0]) < 4 else None,
            bios=f"{machine.text('firmware_maker')} {machine.text('firmware')}".strip(),
            bios_date=made.strftime("%m/%d/%Y") if made else "",
        )
    )


FACT = fact(
    "hardware",
    "Win32_ComputerSystemProduct, Win32_ComputerSystem, Win32_BIOS, Win32_BaseBoard and Win32_SystemEnclosure. "
    "Any account.",
    "the WMI class Win32_ComputerSystemProduct",
    SNIPPET,
    parse,
)
