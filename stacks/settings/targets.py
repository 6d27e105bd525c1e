"""The targets of a stack's settings: the machines and databases that workloads move to."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from estate.catalogue.databases import table
from estate.catalogue.sizes import sizes
from estate.suggest import did_you_mean
from stacks.settings.base import Name, Reference, Section, shaped, unique
from stacks.settings.compute import Tier, refuse_size


def _size(value: str) -> str:
    known = sizes()
    if value not in known:
        raise ValueError(
            f"{value!r} is not in the size catalogue: {did_you_mean(value, known, 'see docs/stacks.md')}"
        )
    return value


def _extension(value: str) -> str:
    known = table().extensions
    if value not in known:
        raise ValueError(
            f"{value!r} is no extension that Azure's PostgreSQL has: {did_you_mean(value, known, 'take it out')}"
        )
    return value


VmSize = Annotated[str, AfterValidator(_size)]
DatabaseName = Annotated[
    str,
    shaped(
        r"[A-Za-z_][A-Za-z0-9_-]{0,62}",
        "the name of a database: up to 63 letters, digits, hyphens and underscores, the first a letter or underscore",
    ),
]
"""What PostgreSQL and MySQL both take, unquoted but for hyphens."""
Extension = Annotated[str, AfterValidator(_extension)]
TAKES_OVER = "Servers whose workloads come here; a preview names those that are no longer known."


class Disk(Section):
    """A data disk of a VM."""

    name: Name = Field(description="Short name, unique on its VM.")
    gib: int = Field(ge=4, le=32767, description="Size in GiB.")
    kind: Literal["StandardSSD_LRS", "Premium_LRS"] = Field(
        default="StandardSSD_LRS", description="StandardSSD_LRS, or Premium_LRS for databases."
    )


class Vm(Section):
    """A virtual machine that workloads move to."""

    name: Name = Field(description="Host name, unique in the stack.")
    system: str = Field(description="Which system it serves; one of `systems`.")
    takes_over: tuple[str, ...] = Field(default=(), description=TAKES_OVER)
    size: VmSize = Field(description="Azure size, from the catalogue.")
    subnet: Literal["app", "data", "management"] = Field(default="app", description="app, data or management.")
    image: Literal["debian-12", "debian-13", "ubuntu-24.04"] = Field(
        default="ubuntu-24.04", description="debian-12, debian-13 or ubuntu-24.04."
    )
    os_disk_gib: int = Field(default=64, ge=30, le=1024, description="Size of the system disk in GiB.")
    os_disk_kind: Literal["StandardSSD_LRS", "Premium_LRS"] = Field(
        default="Premium_LRS", description="Kind of the system disk."
    )
    zone: Literal["1", "2", "3"] | None = Field(default=None, description="Availability zone: 1, 2 or 3.")
    disks: tuple[Disk, ...] = Field(default=(), description="Data disks; as many as the size takes.")

    @model_validator(mode="after")
    def _disks(self) -> Self:
        most = sizes()[self.size].max_data_disks
        if len(self.disks) > most:
            raise ValueError(f"{self.size} takes {most} data disks, and {len(self.disks)} are asked for")
        unique("disk", [disk.name for disk in self.disks])
        return self


class Postgres(Section):
    """A PostgreSQL flexible server. People and services sign in with Entra; it has no password."""

    name: Name = Field(description="Short name, unique in the stack.")
    system: str = Field(description="Which system it serves; one of `systems`.")
    takes_over: tuple[str, ...] = Field(default=(), description=TAKES_OVER)
    version: Literal["15", "16"] = Field(default="16", description="15 or 16.")
    size: str = Field(default="Standard_D2s_v3", description="Its compute size; one that its tier takes.")
    tier: Tier = Field(
        default="GeneralPurpose", description="Burstable, GeneralPurpose or MemoryOptimized; fits the size."
    )
    storage_gib: Literal[32, 64, 128, 256, 512, 1024, 2048] = Field(
        default=64, description="Storage in GiB: 32, 64, 128, 256, 512, 1024 or 2048. It cannot shrink."
    )
    databases: tuple[DatabaseName, ...] = Field(default=(), description="Databases to make.")
    high_availability: bool = Field(default=False, description="A hot standby in another zone: twice the price.")
    logical_replication: bool = Field(
        default=False, description="wal_level logical at all times; while a move comes here it is so anyway."
    )
    extensions: tuple[Extension, ...] = Field(default=(), description="Extensions that databases may use.")

    @model_validator(mode="after")
    def _right(self) -> Self:
        refuse_size("PostgreSQL", self.tier, self.size)
        if self.high_availability and self.tier == "Burstable":
            raise ValueError(
                "a Burstable PostgreSQL server takes no standby: take another tier, or no high_availability"
            )
        _refuse_own(self.databases, ("postgres", "azure_sys", "azure_maintenance", "template0", "template1"))
        return self


class Mysql(Section):
    """A MySQL flexible server. People and services sign in with Entra alone."""

    name: Name = Field(description="Short name, unique in the stack.")
    system: str = Field(description="Which system it serves; one of `systems`.")
    takes_over: tuple[str, ...] = Field(default=(), description=TAKES_OVER)
    version: Literal["8.4"] = Field(default="8.4", description="8.4, which has long support.")
    size: str = Field(default="Standard_D2ads_v5", description="Its compute size; one that its tier takes.")
    tier: Tier = Field(
        default="GeneralPurpose", description="Burstable, GeneralPurpose or MemoryOptimized; fits the size."
    )
    storage_gib: int = Field(default=64, ge=20, le=16384, description="Storage in GiB. It cannot shrink.")
    databases: tuple[DatabaseName, ...] = Field(default=(), description="Databases to make.")
    high_availability: bool = Field(default=False, description="A hot standby in another zone: twice the price.")
    first_password: Reference = Field(
        min_length=1,
        description="Reference to the password that Azure wants when it makes the server; nobody can sign in with it.",
    )

    @model_validator(mode="after")
    def _right(self) -> Self:
        refuse_size("MySQL", self.tier, self.size)
        _refuse_own(self.databases, ("mysql", "sys", "information_schema", "performance_schema"))
        if self.high_availability and self.tier == "Burstable":
            raise ValueError(
                "a Burstable MySQL server takes no standby: take another tier, or no high_availability"
            )
        return self


def _refuse_own(databases: Sequence[str], own: Sequence[str]) -> None:
    """Raises `ValueError` for a name that the server itself has, and for two that differ by their case alone."""
    for one in databases:
        if one.lower() in own:
            raise ValueError(f"the database {one} is the server's own: take it out")
    unique("database", [one.lower() for one in databases])


def first_password_key(server: str) -> str:
    """The configuration key of a MySQL server's first password."""
    return f"mysql-{server}-first-password"


class Mariadb(Section):
    """MariaDB on a VM of its own, from Debian's packages, with its data on a disk of its own."""

    name: Name = Field(description="Host name, unique in the stack.")
    system: str = Field(description="Which system it serves; one of `systems`.")
    takes_over: tuple[str, ...] = Field(default=(), description=TAKES_OVER)
    size: VmSize = Field(description="Azure size, from the catalogue.")
    data_gib: int = Field(default=64, ge=8, le=32767, description="Size of the data disk in GiB.")
    data_kind: Literal["StandardSSD_LRS", "Premium_LRS"] = Field(
        default="Premium_LRS", description="Kind of the data disk."
    )
    os_disk_kind: Literal["StandardSSD_LRS", "Premium_LRS"] = Field(
        default="Premium_LRS", description="Kind of the system disk."
    )
    zone: Literal["1", "2", "3"] | None = Field(default=None, description="Availability zone: 1, 2 or 3.")

    @property
    def machine(self) -> Vm:
        """The VM that it runs on."""
        return Vm(
            name=self.name,
            system=self.system,
            size=self.size,
            subnet="data",
            image="debian-12",
            os_disk_kind=self.os_disk_kind,
            zone=self.zone,
            disks=(Disk(name="mariadb", gib=self.data_gib, kind=self.data_kind),),
        )
