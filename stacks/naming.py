"""Names of Azure resources: Cloud Adoption Framework abbreviations, checked against Azure's rules beforehand.

`rg-council-prod-uks-network`: abbreviation, service, stack, region, part. Names that must be unique in all of
Azure, or that Azure keeps for a while after a deletion, end in a code of the subscription, and those of
short-lived stacks in the stack's suffix, so that a stack can be built again the day after it was destroyed.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from estate.errors import DecantError, UsageError
from stacks.settings.whole import StackSettings

REGION_CODES: Mapping[str, str] = MappingProxyType({"uksouth": "uks", "ukwest": "ukw"})

_HYPHENS = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_WIDE = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_ALNUM = r"[a-z0-9]+"


@dataclass(frozen=True)
class Rule:
    """What Azure takes as the name of one kind of resource, and the abbreviation it starts with.

    `unique` names are one in all of Azure: they are short, and end in a code.
    """

    abbreviation: str
    shortest: int
    longest: int
    pattern: str = _WIDE
    unique: bool = False

    @property
    def hyphens(self) -> bool:
        """Whether the name may have hyphens."""
        return self.pattern != _ALNUM


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "resource group": Rule("rg", 1, 90),
        "virtual network": Rule("vnet", 2, 64),
        "subnet": Rule("snet", 1, 80),
        "network security group": Rule("nsg", 1, 80),
        "NAT gateway": Rule("ng", 1, 80),
        "public address": Rule("pip", 1, 80),
        "flow log": Rule("fl", 1, 80),
        "Bastion": Rule("bas", 1, 80),
        "VPN gateway": Rule("vgw", 1, 80),
        "local network gateway": Rule("lgw", 1, 80),
        "VPN connection": Rule("con", 1, 80),
        "DNS resolver": Rule("dnspr", 1, 80),
        "DNS inbound endpoint": Rule("in", 1, 80),
        "DNS outbound endpoint": Rule("out", 1, 80),
        "DNS forwarding ruleset": Rule("dnsfrs", 1, 80),
        "key vault": Rule("kv", 3, 24, r"[A-Za-z](?!.*--)[A-Za-z0-9-]*[A-Za-z0-9]", unique=True),
        "log workspace": Rule("log", 4, 63, _HYPHENS),
        "action group": Rule("ag", 1, 260),
        "alert": Rule("ar", 1, 260),
        "recovery vault": Rule("rsv", 2, 50, r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?"),
        "backup policy": Rule("bkpol", 3, 150, r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?"),
        "storage account": Rule("st", 3, 24, _ALNUM, unique=True),
        "PostgreSQL server": Rule("psql", 3, 63, r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", unique=True),
        "MySQL server": Rule("mysql", 3, 63, r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", unique=True),
        "data collection rule": Rule("dcr", 3, 64, _HYPHENS),
        # So short is what Azure takes that it has to be named as what is one in all of Azure.
        "data collection endpoint": Rule("dce", 3, 44, _HYPHENS, unique=True),
        "monitor private link scope": Rule("ampls", 1, 255),
        "virtual machine": Rule("vm", 1, 64, _HYPHENS),
        "network interface": Rule("nic", 1, 80),
        "disk": Rule("disk", 1, 80),
        "OS disk": Rule("osdisk", 1, 80),
        "private endpoint": Rule("pep", 2, 64),
        "identity": Rule("id", 3, 128, r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"),
        "diagnostic setting": Rule("diag", 1, 260),
        "lock": Rule("lock", 1, 90),
        "budget": Rule("budget", 1, 63, r"[A-Za-z0-9_-]+"),
    }
)
"""Lengths and characters from Microsoft's "Naming rules and restrictions for Azure resources"."""


def check(kind: str, name: str) -> str:
    """`name`, if Azure takes it for a resource of `kind`; raises `UsageError` that says why not."""
    rule = RULES[kind]
    if not rule.shortest <= len(name) <= rule.longest:
        raise UsageError(
            f"the {kind} name {name!r} has {len(name)} characters; Azure takes {rule.shortest} to {rule.longest}",
            "shorten the stack's name, `service` or the target's name",
        )
    if not re.fullmatch(rule.pattern, name):
        raise UsageError(
            f"the {kind} name {name!r} has characters that Azure does not take",
            "use lower-case letters, digits and hyphens in the stack's name and the target's",
        )
    return name


def short(text: str, longest: int) -> str:
    """`text` in at most `longest` letters and digits; a longer one gives way to its start and a code of it."""
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    if len(plain) <= longest:
        return plain
    code = hashlib.sha256(text.encode()).hexdigest()[:4]
    return plain[: longest - len(code)] + code


@dataclass(frozen=True)
class Names:
    """Gives every resource of one stack its name."""

    stack: str
    service: str
    region: str
    suffix: str
    subscription: str

    @classmethod
    def of(cls, stack: str, settings: StackSettings) -> "Names":
        """The names of one stack."""
        return cls(stack, settings.service, settings.region, settings.suffix, settings.subscription)

    @property
    def code(self) -> str:
        """What sets unique names apart: the suffix, or for a lasting stack a code of its subscription."""
        if self.suffix:
            return self.suffix
        return hashlib.sha256(f"{self.subscription}/{self.stack}".encode()).hexdigest()[:4]

    def name(self, kind: str, part: str = "") -> str:
        """The name of a resource of `kind`; `part` sets several of a kind apart. Raises `UsageError`."""
        if kind not in RULES:
            raise DecantError(f"no naming rule for {kind!r}", "add it to stacks/naming.py")
        rule = RULES[kind]
        stack = {"production": "prod"}.get(self.stack, self.stack)
        if rule.unique:
            pieces = [rule.abbreviation, self.service, short(stack, 5), part, self.code]
        else:
            pieces = [
                rule.abbreviation,
                self.service,
                stack,
                REGION_CODES.get(self.region, self.region),
                part,
                self.suffix,
            ]
        joint = "-" if rule.hyphens else ""
        text = joint.join(piece for piece in pieces if piece)
        return check(kind, text if rule.hyphens else re.sub(r"[^a-z0-9]", "", text))


_OF_TARGETS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "vm": (("virtual machine", "{}"), ("network interface", "{}"), ("OS disk", "{}"), ("alert", "{}-cpu")),
        "mariadb": (
            ("virtual machine", "{}"),
            ("network interface", "{}"),
            ("OS disk", "{}"),
            ("disk", "{}-mariadb"),
        ),
        "postgres": (("PostgreSQL server", "{}"), ("diagnostic setting", "postgres-{}")),
        "mysql": (("MySQL server", "{}"), ("identity", "mysql-{}"), ("diagnostic setting", "mysql-{}")),
    }
)
"""By section of the settings, the names that hold a target's own."""


def refuse_long_names(stack: str, settings: StackSettings) -> None:
    """Raises `UsageError` that names the setting where a name would be one that Azure does not take."""
    names = Names.of(stack, settings)
    shorter = "shorten it, or `service`"
    for kind in RULES:
        try:
            names.name(kind)
        except UsageError as wrong:
            raise UsageError(f"the stack's name {stack!r} is too long: {wrong.what}", shorter) from None
    for section, kinds in _OF_TARGETS.items():
        for number, target in enumerate(getattr(settings, section), start=1):
            disks = [("disk", f"{{}}-{disk.name}") for disk in getattr(target, "disks", ())]
            for kind, part in (*kinds, *disks):
                try:
                    names.name(kind, part.format(target.name))
                except UsageError as wrong:
                    raise UsageError(
                        f"{section} {number}, name {target.name!r} is too long in the stack {stack}: {wrong.what}",
                        shorter,
                    ) from None
