"""Fact `cpu` of Windows. It keeps no load averages."""

from estate.records.facts.cpu import Cpu
from inventory.facts.base import Reading
from inventory.windows.base import Rows, fact

SNIPPET = r"""
cim Win32_Processor | ForEach-Object {
  @{ kind = 'processor'; model = $_.Name; cores = $_.NumberOfCores; logical = $_.NumberOfLogicalProcessors } }
"""


def parse(rows: Rows) -> Reading:
    """Sum the logical processors of all sockets."""
    sockets = rows.of("processor")
    first = rows.one("processor")
    return rows.known(
        Cpu(
            count=sum(row.number("logical") or row.count("cores") for row in sockets),
            model=" ".join(first.text("model").split()),
        )
    )


FACT = fact("cpu", "Win32_Processor. Any account.", "the WMI class Win32_Processor", SNIPPET, parse)
