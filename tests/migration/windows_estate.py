"""A council's Windows servers on VMware, as RVTools lists them: what a typical export holds, with nothing read inside."""

from collections.abc import Sequence
from typing import Any

from tests.inventory.sources.exports import machine


def windows(version: str) -> str:
    return f"Microsoft Windows Server {version} (64-bit)"


SERVERS: Sequence[tuple[str, str, str]] = (
    # name, operating system, annotation
    ("ANY-DC01", windows("2012 R2"), ""),
    ("ANY-DC02", windows("2022"), "Domain controller, Civic Centre"),
    ("ANY-SQL01", windows("2019"), "SQL Server for Revenues"),
    ("ANY-SQL02", windows("2012 R2"), "SQL Server for Housing"),
    ("ANY-FS01", windows("2022"), "File server: home drives"),
    ("ANY-PRINT01", windows("2016"), ""),
    ("ANY-DHCP01", windows("2022"), ""),
    ("ANY-APP01", windows("2019"), "Northgate Revenues application server"),
    ("ANY-APP02", windows("2008 R2"), "Planning application server"),
    ("ANY-WEB01", windows("2022"), ""),
    ("ANY-EXCH01", windows("2016"), "Exchange 2016"),
    ("ANY-WSUS01", windows("2019"), ""),
    ("ANY-VEEAM01", windows("2019"), "Veeam backup server"),
    ("ANY-VCENTER", "VMware Photon OS (64-bit)", ""),
    ("ANY-TEL01", "Other 3.x Linux (64-bit)", "Telephony appliance, managed by the supplier"),
    ("ANY-CA01", windows("2016"), "Certificate authority"),
    ("ANY-RDS01", windows("2019"), "Remote desktop host"),
    ("ANY-MISC01", windows("2016 or later"), ""),
    ("ANY-LNX01", "Ubuntu Linux (64-bit)", ""),
)


def rows() -> list[dict[str, Any]]:
    """The tab vInfo."""
    return [
        machine(
            number,
            **{
                "VM": name,
                "DNS Name": f"{name.lower()}.council.example",
                "OS according to the configuration file": system,
                "OS according to the VMware Tools": system,
                "Annotation": note,
            },
        )
        for number, (name, system, note) in enumerate(SERVERS, 1)
    ]
