"""What a stack may cost, and what its estimate supposes."""

from typing import Annotated

from pydantic import Field

from stacks.settings.base import Mail, Section, shaped


class Budget(Section):
    """What the stack may cost. This caps its estimate; Azure's budget warns, and does not stop spending."""

    monthly_gbp: float = Field(gt=0, allow_inf_nan=False, description="Pounds a month, without VAT.")
    contacts: tuple[Mail, ...] = Field(min_length=1, max_length=50, description="Who is told, besides the owners.")
    unpriced_allowed: int = Field(
        default=0, ge=0, description="Resources that may be without a price in an estimate that passes the cap."
    )


class Shutdown(Section):
    """When a short-lived stack's VMs stop each day. Nothing starts them again by itself."""

    time: Annotated[str, shaped(r"([01]\d|2[0-3]):[0-5]\d", "a time of day such as 19:00")] = Field(
        default="19:00", description="Europe/London."
    )
    hours_a_month: int = Field(
        default=220, ge=1, le=744, description="Hours a month the estimate reckons with: 10 a day, 22 days."
    )


class Assumptions(Section):
    """What an estimate has to suppose. Put what is known of the estate here; the figures follow."""

    log_gb: float = Field(default=20, ge=0, allow_inf_nan=False, description="GB of logs a month.")
    flow_log_gb: float = Field(
        default=5, ge=0, allow_inf_nan=False, description="GB of network flow logs a month."
    )
    egress_gb: float = Field(
        default=50,
        ge=0,
        allow_inf_nan=False,
        description="GB a month out of Azure, through the NAT gateway or the VPN.",
    )
    private_gb: float = Field(
        default=50, ge=0, allow_inf_nan=False, description="GB a month through each private endpoint."
    )
    blob_gb: float = Field(default=100, ge=0, allow_inf_nan=False, description="GB kept in the storage account.")
    blob_million_writes: float = Field(
        default=1, ge=0, allow_inf_nan=False, description="Million writes a month to that account."
    )
    disk_million_operations: float = Field(
        default=5,
        ge=0,
        allow_inf_nan=False,
        description="Million operations a month on each Standard SSD; a Premium one is charged by size.",
    )
    backup_ratio: float = Field(
        default=1.0, ge=0, allow_inf_nan=False, description="Backup kept, as a part of the disks' size."
    )
    vault_operations: int = Field(default=50_000, ge=0, description="Key Vault operations a month.")
    dns_million_queries: float = Field(
        default=1, ge=0, allow_inf_nan=False, description="Million private DNS queries a month."
    )
