"""Which way the workspace's names are changed."""

from typing import TYPE_CHECKING

from decant.settings import DnsSection

if TYPE_CHECKING:
    from migration.switches.base import NameSwitch


def switch(dns: DnsSection) -> "NameSwitch":
    """The switch that [dns] asks for. Raises `UsageError` where its key cannot be read, or an id is none."""
    from migration.switches.command import CommandSwitch
    from migration.switches.rfc2136 import DnsSwitch
    from migration.tsig import read_key

    if dns.azure_zone:
        # Only here: it takes half a second to import.
        from azure.identity import DefaultAzureCredential

        from migration.switches.azure import AzureSwitch

        return AzureSwitch(dns.azure_zone, DefaultAzureCredential())
    if dns.command:
        return CommandSwitch(dns.command, dns.zone)
    return DnsSwitch(dns.server, dns.zone, read_key(dns.key), dns.port)
