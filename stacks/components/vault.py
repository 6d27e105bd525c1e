"""The key vault: access by role alone, reached through the network alone."""

import pulumi
from pulumi_azure_native import authorization, keyvault

from stacks.base import Part, Site
from stacks.roles import KEY_VAULT_ADMINISTRATOR, role_id


class KeyVault(Part):
    """The stack's key vault. In production what was deleted cannot be purged for 90 days."""

    def __init__(self, site: Site, group: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("vault", site, opts)
        s = site.settings
        self.vault = keyvault.Vault(
            "key-vault",
            vault_name=site.names.name("key vault"),
            resource_group_name=group,
            location=s.region,
            properties=keyvault.VaultPropertiesArgs(
                tenant_id=s.tenant,
                sku=keyvault.SkuArgs(family="A", name="standard"),
                enable_rbac_authorization=True,
                enable_soft_delete=True,
                # Azure takes true or nothing here: it can never be turned off again.
                enable_purge_protection=True if s.production else None,
                soft_delete_retention_in_days=90 if s.production else 7,
                public_network_access="Disabled",
                network_acls=keyvault.NetworkRuleSetArgs(default_action="Deny", bypass="AzureServices"),
            ),
            tags=site.tags(),
            opts=self.keeper(),
        )
        authorization.RoleAssignment(
            "vault-administrators",
            principal_id=s.access.admins.object_id,
            principal_type="Group",
            role_definition_id=role_id(s.subscription, KEY_VAULT_ADMINISTRATOR),
            scope=self.vault.id,
            description=f"{s.access.admins.name} keep this vault's secrets.",
            opts=self.inside(),
        )
        self.register_outputs({"id": self.vault.id})
