"""Every Azure type that a stack may hold: what Azure Resource Manager calls it, and which inputs name it.

From Azure's reference of resource types, in which a resource's id is the group or scope that it is in, `/providers/`,
the provider, and a type and a name in turn. A test holds the inputs against the classes of `pulumi_azure_native`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

AZURE = "azure-native:"
"""What every type's token begins with."""
GROUP_TYPE = "azure-native:resources:ResourceGroup"
LITERAL = "="
"""Begins a name that is always the same, and that no input holds."""


@dataclass(frozen=True)
class ArmType:
    """One type of resource."""

    arm: str
    """As `Microsoft.Network/virtualNetworks/subnets`."""
    names: tuple[str, ...]
    """The inputs that hold its names, outermost first: one for each type in `arm`. One that begins with `=` is a name."""
    scope: str = ""
    """The input that holds the id of what it is set on; empty for what is in a resource group."""

    @property
    def segments(self) -> tuple[str, ...]:
        """The types in `arm`, without the provider."""
        return tuple(self.arm.split("/")[1:])

    @property
    def provider(self) -> str:
        """The provider in `arm`, as `Microsoft.Network`."""
        return self.arm.partition("/")[0]


def _in_group(arm: str, *names: str) -> ArmType:
    return ArmType(arm, names)


def _on(scope: str, arm: str, *names: str) -> ArmType:
    return ArmType(arm, names, scope)


_NET = "Microsoft.Network"
_NSG = "networkSecurityGroupName"
_VNET = "virtualNetworkName"
_ACCOUNT = "accountName"
_SERVER = "serverName"
_VAULT = "vaultName"

_TYPES: Mapping[str, ArmType] = {
    # Who may do what, and what may not be deleted.
    "authorization:ManagementLockByScope": _on("scope", "Microsoft.Authorization/locks", "lockName"),
    "authorization:RoleAssignment": _on("scope", "Microsoft.Authorization/roleAssignments", "roleAssignmentName"),
    "managedidentity:UserAssignedIdentity": _in_group(
        "Microsoft.ManagedIdentity/userAssignedIdentities", "resourceName"
    ),
    "managedidentity:FederatedIdentityCredential": _in_group(
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "resourceName",
        "federatedIdentityCredentialResourceName",
    ),
    # Groups and money.
    "resources:ResourceGroup": _in_group("Microsoft.Resources/resourceGroups", "resourceGroupName"),
    "consumption:Budget": _on("scope", "Microsoft.Consumption/budgets", "budgetName"),
    # Machines.
    "compute:Disk": _in_group("Microsoft.Compute/disks", "diskName"),
    "compute:DiskEncryptionSet": _in_group("Microsoft.Compute/diskEncryptionSets", "diskEncryptionSetName"),
    "compute:VirtualMachine": _in_group("Microsoft.Compute/virtualMachines", "vmName"),
    "compute:VirtualMachineExtension": _in_group(
        "Microsoft.Compute/virtualMachines/extensions", "vmName", "vmExtensionName"
    ),
    "devtestlab:GlobalSchedule": _in_group("Microsoft.DevTestLab/schedules", "name"),
    # Databases.
    "dbformysql:AzureADAdministrator": _in_group(
        "Microsoft.DBforMySQL/flexibleServers/administrators", _SERVER, "administratorName"
    ),
    "dbformysql:Configuration": _in_group(
        "Microsoft.DBforMySQL/flexibleServers/configurations", _SERVER, "configurationName"
    ),
    "dbformysql:Database": _in_group("Microsoft.DBforMySQL/flexibleServers/databases", _SERVER, "databaseName"),
    "dbformysql:Server": _in_group("Microsoft.DBforMySQL/flexibleServers", _SERVER),
    "dbforpostgresql:Administrator": _in_group(
        "Microsoft.DBforPostgreSQL/flexibleServers/administrators", _SERVER, "objectId"
    ),
    "dbforpostgresql:Configuration": _in_group(
        "Microsoft.DBforPostgreSQL/flexibleServers/configurations", _SERVER, "configurationName"
    ),
    "dbforpostgresql:Database": _in_group(
        "Microsoft.DBforPostgreSQL/flexibleServers/databases", _SERVER, "databaseName"
    ),
    "dbforpostgresql:Server": _in_group("Microsoft.DBforPostgreSQL/flexibleServers", _SERVER),
    # Names.
    "dnsresolver:DnsForwardingRuleset": _in_group(f"{_NET}/dnsForwardingRulesets", "dnsForwardingRulesetName"),
    "dnsresolver:DnsResolver": _in_group(f"{_NET}/dnsResolvers", "dnsResolverName"),
    "dnsresolver:ForwardingRule": _in_group(
        f"{_NET}/dnsForwardingRulesets/forwardingRules", "dnsForwardingRulesetName", "forwardingRuleName"
    ),
    "dnsresolver:InboundEndpoint": _in_group(
        f"{_NET}/dnsResolvers/inboundEndpoints", "dnsResolverName", "inboundEndpointName"
    ),
    "dnsresolver:OutboundEndpoint": _in_group(
        f"{_NET}/dnsResolvers/outboundEndpoints", "dnsResolverName", "outboundEndpointName"
    ),
    "dnsresolver:PrivateResolverVirtualNetworkLink": _in_group(
        f"{_NET}/dnsForwardingRulesets/virtualNetworkLinks", "dnsForwardingRulesetName", "virtualNetworkLinkName"
    ),
    "privatedns:PrivateZone": _in_group(f"{_NET}/privateDnsZones", "privateZoneName"),
    "privatedns:VirtualNetworkLink": _in_group(
        f"{_NET}/privateDnsZones/virtualNetworkLinks", "privateZoneName", "virtualNetworkLinkName"
    ),
    # Networks.
    "network:BastionHost": _in_group(f"{_NET}/bastionHosts", "bastionHostName"),
    "network:FlowLog": _in_group(f"{_NET}/networkWatchers/flowLogs", "networkWatcherName", "flowLogName"),
    "network:LocalNetworkGateway": _in_group(f"{_NET}/localNetworkGateways", "localNetworkGatewayName"),
    "network:NatGateway": _in_group(f"{_NET}/natGateways", "natGatewayName"),
    "network:NetworkInterface": _in_group(f"{_NET}/networkInterfaces", "networkInterfaceName"),
    "network:NetworkSecurityGroup": _in_group(f"{_NET}/networkSecurityGroups", _NSG),
    "network:PrivateDnsZoneGroup": _in_group(
        f"{_NET}/privateEndpoints/privateDnsZoneGroups", "privateEndpointName", "privateDnsZoneGroupName"
    ),
    "network:PrivateEndpoint": _in_group(f"{_NET}/privateEndpoints", "privateEndpointName"),
    "network:PublicIPAddress": _in_group(f"{_NET}/publicIPAddresses", "publicIpAddressName"),
    "network:Route": _in_group(f"{_NET}/routeTables/routes", "routeTableName", "routeName"),
    "network:RouteTable": _in_group(f"{_NET}/routeTables", "routeTableName"),
    "network:SecurityRule": _in_group(f"{_NET}/networkSecurityGroups/securityRules", _NSG, "securityRuleName"),
    "network:Subnet": _in_group(f"{_NET}/virtualNetworks/subnets", _VNET, "subnetName"),
    "network:VirtualNetwork": _in_group(f"{_NET}/virtualNetworks", _VNET),
    "network:VirtualNetworkGateway": _in_group(f"{_NET}/virtualNetworkGateways", "virtualNetworkGatewayName"),
    "network:VirtualNetworkGatewayConnection": _in_group(
        f"{_NET}/connections", "virtualNetworkGatewayConnectionName"
    ),
    "network:VirtualNetworkPeering": _in_group(
        f"{_NET}/virtualNetworks/virtualNetworkPeerings", _VNET, "virtualNetworkPeeringName"
    ),
    # Secrets, storage and backups.
    "keyvault:Key": _in_group("Microsoft.KeyVault/vaults/keys", _VAULT, "keyName"),
    "keyvault:Secret": _in_group("Microsoft.KeyVault/vaults/secrets", _VAULT, "secretName"),
    "keyvault:Vault": _in_group("Microsoft.KeyVault/vaults", _VAULT),
    "recoveryservices:ProtectedItem": _in_group(
        "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems",
        _VAULT,
        "fabricName",
        "containerName",
        "protectedItemName",
    ),
    "recoveryservices:ProtectionPolicy": _in_group(
        "Microsoft.RecoveryServices/vaults/backupPolicies", _VAULT, "policyName"
    ),
    "recoveryservices:Vault": _in_group("Microsoft.RecoveryServices/vaults", _VAULT),
    "storage:BlobContainer": _in_group(
        "Microsoft.Storage/storageAccounts/blobServices/containers", _ACCOUNT, "=default", "containerName"
    ),
    "storage:BlobServiceProperties": _in_group(
        "Microsoft.Storage/storageAccounts/blobServices", _ACCOUNT, "blobServicesName"
    ),
    "storage:ManagementPolicy": _in_group(
        "Microsoft.Storage/storageAccounts/managementPolicies", _ACCOUNT, "managementPolicyName"
    ),
    "storage:StorageAccount": _in_group("Microsoft.Storage/storageAccounts", _ACCOUNT),
    # What watches.
    "monitor:ActionGroup": _in_group("Microsoft.Insights/actionGroups", "actionGroupName"),
    "monitor:ActivityLogAlert": _in_group("Microsoft.Insights/activityLogAlerts", "activityLogAlertName"),
    "monitor:DataCollectionEndpoint": _in_group(
        "Microsoft.Insights/dataCollectionEndpoints", "dataCollectionEndpointName"
    ),
    "monitor:DataCollectionRule": _in_group("Microsoft.Insights/dataCollectionRules", "dataCollectionRuleName"),
    "monitor:DataCollectionRuleAssociation": _on(
        "resourceUri", "Microsoft.Insights/dataCollectionRuleAssociations", "associationName"
    ),
    "monitor:DiagnosticSetting": _on("resourceUri", "Microsoft.Insights/diagnosticSettings", "name"),
    "monitor:MetricAlert": _in_group("Microsoft.Insights/metricAlerts", "ruleName"),
    "monitor:PrivateLinkScope": _in_group("Microsoft.Insights/privateLinkScopes", "scopeName"),
    "monitor:PrivateLinkScopedResource": _in_group(
        "Microsoft.Insights/privateLinkScopes/scopedResources", "scopeName", "name"
    ),
    "monitor:ScheduledQueryRule": _in_group("Microsoft.Insights/scheduledQueryRules", "ruleName"),
    "operationalinsights:Workspace": _in_group("Microsoft.OperationalInsights/workspaces", "workspaceName"),
    "security:Pricing": _on("scopeId", "Microsoft.Security/pricings", "pricingName"),
}

TYPES: Mapping[str, ArmType] = MappingProxyType({f"{AZURE}{token}": kind for token, kind in _TYPES.items()})
"""By the token of `pulumi_azure_native`, as `azure-native:network:Subnet`."""
