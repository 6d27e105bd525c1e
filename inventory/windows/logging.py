"""Fact `logging` of Windows: where its events are forwarded to."""

import re

from estate.records.facts.logging import Logging
from inventory.facts.base import Reading
from inventory.windows.base import Rows, fact

SNIPPET = r"""
$k = key 'SOFTWARE\Policies\Microsoft\Windows\EventLog\EventForwarding\SubscriptionManager'
if ($k) { foreach ($name in $k.GetValueNames()) { @{ kind = 'forwards'; to = [string]$k.GetValue($name) } } }
@{ kind = 'end' }
"""


def parse(rows: Rows) -> Reading:
    """`Server=http://collector:5985/wsman/…,Refresh=60`. What an agent ships is the fact `agents`' to tell."""
    rows.one("end")
    found = [re.search(r"server=https?://([^:/,\s]+)", row.text("to"), re.I) for row in rows.of("forwards")]
    if any(one is None for one in found):
        raise ValueError("a collector is written as nobody knows it")
    return rows.known(Logging(forwards_to=tuple(dict.fromkeys(one[1].lower() for one in found if one))))


FACT = fact(
    "logging",
    "the collectors of Windows event forwarding in the registry. Any account.",
    "the registry",
    SNIPPET,
    parse,
)
