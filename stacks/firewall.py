"""The rules of each subnet's network security group, as data: what may come in and go out, and why.

Everything else is denied: each group ends in a rule that denies all that comes in, and one that denies what
goes out to the internet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal

from stacks.addresses import BASTION


@dataclass(frozen=True)
class FirewallRule:
    """One rule. `ports` are Azure port ranges; addresses are ranges or Azure service tags."""

    name: str
    description: str
    direction: Literal["Inbound", "Outbound"]
    access: Literal["Allow", "Deny"]
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ports: tuple[str, ...]
    protocol: Literal["Tcp", "*"] = "Tcp"


def _allow_in(name: str, why: str, sources: tuple[str, ...], to: str, *ports: str) -> FirewallRule:
    return FirewallRule(name, why, "Inbound", "Allow", sources, (to,), ports)


def _allow_out(name: str, why: str, to: str, *ports: str) -> FirewallRule:
    return FirewallRule(name, why, "Outbound", "Allow", ("VirtualNetwork",), (to,), ports)


_DENY_IN = FirewallRule(
    "deny-in", "Nothing else comes in.", "Inbound", "Deny", ("*",), ("*",), ("*",), protocol="*"
)
_DENY_OUT = FirewallRule(
    "deny-out-internet",
    "Nothing else goes out to the internet.",
    "Outbound",
    "Deny",
    ("*",),
    ("Internet",),
    ("*",),
    protocol="*",
)
_UPDATES = _allow_out(
    "allow-out-web", "Updates and Azure services, through the NAT gateway.", "Internet", "80", "443"
)
_TIME = FirewallRule(
    "allow-out-time", "Time from public time servers.", "Outbound", "Allow", ("VirtualNetwork",), ("Internet",),
    ("123",), protocol="*",
)  # fmt: skip


def rules(subnet: str, plan: Mapping[str, IPv4Network], space: IPv4Network) -> tuple[FirewallRule, ...]:
    """The rules of one subnet, in order of priority."""
    ranges = {name: str(network) for name, network in plan.items()}
    here, everyone = ranges[subnet], str(space)
    shell_from = (ranges[BASTION], ranges["management"])
    shell = _allow_in(
        "allow-ssh", "Administration, from Bastion and the management subnet.", shell_from, here, "22"
    )
    allowed: tuple[FirewallRule, ...]
    match subnet:
        case "app":
            allowed = (
                _allow_in(
                    "allow-web", "Users of the systems, inside this network.", (everyone,), here, "80", "443"
                ),
                shell,
                _UPDATES,
                _TIME,
            )
        case "data":
            allowed = (
                _allow_in("allow-data", "Applications to databases and shares.", (ranges["app"],), here,
                          "445", "3306", "5432"),
                shell,
                _UPDATES,
                _TIME,
            )  # fmt: skip
        case "databases":
            allowed = (
                _allow_in("allow-postgresql", "Applications, data servers and administration to PostgreSQL.",
                          (ranges["app"], ranges["data"], ranges["management"]), here, "5432", "6432"),
                _allow_in("allow-postgresql-within", "PostgreSQL's own replication between its zones.",
                          (here,), here, "5432", "6432"),
                _allow_out("allow-out-storage", "Write-ahead logs, which the service keeps.", "Storage", "443"),
                _allow_out("allow-out-entra", "Sign-in with Entra.", "AzureActiveDirectory", "443"),
            )  # fmt: skip
        case "endpoints":
            allowed = (
                _allow_in(
                    "allow-endpoints", "Vault and storage, from inside this network.", (everyone,), here, "443"
                ),
            )
        case "management":
            allowed = (
                _allow_in("allow-ssh", "Administration, from Bastion.", (ranges[BASTION],), here, "22"),
                _UPDATES,
                _TIME,
            )
        case _:
            allowed = _bastion_rules()
            return (*allowed, _DENY_IN)
    return (*allowed, _DENY_IN, _DENY_OUT)


def _bastion_rules() -> tuple[FirewallRule, ...]:
    """What Azure Bastion requires of its subnet's group, from Microsoft's documentation of it."""

    def rule(
        name: str, why: str, way: Literal["Inbound", "Outbound"], source: str, to: str, *ports: str
    ) -> FirewallRule:
        return FirewallRule(name, why, way, "Allow", (source,), (to,), ports)

    mesh, inside = ("8080", "5701"), "VirtualNetwork"
    return (
        rule("allow-https", "Administrators reach Bastion, which signs them in with Entra.", "Inbound",
             "Internet", "*", "443"),
        rule("allow-control", "Azure's control plane of Bastion.", "Inbound", "GatewayManager", "*", "443"),
        rule("allow-probe", "Azure's health probes of Bastion.", "Inbound", "AzureLoadBalancer", "*", "443"),
        rule("allow-mesh-in", "Bastion's hosts among themselves.", "Inbound", inside, inside, *mesh),
        rule("allow-shell-out", "From Bastion to the VMs.", "Outbound", "*", "VirtualNetwork", "22"),
        rule("allow-azure-out", "Bastion's logs and health to Azure.", "Outbound", "*", "AzureCloud", "443"),
        rule("allow-mesh-out", "Bastion's hosts among themselves.", "Outbound", inside, inside, *mesh),
        rule("allow-session-out", "Certificate checks and sessions.", "Outbound", "*", "Internet", "80"),
    )  # fmt: skip
