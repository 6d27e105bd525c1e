"""The key vault: access by role alone, reached through the network alone."""

import pulumi
from pulumi_azure_native import keyvault

from stacks.base import Part, Site
from stacks.roles import KEY_VAULT_ADMINISTRATOR


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
                enable_purge_protection=True if s.lasts else None,
                soft_delete_retention_in_days=90 if s.lasts else 7,
                public_network_access="Disabled",
                network_acls=keyvault.NetworkRuleSetArgs(default_action="Deny", bypass="AzureServices"),
            ),
            tags=site.tags(),
            opts=self.keeper(),
        )
        self.grant(
            "vault-administrators", KEY_VAULT_ADMINISTRATOR, self.vault.id, "may keep this vault's secrets."
        )
        self.register_outputs({"id": self.vault.id})
