"""The targets of a stack's settings: the machines and databases that workloads move to."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from estate.catalogue.sizes import sizes
from estate.suggest import did_you_mean
from stacks.settings.base import Name, Section, unique


def _size(value: str) -> str:
    known = sizes()
    if value not in known:
        raise ValueError(
            f"{value!r} is not in the size catalogue: {did_you_mean(value, known, 'see docs/stacks.md')}"
        )
    return value


VmSize = Annotated[str, AfterValidator(_size)]
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
    size: str = Field(
        default="Standard_D2s_v3", pattern=r"^Standard_[A-Z][A-Za-z0-9_]+$", description="Its compute size."
    )
    tier: Literal["Burstable", "GeneralPurpose", "MemoryOptimized"] = Field(
        default="GeneralPurpose", description="Burstable, GeneralPurpose or MemoryOptimized; fits the size."
    )
    storage_gib: Literal[32, 64, 128, 256, 512, 1024, 2048] = Field(
        default=64, description="Storage in GiB: 32, 64, 128, 256, 512, 1024 or 2048. It cannot shrink."
    )
    databases: tuple[str, ...] = Field(default=(), description="Databases to make.")
    high_availability: bool = Field(default=False, description="A hot standby in another zone: twice the price.")
    logical_replication: bool = Field(default=True, description="wal_level logical, which moves need.")
    extensions: tuple[str, ...] = Field(default=(), description="Extensions that databases may use.")
