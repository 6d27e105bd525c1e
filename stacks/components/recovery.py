"""Backups of the VMs: a vault that keeps what was deleted, copied to the other UK region, and a daily policy."""

import pulumi
from pulumi_azure_native import recoveryservices as backup

from stacks.base import Part, Site

TAKEN_AT = "2000-01-01T22:00:00Z"
"""Every evening; Azure reads the time of day alone. Europe/London, as the policy says."""


class Recovery(Part):
    """The stack's Recovery Services vault. In production backups cannot be deleted before their time."""

    def __init__(self, site: Site, group: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("recovery", site, opts)
        s = site.settings
        self.vault = backup.Vault(
            "recovery-vault",
            vault_name=site.names.name("recovery vault"),
            resource_group_name=group,
            location=s.region,
            sku=backup.SkuArgs(name="RS0", tier="Standard"),
            identity=backup.IdentityDataArgs(type="SystemAssigned"),
            properties=backup.VaultPropertiesArgs(
                public_network_access="Disabled",
                security_settings=backup.SecuritySettingsArgs(
                    # Unlocked: a person may still turn it off. Locking it is for good, so a person does that.
                    immutability_settings=backup.ImmutabilitySettingsArgs(
                        state="Unlocked" if s.lasts else "Disabled"
                    ),
                    soft_delete_settings=backup.SoftDeleteSettingsArgs(
                        soft_delete_state="AlwaysON" if s.lasts else "Disabled",
                        soft_delete_retention_period_in_days=14,
                    ),
                ),
                redundancy_settings=backup.VaultPropertiesRedundancySettingsArgs(
                    standard_tier_storage_redundancy=s.backup_copies,
                    cross_region_restore="Enabled" if s.lasts else "Disabled",
                ),
            ),
            tags=site.tags(),
            opts=self.keeper(),
        )
        self.policy = backup.ProtectionPolicy(
            "backup-policy",
            policy_name=site.names.name("backup policy", "daily"),
            vault_name=self.vault.name,
            resource_group_name=group,
            properties=backup.AzureIaaSVMProtectionPolicyArgs(
                backup_management_type="AzureIaasVM",
                policy_type="V1",
                time_zone="GMT Standard Time",
                instant_rp_retention_range_in_days=2,
                schedule_policy=backup.SimpleSchedulePolicyArgs(
                    schedule_policy_type="SimpleSchedulePolicy",
                    schedule_run_frequency="Daily",
                    schedule_run_times=[TAKEN_AT],
                ),
                retention_policy=backup.LongTermRetentionPolicyArgs(
                    retention_policy_type="LongTermRetentionPolicy",
                    daily_schedule=backup.DailyRetentionScheduleArgs(
                        retention_times=[TAKEN_AT],
                        retention_duration=backup.RetentionDurationArgs(
                            count=s.protection.backup_days, duration_type="Days"
                        ),
                    ),
                ),
            ),
            opts=self.keeper(),
        )
        self.register_outputs({"id": self.vault.id})
