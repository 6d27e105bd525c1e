"""Fact `firewall` of Windows: the three profiles, and the rules that let something in."""

import re

from estate.records.facts.firewall import Firewall
from inventory.facts.base import Reading
from inventory.windows.base import Row, Rows, fact

# The registry holds what the firewall goes by, in words that no language changes, and is read in a moment; its own
# classes take seconds. A policy of the domain stands beside, and wins.
SNIPPET = r"""
$local = 'SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
$policy = 'SOFTWARE\Policies\Microsoft\WindowsFirewall'
foreach ($own in 'DomainProfile', 'StandardProfile', 'PublicProfile') {
  $theirs = $own -replace 'Standard', 'Private'
  foreach ($place in @($policy, $theirs), @($policy, $own), @($local, $own)) {
    $k = key "$($place[0])\$($place[1])"
    if ($k) { @{ kind = 'profile'; name = $theirs; by = $(if ($place[0] -eq $policy) { 'policy' } else { 'local' })
      on = $k.GetValue('EnableFirewall'); inbound = $k.GetValue('DefaultInboundAction') } }
  }
}
foreach ($place in "$local\FirewallRules", "$policy\FirewallRules") {
  $k = key $place
  if ($k) { foreach ($name in $k.GetValueNames()) {
    $rule = [string]$k.GetValue($name)
    if ($rule -like '*|Active=TRUE|*' -and $rule -like '*|Dir=In|*') { @{ kind = 'rule'; rule = $rule } } } }
}
@{ kind = 'end' }
"""

_PROFILES = ("DomainProfile", "PrivateProfile", "PublicProfile")
_PROTOCOLS = {"6": "tcp", "17": "udp"}


def parse(rows: Rows) -> Reading:
    """It filters where all three profiles are on: which of them holds changes with the network."""
    rows.one("end")
    on = {name: _first(rows, name, "on") for name in _PROFILES}
    inbound = {name: _first(rows, name, "inbound") for name in _PROFILES}
    if all(value is None for value in on.values()):
        raise ValueError("it did not say its profiles")
    off = [name.removesuffix("Profile") for name, value in on.items() if value != 1]
    rules = [_fields(row) for row in rows.of("rule")]
    allowed = {
        f"{_PROTOCOLS[rule['Protocol']]}/{port}"
        for rule in rules
        if rule.get("Action") == "Allow" and rule.get("Protocol") in _PROTOCOLS
        for port in rule.get("LPort", "").split()
        if re.fullmatch(r"\d{1,5}(-\d{1,5})?", port)
    }
    return rows.known(
        Firewall(
            tool="windows",
            active=not off,
            # Windows blocks what no rule allows unless told otherwise: 1 is block, 0 is allow.
            default_deny=not off and all(value in (None, 1) for value in inbound.values()),
            allowed=tuple(sorted(allowed, key=_by_number)),
            rules=len(rules),
        ),
        f"it is off for: {', '.join(off)}" if off and len(off) < len(_PROFILES) else "",
    )


def _first(rows: Rows, profile: str, what: str) -> int | None:
    """What a policy says, else what is set on the host."""
    said = [row for row in rows.of("profile") if row.text("name") == profile]
    said.sort(key=lambda row: row.text("by") != "policy")
    return next((value for row in said if (value := row.number(what)) is not None), None)


def _fields(row: Row) -> dict[str, str]:
    """`v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=443|…`; several ports are several fields."""
    found: dict[str, str] = {}
    for field in row.text("rule").split("|"):
        name, equals, value = field.partition("=")
        if equals:
            found[name] = f"{found[name]} {value}" if name == "LPort" and name in found else value
    return found


def _by_number(port: str) -> tuple[str, int]:
    protocol, _, number = port.partition("/")
    return protocol, int(number.partition("-")[0])


FACT = fact(
    "firewall",
    "the profiles and the inbound rules of Windows' firewall in the registry, those of a domain's policy too. "
    "Any account.",
    "Windows' firewall",
    SNIPPET,
    parse,
)
