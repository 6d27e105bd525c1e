"""The storage account for flow logs and evidence: no key, no public address, TLS 1.2, copies in the UK alone."""

import pulumi
from pulumi_azure_native import storage

from stacks.base import Part, Site


class Storage(Part):
    """The stack's storage account. In production it is copied to the other UK region."""

    def __init__(self, site: Site, group: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("storage", site, opts)
        s = site.settings
        self.account = storage.StorageAccount(
            "storage-account",
            account_name=site.names.name("storage account"),
            resource_group_name=group,
            location=s.region,
            kind="StorageV2",
            sku=storage.SkuArgs(name="Standard_GRS" if s.lasts else "Standard_LRS"),
            access_tier="Hot",
            enable_https_traffic_only=True,
            minimum_tls_version="TLS1_2",
            allow_blob_public_access=False,
            allow_shared_key_access=False,
            allow_cross_tenant_replication=False,
            default_to_o_auth_authentication=True,
            public_network_access="Disabled",
            network_rule_set=storage.NetworkRuleSetArgs(default_action="Deny", bypass="AzureServices"),
            encryption=storage.EncryptionArgs(
                key_source="Microsoft.Storage",
                require_infrastructure_encryption=True,
                services=storage.EncryptionServicesArgs(
                    blob=storage.EncryptionServiceArgs(enabled=True, key_type="Account"),
                    file=storage.EncryptionServiceArgs(enabled=True, key_type="Account"),
                ),
            ),
            sas_policy=storage.SasPolicyArgs(expiration_action="Block", sas_expiration_period="1.00:00:00"),
            key_policy=storage.KeyPolicyArgs(key_expiration_period_in_days=60),
            tags=site.tags(),
            opts=self.keeper(),
        )
        kept = s.protection.soft_delete_days
        self.blobs = storage.BlobServiceProperties(
            "blobs",
            account_name=self.account.name,
            blob_services_name="default",
            resource_group_name=group,
            is_versioning_enabled=s.lasts,
            delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=kept),
            container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=kept),
            opts=self.inside(),
        )
        self.evidence = storage.BlobContainer(
            "evidence",
            container_name="evidence",
            account_name=self.account.name,
            resource_group_name=group,
            public_access="None",
            opts=self.keeper(),
        )
        storage.ManagementPolicy(
            "lifecycle",
            management_policy_name="default",
            account_name=self.account.name,
            resource_group_name=group,
            policy=storage.ManagementPolicySchemaArgs(
                rules=[
                    storage.ManagementPolicyRuleArgs(
                        name="delete-old-flow-logs",
                        type="Lifecycle",
                        enabled=True,
                        definition=storage.ManagementPolicyDefinitionArgs(
                            filters=storage.ManagementPolicyFilterArgs(
                                blob_types=["blockBlob"], prefix_match=["insights-logs-flowlogflowevent"]
                            ),
                            actions=storage.ManagementPolicyActionArgs(
                                base_blob=storage.ManagementPolicyBaseBlobArgs(
                                    delete=storage.DateAfterModificationArgs(
                                        days_after_modification_greater_than=s.protection.log_days
                                    )
                                )
                            ),
                        ),
                    )
                ]
            ),
            opts=self.inside(),
        )
        self.register_outputs({"id": self.account.id})
