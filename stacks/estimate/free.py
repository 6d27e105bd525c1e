"""Kinds of resource that cost nothing by themselves, each with the reason. What is in no table is not free."""

from collections.abc import Mapping
from types import MappingProxyType

_WITH = "It is charged with what it belongs to: "

FREE: Mapping[str, str] = MappingProxyType(
    {
        "pulumi:providers:azure-native": "It says where to build, and is nothing in Azure.",
        "azure-native:resources:ResourceGroup": "A group is a label.",
        "azure-native:network:VirtualNetwork": "Azure charges for what passes a network's edges, not for it.",
        "azure-native:network:Subnet": "Part of a network.",
        "azure-native:network:NetworkSecurityGroup": "Azure does not charge for security groups.",
        "azure-native:network:NetworkInterface": "Part of a VM.",
        "azure-native:network:PrivateDnsZoneGroup": "Part of a private endpoint.",
        "azure-native:network:LocalNetworkGateway": "It describes the council's own VPN device.",
        "azure-native:network:VirtualNetworkGatewayConnection": "A gateway's price holds its first ten tunnels.",
        "azure-native:dnsresolver:DnsResolver": f"{_WITH}its endpoints.",
        "azure-native:dnsresolver:ForwardingRule": f"{_WITH}the ruleset.",
        "azure-native:dnsresolver:PrivateResolverVirtualNetworkLink": f"{_WITH}the ruleset.",
        "azure-native:privatedns:VirtualNetworkLink": f"{_WITH}the zone.",
        "azure-native:managedidentity:UserAssignedIdentity": "Azure does not charge for identities.",
        "azure-native:authorization:RoleAssignment": "Azure does not charge for access rules.",
        "azure-native:authorization:ManagementLockByScope": "Azure does not charge for locks.",
        "azure-native:consumption:Budget": "Azure does not charge for budgets without actions.",
        "azure-native:monitor:DiagnosticSetting": f"{_WITH}the logs that the workspace takes in.",
        "azure-native:monitor:ActivityLogAlert": "Azure does not charge for alerts on its activity log.",
        "azure-native:monitor:ActionGroup": "The first 1,000 e-mails a month are free; it sends nothing else.",
        "azure-native:recoveryservices:Vault": f"{_WITH}each machine that is backed up.",
        "azure-native:recoveryservices:ProtectionPolicy": f"{_WITH}each machine that is backed up.",
        "azure-native:storage:BlobServiceProperties": f"{_WITH}the storage account.",
        "azure-native:storage:BlobContainer": f"{_WITH}the storage account.",
        "azure-native:storage:ManagementPolicy": "Azure does not charge for lifecycle rules that delete.",
        "azure-native:compute:VirtualMachineExtension": "Part of a VM.",
        "azure-native:devtestlab:GlobalSchedule": "Azure does not charge for a VM's shutdown schedule.",
        "azure-native:monitor:DataCollectionRule": f"{_WITH}the logs that the workspace takes in.",
        "azure-native:monitor:DataCollectionEndpoint": f"{_WITH}the logs that the workspace takes in.",
        "azure-native:monitor:PrivateLinkScope": f"{_WITH}its private endpoint.",
        "azure-native:monitor:PrivateLinkScopedResource": f"{_WITH}the private endpoint of its scope.",
        "azure-native:monitor:DataCollectionRuleAssociation": f"{_WITH}the logs that the workspace takes in.",
        "azure-native:dbformysql:AzureADAdministrator": "Part of a MySQL server.",
        "azure-native:dbformysql:Configuration": "Part of a MySQL server.",
        "azure-native:dbformysql:Database": "Part of a MySQL server; its storage is charged with that.",
        "azure-native:dbforpostgresql:Administrator": "Part of a PostgreSQL server.",
        "azure-native:dbforpostgresql:Configuration": "Part of a PostgreSQL server.",
        "azure-native:dbforpostgresql:Database": "Part of a PostgreSQL server; its storage is charged with that.",
    }
)
