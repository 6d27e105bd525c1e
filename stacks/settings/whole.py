"""Everything in `stacks/NAME.toml`. What follows from a kind of stack is checked here, section against section."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from estate.documents.words import an
from estate.records.preview import StackKind
from estate.suggest import did_you_mean
from stacks.kinds import KINDS, Kind
from stacks.settings.base import NOBODY, Id, Section, shaped, unique
from stacks.settings.keeping import DataSource, Protection, State
from stacks.settings.money import Assumptions, Budget, Shutdown
from stacks.settings.network import NOBODYS_DOMAIN, NOWHERE, VPN_SHARED_KEY, Network, ServerRoom, WayOut
from stacks.settings.people import Access, Tags
from stacks.settings.targets import Mariadb, Mysql, Postgres, Vm, first_password_key

Region = Literal["uksouth", "ukwest"]
ZONELESS: Region = "ukwest"
"""Has no availability zones: Microsoft's list of regions."""
MOST_WAYS_OUT = 80
"""Each is a rule of its own, and their priorities end before those of the rules that deny."""


class StackSettings(Section):
    """Everything in `stacks/NAME.toml`. A workload stack's own file is laid over that of its platform."""

    kind: StackKind = Field(description="production, test, incident or rehearsal.")
    platform: str = Field(
        default="",
        description="Of a workload stack: the stack it stands on, from which it has all that is not said here.",
    )
    subscription: Id = Field(description="Azure subscription of this stack alone.")
    tenant: Id = Field(description="Entra tenant.")
    region: Region = Field(default="uksouth", description="uksouth or ukwest; backups go to the other.")
    service: Annotated[
        str,
        shaped(r"[a-z][a-z0-9]{1,9}", "2 to 10 lower-case letters or digits, the first a letter, such as anytown"),
    ] = Field(description="Short name of the council or service, in every name.")
    suffix: Annotated[str, shaped(r"[a-z0-9]{0,4}", "at most 4 lower-case letters or digits")] = Field(
        default="", description="Sets a short-lived stack's names apart from the last."
    )
    expires_on: date | None = Field(default=None, description="When a short-lived stack is to be gone.")
    systems: tuple[str, ...] = Field(default=(), description="Systems that live here.")
    disk_encryption_set: Annotated[
        str,
        shaped(
            r"|/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+/providers/Microsoft\.Compute/diskEncryptionSets/[^/]+",
            "an id as /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/diskEncryptionSets/NAME",
        ),
    ] = Field(
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
    server_room: ServerRoom | None = None
    way_out: tuple[WayOut, ...] = ()
    vm: tuple[Vm, ...] = ()
    postgres: tuple[Postgres, ...] = ()
    mysql: tuple[Mysql, ...] = ()
    mariadb: tuple[Mariadb, ...] = ()

    @property
    def about(self) -> Kind:
        """What holds for every stack of its kind."""
        return KINDS[self.kind]

    @property
    def lasts(self) -> bool:
        """Whether protect, locks, immutability and purge protection apply."""
        return self.about.lasts

    @property
    def recovery_region(self) -> Region:
        """The other region of the UK pair."""
        return "ukwest" if self.region == "uksouth" else "uksouth"

    @property
    def backup_copies(self) -> Literal["GeoRedundant", "LocallyRedundant"]:
        """How backups are kept: of what lasts, in the other UK region as well."""
        return "GeoRedundant" if self.lasts else "LocallyRedundant"

    @property
    def machines(self) -> tuple[Vm, ...]:
        """Every VM, those that MariaDB runs on among them."""
        return (*self.vm, *(one.machine for one in self.mariadb))

    @property
    def targets(self) -> tuple[Vm | Postgres | Mysql | Mariadb, ...]:
        """Everything that workloads move to."""
        return (*self.vm, *self.postgres, *self.mysql, *self.mariadb)

    @property
    def moving(self) -> frozenset[str]:
        """The targets that moves go to now."""
        return frozenset(self.server_room.moving if self.server_room else ())

    @property
    def asks_for(self) -> dict[str, str]:
        """The secrets that its program asks for: their configuration keys, and the references to them."""
        found = {f"decant:{first_password_key(one.name)}": one.first_password for one in self.mysql}
        if self.server_room is not None and not self.platform:
            found[f"decant:{VPN_SHARED_KEY}"] = self.server_room.shared_key
        return found

    @model_validator(mode="after")
    def _targets(self) -> Self:
        if self.about.one_system and len(self.systems) > 1:
            raise ValueError(
                f"{an(self.kind)} stack holds one system: make a stack for each of {', '.join(self.systems)}"
            )
        unique("target", [target.name for target in self.targets])
        for target in self.targets:
            if target.system not in self.systems:
                raise ValueError(
                    f"{target.name} serves the system {target.system!r}, which is not in systems: "
                    + did_you_mean(target.system, self.systems, f"add {target.system!r} to systems")
                )
        if self.tags.classification == "OFFICIAL-SENSITIVE" and self.machines and not self.disk_encryption_set:
            raise ValueError("OFFICIAL-SENSITIVE disks need disk_encryption_set, a key the council holds")
        if self.region == ZONELESS:
            zoned = [one.name for one in self.machines if one.zone]
            zoned += [one.name for one in self.postgres if one.high_availability]
            zoned += [one.name for one in self.mysql if one.high_availability]
            if zoned:
                raise ValueError(
                    f"{ZONELESS} has no zones: take zone or high_availability out of {', '.join(zoned)}"
                )
        if self.mysql and len(self.access.people) > 1:
            raise ValueError(
                "a MySQL server takes one administrator: name one in access.people, or take mysql out"
            )
        if self.mariadb and not (self.about.updates or self.way_out):
            raise ValueError(
                f"machines of {an(self.kind)} stack fetch no packages, so MariaDB cannot be set up: take mariadb out"
            )
        return self

    @model_validator(mode="after")
    def _lifetime(self) -> Self:
        if self.lasts:
            if self.expires_on is not None:
                raise ValueError(f"{an(self.kind)} stack lasts: take expires_on out")
            if self.protection.database_backup_days < 14:
                raise ValueError(f"{self.kind} needs database_backup_days of 14 or more")
            return self
        if self.expires_on is None:
            raise ValueError(f"{an(self.kind)} stack needs expires_on, the day it is to be gone")
        if not self.suffix:
            raise ValueError(f"{an(self.kind)} stack needs suffix, two to four letters or digits")
        return self

    @model_validator(mode="after")
    def _data(self) -> Self:
        if self.lasts:
            return self
        if self.data.kind not in self.about.data:
            takes = " or ".join(self.about.data)
            raise ValueError(f"{an(self.kind)} stack takes {takes} data, and data.kind is {self.data.kind}")
        if self.data.kind == "real" and not (self.tags.personal_data and self.tags.ropa_ref):
            raise ValueError(
                "real data needs tags.personal_data = true and tags.ropa_ref, its entry in the personal-data register"
            )
        return self

    @model_validator(mode="after")
    def _joins(self) -> Self:
        if self.server_room is not None:
            if not self.about.server_room:
                raise ValueError(f"{an(self.kind)} stack has no way to the server room: take server_room out")
            for one in self.server_room.ranges:
                if one.overlaps(self.network.address_space):
                    raise ValueError(
                        f"the server room's range {one} and address_space {self.network.address_space}"
                        " have addresses in common"
                    )
            if self.server_room.domains and not self.about.into_server_room:
                raise ValueError(
                    f"{an(self.kind)} stack asks nobody in the server room: take server_room.domains and dns_servers out"
                )
        if self.way_out and not self.about.named_ways_out:
            raise ValueError(f"{an(self.kind)} stack names no ways out: take way_out out")
        if len(self.way_out) > MOST_WAYS_OUT:
            raise ValueError(f"{len(self.way_out)} ways out are more than the {MOST_WAYS_OUT} that a stack takes")
        unique("way_out", [one.name for one in self.way_out])
        if self.network.private_domain and self.kind == "rehearsal":
            raise ValueError("a rehearsal answers for no live name: take network.private_domain out")
        return self

    @model_validator(mode="after")
    def _people(self) -> Self:
        if self.about.named_people and not self.access.people:
            raise ValueError(f"{an(self.kind)} stack needs access.people, who looks into it, by name")
        if self.about.named_people and self.access.admins:
            raise ValueError(f"access to {an(self.kind)} stack is by name alone: take access.admins out")
        if not self.about.named_people and self.access.people:
            raise ValueError(f"access to {an(self.kind)} stack is by group alone: take access.people out")
        if not self.about.named_people and self.access.admins is None:
            raise ValueError(f"{an(self.kind)} stack needs access.admins, the administrators' group")
        return self

    def doubts(self) -> list[str]:
        """What is allowed, and most likely not what was meant."""
        found = []
        if self.mariadb and not self.about.updates:
            names = ", ".join(one.name for one in self.mariadb)
            found.append(
                f"MariaDB of {names} is a package: it is set up only where a way out leads to an archive of packages"
            )
        if self.machines and not self.access.bastion and not self.server_room:
            found.append("nobody can reach the machines: access.bastion is off, and there is no other way in")
        return found

    def unfilled(self) -> list[str]:
        """Settings that still hold what the template put there, so the stack can be previewed and not built."""
        found = []
        if self.subscription == NOBODY:
            found.append("subscription")
        if self.tenant == NOBODY:
            found.append("tenant")
        if self.access.admins and self.access.admins.object_id == NOBODY:
            found.append("access.admins.object_id")
        if any(one.object_id == NOBODY for one in self.access.people):
            found.append("access.people")
        if self.machines and not self.access.ssh_public_key:
            found.append("access.ssh_public_key")
        if self.server_room is not None and self.server_room.gateway == NOWHERE:
            found.append("server_room.gateway")
        if self.server_room is not None and NOBODYS_DOMAIN in self.server_room.domains:
            found.append("server_room.domains")
        if self.tags.cost_centre == "0000":
            found.append("tags.cost_centre")
        references = {
            "tags.ropa_ref": self.tags.ropa_ref, "tags.dpia_ref": self.tags.dpia_ref,
            "data.masking_run": self.data.masking_run,
        }  # fmt: skip
        found += [key for key, value in references.items() if "FILL-IN" in value]
        if any(contact.rpartition("@")[2].startswith("example.") for contact in self.budget.contacts):
            found.append("budget.contacts")
        return found
