"""The sections of a stack's settings file, each typed and documented. `stacks/settings.py` reads the file."""

import re
from datetime import date
from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from estate.records.preview import StackKind
from estate.suggest import did_you_mean
from stacks.targets import Postgres, Section, Vm, unique

NOBODY = "00000000-0000-0000-0000-000000000000"
"""Stands in a new settings file for an id that only the council knows."""

Region = Literal["uksouth", "ukwest"]
Classification = Literal["PUBLIC", "OFFICIAL", "OFFICIAL-SENSITIVE"]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SSH_KEY = re.compile(
    r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/=]+( .*)?"
)


def _uuid(value: str) -> str:
    if not _UUID.fullmatch(value.lower()):
        raise ValueError("is not an id such as 8a6e0804-2bd0-4672-b79d-d97027f9071a")
    return value.lower()


def _mail(value: str) -> str:
    if not _MAIL.fullmatch(value):
        raise ValueError(f"{value!r} is not an e-mail address")
    return value


def _key(value: str) -> str:
    if value and not _SSH_KEY.fullmatch(value.strip()):
        raise ValueError("is not an SSH public key; paste the line of a .pub file")
    return value.strip()


Id = Annotated[str, AfterValidator(_uuid)]
Mail = Annotated[str, AfterValidator(_mail)]


class Tags(Section):
    """What every resource is labelled with, so that its cost and its data have an owner."""

    owner: str = Field(min_length=2, description="The team that answers for it.")
    cost_centre: str = Field(min_length=1, description="The ledger code that pays.")
    classification: Classification = Field(default="OFFICIAL", description="The highest of the data held.")
    contract: str = Field(default="", description="Reference of the contract it is bought under.")
    personal_data: bool = Field(default=False, description="Whether it holds data about people.")
    ropa_ref: str = Field(default="", description="Entry in the record of processing; needed with personal data.")
    special_category: bool = Field(default=False, description="Whether any of it is special category data.")
    dpia_ref: str = Field(default="", description="Impact assessment; needed with special category data.")
    end_date: date = Field(description="When it ends or is looked at again.")

    @model_validator(mode="after")
    def _references(self) -> Self:
        if self.personal_data and not self.ropa_ref:
            raise ValueError("personal_data needs ropa_ref, the entry in the record of processing")
        if self.special_category and not self.dpia_ref:
            raise ValueError("special_category needs dpia_ref, the data protection impact assessment")
        return self


class Network(Section):
    """Where the stack's addresses lie. The subnets follow from the space (`stacks/addresses.py`)."""

    address_space: IPv4Network = Field(description="Private range of its own, /16 to /22; no other stack's.")
    private_domain: str = Field(
        default="", description="Private DNS zone for the services, as council.internal; none when empty."
    )
    watcher: str = Field(default="", description="The region's Network Watcher; default: Azure's own name.")
    watcher_group: str = Field(default="NetworkWatcherRG", description="The group the watcher is in.")

    @model_validator(mode="after")
    def _private(self) -> Self:
        if not self.address_space.is_private:
            raise ValueError(f"address_space {self.address_space} is not a private range")
        if not 16 <= self.address_space.prefixlen <= 22:
            raise ValueError(f"address_space {self.address_space} must be a /16 to a /22")
        return self


class AdminGroup(Section):
    """An Entra group whose members administer the stack. People are members of groups, never named here."""

    name: str = Field(min_length=1, description="The group's display name.")
    object_id: Id = Field(description="The group's object id.")


class Access(Section):
    """Who may administer, and how."""

    admins: AdminGroup = Field(description="The administrators' group.")
    ssh_public_key: Annotated[str, AfterValidator(_key)] = Field(
        default="", description="Public key of the break-glass account on the VMs. Needed to build VMs."
    )
    bastion: bool = Field(default=True, description="Whether there is a Bastion to reach the VMs through.")


class Budget(Section):
    """What the stack may cost. Azure's budget warns; it does not stop spending."""

    monthly_gbp: float = Field(gt=0, description="Pounds a month, without VAT.")
    contacts: tuple[Mail, ...] = Field(min_length=1, description="Who is told, besides the owners.")


class Protection(Section):
    """Backups, and what guards data. Defaults are a production stack's least."""

    backup_days: int = Field(default=30, ge=7, le=3650, description="How long VM backups are kept.")
    database_backup_days: int = Field(default=35, ge=7, le=35, description="How long database backups are kept.")
    log_days: int = Field(default=365, ge=30, le=730, description="How long logs are kept.")
    soft_delete_days: int = Field(default=30, ge=14, le=90, description="How long deleted blobs can be had back.")
    defender: bool = Field(default=True, description="Defender for Cloud plans of the kinds in use.")


class DataSource(Section):
    """Where a test stack's data comes from."""

    kind: Literal["synthetic", "masked"] = Field(default="synthetic", description="synthetic or masked.")
    masking_run: str = Field(default="", description="Id of the masking run; needed where masked.")

    @model_validator(mode="after")
    def _run(self) -> Self:
        if self.kind == "masked" and not self.masking_run:
            raise ValueError("masked data needs masking_run, the id of the run that masked it")
        return self


class Shutdown(Section):
    """When a short-lived stack's VMs stop each day. Nothing starts them again by itself."""

    time: str = Field(default="19:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Europe/London.")
    hours_a_month: int = Field(
        default=220, ge=1, le=744, description="Hours a month the estimate reckons with: 10 a day, 22 days."
    )


class State(Section):
    """Where Pulumi keeps what it knows of the built stack, and with what it encrypts it. One for each stack."""

    backend: str = Field(
        default="",
        pattern=r"^$|^(azblob|file)://.+",
        description="azblob://CONTAINER?storage_account=NAME or file://PATH; default: .decant/pulumi/NAME.",
    )
    secrets_provider: str = Field(
        default="passphrase",
        pattern=r"^passphrase$|^azurekeyvault://.+",
        description="passphrase, or azurekeyvault://VAULT.vault.azure.net/keys/KEY.",
    )
    passphrase: str = Field(
        default="env:PULUMI_CONFIG_PASSPHRASE", description="Reference to the passphrase, never the passphrase."
    )

    @model_validator(mode="after")
    def _reference(self) -> Self:
        if self.passphrase.partition(":")[0] not in ("env", "file", "keyring", "prompt"):
            raise ValueError(
                "passphrase must be a reference: env:NAME, file:PATH, keyring:SERVICE/NAME or prompt:NAME"
            )
        return self


class Assumptions(Section):
    """What an estimate has to suppose. Put what is known of the estate here; the figures follow."""

    log_gb: float = Field(default=20, ge=0, description="GB of logs a month.")
    flow_log_gb: float = Field(default=5, ge=0, description="GB of network flow logs a month.")
    egress_gb: float = Field(default=50, ge=0, description="GB a month out of Azure, through the NAT gateway.")
    private_gb: float = Field(default=50, ge=0, description="GB a month through each private endpoint.")
    blob_gb: float = Field(default=100, ge=0, description="GB kept in the storage account.")
    blob_million_writes: float = Field(default=1, ge=0, description="Million writes a month to that account.")
    disk_million_operations: float = Field(
        default=5,
        ge=0,
        description="Million operations a month on each Standard SSD; a Premium one is charged by size.",
    )
    backup_ratio: float = Field(default=1.0, ge=0, description="Backup kept, as a part of the disks' size.")
    vault_operations: int = Field(default=50_000, ge=0, description="Key Vault operations a month.")
    dns_million_queries: float = Field(default=1, ge=0, description="Million private DNS queries a month.")


class StackSettings(Section):
    """Everything in `stacks/NAME.toml`."""

    kind: StackKind = Field(description="production, test; incident and rehearsal come later.")
    subscription: Id = Field(description="Azure subscription of this stack alone.")
    tenant: Id = Field(description="Entra tenant.")
    region: Region = Field(default="uksouth", description="uksouth or ukwest; backups go to the other.")
    service: str = Field(
        pattern=r"^[a-z][a-z0-9]{1,9}$", description="Short name of the council or service, in every name."
    )
    suffix: str = Field(
        default="", pattern=r"^[a-z0-9]{0,4}$", description="Sets a short-lived stack's names apart from the last."
    )
    expires_on: date | None = Field(default=None, description="When a short-lived stack is to be gone.")
    systems: tuple[str, ...] = Field(default=(), description="Systems that live here.")
    disk_encryption_set: str = Field(
        default="", description="Resource id of a customer-managed key's set; needed for OFFICIAL-SENSITIVE."
    )
    tags: Tags
    network: Network
    access: Access
    budget: Budget
    protection: Protection = Protection()
    data: DataSource = DataSource()
    shutdown: Shutdown = Shutdown()
    assumptions: Assumptions = Assumptions()
    state: State = State()
    vm: tuple[Vm, ...] = ()
    postgres: tuple[Postgres, ...] = ()

    @property
    def production(self) -> bool:
        """Whether protect, locks, immutability and purge protection apply."""
        return self.kind == "production"

    @property
    def recovery_region(self) -> Region:
        """The other region of the UK pair."""
        return "ukwest" if self.region == "uksouth" else "uksouth"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        targets: list[Vm | Postgres] = [*self.vm, *self.postgres]
        unique("vm or postgres", [target.name for target in targets])
        for target in targets:
            if target.system not in self.systems:
                raise ValueError(
                    f"{target.name} serves the system {target.system!r}, which is not in systems: "
                    + did_you_mean(target.system, self.systems, f"add {target.system!r} to systems")
                )
        if self.tags.classification == "OFFICIAL-SENSITIVE" and self.vm and not self.disk_encryption_set:
            raise ValueError("OFFICIAL-SENSITIVE disks need disk_encryption_set, a key the council holds")
        if not self.production:
            if self.expires_on is None:
                raise ValueError(f"a {self.kind} stack needs expires_on, the day it is to be gone")
            if not self.suffix:
                raise ValueError(f"a {self.kind} stack needs suffix, two to four letters or digits")
        elif self.protection.database_backup_days < 14:
            raise ValueError("production needs database_backup_days of 14 or more")
        return self

    def unfilled(self) -> list[str]:
        """Settings that still hold what the template put there, so the stack can be previewed and not built."""
        found = []
        if self.subscription == NOBODY:
            found.append("subscription")
        if self.tenant == NOBODY:
            found.append("tenant")
        if self.access.admins.object_id == NOBODY:
            found.append("access.admins.object_id")
        if self.vm and not self.access.ssh_public_key:
            found.append("access.ssh_public_key")
        if any(contact.rpartition("@")[2].startswith("example.") for contact in self.budget.contacts):
            found.append("budget.contacts")
        return found
