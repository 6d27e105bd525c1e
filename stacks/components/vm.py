"""A virtual machine that workloads move to: no public address, no password, disks nobody can download."""

import pulumi
from pulumi_azure_native import compute, devtestlab, monitor, network
from pulumi_azure_native import recoveryservices as backup

from stacks.base import Part, Site
from stacks.cloudinit.assemble import custom_data
from stacks.ground import Ground
from stacks.settings.targets import Vm

IMAGES = {
    "debian-12": ("Debian", "debian-12", "12-gen2"),
    "debian-13": ("Debian", "debian-13", "13-gen2"),
    "ubuntu-24.04": ("Canonical", "ubuntu-24_04-lts", "server"),
}
"""Publisher, offer and sku of each image. The second generation, which Trusted Launch needs."""
BREAK_GLASS = "decant-admin"
"""The account behind the SSH key; people sign in as themselves with Entra."""


class VirtualMachine(Part):
    """One VM with its disks; backed up in production, stopped every evening where the kind says so."""

    def __init__(
        self,
        site: Site,
        vm: Vm,
        group: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
        *,
        mariadb: bool = False,
    ) -> None:
        super().__init__(f"vm-{vm.name}", site, opts)
        s, names, labels = site.settings, site.names, site.tags(vm.system)
        zones = [vm.zone] if vm.zone else None
        card = network.NetworkInterface(
            f"nic-{vm.name}",
            network_interface_name=names.name("network interface", vm.name),
            resource_group_name=group,
            location=s.region,
            ip_configurations=[
                network.NetworkInterfaceIPConfigurationArgs(
                    name="private",
                    subnet=network.SubnetArgs(id=subnet_id),
                    private_ip_allocation_method="Dynamic",
                )
            ],
            tags=labels,
            opts=self.inside(),
        )
        key_set = s.disk_encryption_set
        disks = [
            compute.Disk(
                f"disk-{vm.name}-{disk.name}",
                disk_name=names.name("disk", f"{vm.name}-{disk.name}"),
                resource_group_name=group,
                location=s.region,
                zones=zones,
                sku=compute.DiskSkuArgs(name=disk.kind),
                disk_size_gb=disk.gib,
                creation_data=compute.CreationDataArgs(create_option="Empty"),
                network_access_policy="DenyAll",
                public_network_access="Disabled",
                encryption=(
                    compute.EncryptionArgs(type="EncryptionAtRestWithCustomerKey", disk_encryption_set_id=key_set)
                    if key_set
                    else None
                ),
                tags=labels,
                opts=self.keeper(),
            )
            for disk in vm.disks
        ]
        publisher, offer, sku = IMAGES[vm.image]
        self.machine = compute.VirtualMachine(
            f"vm-{vm.name}",
            vm_name=names.name("virtual machine", vm.name),
            resource_group_name=group,
            location=s.region,
            zones=zones,
            identity=compute.VirtualMachineIdentityArgs(type="SystemAssigned"),
            hardware_profile=compute.HardwareProfileArgs(vm_size=vm.size),
            security_profile=compute.SecurityProfileArgs(
                security_type="TrustedLaunch",
                encryption_at_host=True,
                uefi_settings=compute.UefiSettingsArgs(secure_boot_enabled=True, v_tpm_enabled=True),
            ),
            storage_profile=compute.StorageProfileArgs(
                image_reference=compute.ImageReferenceArgs(
                    publisher=publisher, offer=offer, sku=sku, version="latest"
                ),
                os_disk=compute.OSDiskArgs(
                    name=names.name("OS disk", vm.name),
                    create_option="FromImage",
                    caching="ReadWrite",
                    disk_size_gb=vm.os_disk_gib,
                    delete_option="Detach" if s.lasts else "Delete",
                    managed_disk=compute.ManagedDiskParametersArgs(
                        storage_account_type=vm.os_disk_kind,
                        disk_encryption_set=(
                            compute.DiskEncryptionSetParametersArgs(id=key_set) if key_set else None
                        ),
                    ),
                ),
                data_disks=[
                    compute.DataDiskArgs(
                        lun=number,
                        create_option="Attach",
                        caching="None",
                        managed_disk=compute.ManagedDiskParametersArgs(id=disk.id),
                    )
                    for number, disk in enumerate(disks)
                ],
            ),
            os_profile=compute.OSProfileArgs(
                computer_name=vm.name,
                admin_username=BREAK_GLASS,
                # MariaDB is its package: where it is to be, there is a way to the archive.
                custom_data=custom_data(vm, mariadb=mariadb, fetches=s.about.updates or mariadb),
                linux_configuration=compute.LinuxConfigurationArgs(
                    disable_password_authentication=True,
                    provision_vm_agent=True,
                    ssh=compute.SshConfigurationArgs(
                        public_keys=[
                            compute.SshPublicKeyArgs(
                                path=f"/home/{BREAK_GLASS}/.ssh/authorized_keys",
                                key_data=s.access.ssh_public_key,
                            )
                        ]
                        if s.access.ssh_public_key
                        else []
                    ),
                    patch_settings=compute.LinuxPatchSettingsArgs(
                        patch_mode="AutomaticByPlatform",
                        assessment_mode="AutomaticByPlatform",
                        automatic_by_platform_settings=compute.LinuxVMGuestPatchAutomaticByPlatformSettingsArgs(
                            reboot_setting="IfRequired"
                        ),
                    ),
                ),
            ),
            network_profile=compute.NetworkProfileArgs(
                network_interfaces=[compute.NetworkInterfaceReferenceArgs(id=card.id, primary=True)]
            ),
            diagnostics_profile=compute.DiagnosticsProfileArgs(
                boot_diagnostics=compute.BootDiagnosticsArgs(enabled=True)
            ),
            tags=labels,
            # It is read on the first start alone. A new one would have Azure make the machine anew.
            opts=self.keeper(ignore_changes=["osProfile.customData"]),
        )
        if s.about.updates:
            self._sign_in_with_entra(vm, group)
        self._agent = compute.VirtualMachineExtension(
            f"logs-{vm.name}",
            vm_name=self.machine.name,
            vm_extension_name="AzureMonitorLinuxAgent",
            resource_group_name=group,
            location=s.region,
            publisher="Microsoft.Azure.Monitor",
            type="AzureMonitorLinuxAgent",
            # The least that Microsoft's own templates ask for; Azure takes the newest of 1.
            type_handler_version="1.21",
            auto_upgrade_minor_version=True,
            enable_automatic_upgrade=True,
            tags=labels,
            opts=self.inside(),
        )
        self.card = card
        if s.about.stops:
            self._stop_every_evening(vm, group)
        self.register_outputs({"id": self.machine.id})

    def _sign_in_with_entra(self, vm: Vm, group: pulumi.Input[str]) -> None:
        """Azure's extension for it, which fetches a package of Microsoft's and asks Entra."""
        compute.VirtualMachineExtension(
            f"entra-{vm.name}",
            vm_name=self.machine.name,
            vm_extension_name="AADSSHLoginForLinux",
            resource_group_name=group,
            location=self.site.settings.region,
            publisher="Microsoft.Azure.ActiveDirectory",
            type="AADSSHLoginForLinux",
            type_handler_version="1.0",
            auto_upgrade_minor_version=True,
            tags=self.site.tags(vm.system),
            opts=self.inside(),
        )

    def _stop_every_evening(self, vm: Vm, group: pulumi.Input[str]) -> None:
        s = self.site.settings
        devtestlab.GlobalSchedule(
            f"stop-{vm.name}",
            # Azure knows a VM's shutdown by this very name.
            name=f"shutdown-computevm-{self.site.names.name('virtual machine', vm.name)}",
            resource_group_name=group,
            location=s.region,
            status="Enabled",
            task_type="ComputeVmShutdownTask",
            time_zone_id="GMT Standard Time",
            daily_recurrence=devtestlab.DayDetailsArgs(time=s.shutdown.time.replace(":", "")),
            notification_settings=devtestlab.NotificationSettingsArgs(status="Disabled", time_in_minutes=30),
            target_resource_id=self.machine.id,
            tags=self.site.tags(vm.system),
            opts=self.inside(),
        )

    @property
    def address(self) -> pulumi.Output[str]:
        """Its private address; empty as long as Azure has given it none."""
        address: pulumi.Output[str] = self.card.ip_configurations.apply(
            lambda cards: (cards[0].private_ip_address if cards else None) or ""
        )
        return address

    def send_logs(self, vm: Vm, rule_id: pulumi.Input[str], endpoint_id: pulumi.Input[str] | None) -> None:
        """Have the machine's agent send what the data collection rule asks for; privately by `endpoint_id`."""
        monitor.DataCollectionRuleAssociation(
            f"collected-{vm.name}",
            association_name=self.site.names.name("data collection rule", "logs"),
            resource_uri=self.machine.id,
            data_collection_rule_id=rule_id,
            description="Logs and measures of the machine go to the log workspace.",
            opts=self.inside(depends_on=[self._agent]),
        )
        if endpoint_id is not None:
            monitor.DataCollectionRuleAssociation(
                f"asks-{vm.name}",
                # Azure knows it by this very name.
                association_name="configurationAccessEndpoint",
                resource_uri=self.machine.id,
                data_collection_endpoint_id=endpoint_id,
                description="The machine's agent is told here what to send: it reaches nothing else.",
                opts=self.inside(depends_on=[self._agent]),
            )

    def back_up(self, vm: Vm, ground: Ground) -> None:
        """Put the VM under the daily policy of its platform's vault."""
        names = self.site.names
        machine, group = names.name("virtual machine", vm.name), names.name("resource group", "workloads")
        backup.ProtectedItem(
            f"backup-{vm.name}",
            vault_name=ground.backup_vault,
            resource_group_name=ground.backup_group,
            fabric_name="Azure",
            container_name=f"IaasVMContainer;iaasvmcontainerv2;{group};{machine}",
            protected_item_name=f"VM;iaasvmcontainerv2;{group};{machine}",
            properties=backup.AzureIaaSComputeVMProtectedItemArgs(
                protected_item_type="Microsoft.Compute/virtualMachines",
                policy_id=ground.backup_policy,
                source_resource_id=self.machine.id,
            ),
            opts=self.keeper(),
        )
