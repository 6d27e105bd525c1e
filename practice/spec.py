"""What the practice estate is: its servers, what they hold, and who talks to whom.

Discovery is tested against this: what it finds must be what is written here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from estate.suggest import pick

ZONE = "practice.test"
PREFIX = 16
CLIENT_ADDRESS = "10.99.255.1"
DNS_ADDRESS = "10.99.0.53"
SERVICE_TTL = 5
"""Seconds. Short, so that a cutover is seen at once."""

OPERATOR = "ops"
"""Logs in with the estate's key; sudo without a password."""
VIEWER = "viewer"
"""Logs in with the same key; no sudo."""
ENGINEER = "engineer"
"""Logs in with the same key; sudo with the password in the estate's folder."""


@dataclass(frozen=True)
class PracticeHost:
    """One server. `layer` is its image, `units` are the systemd units that must be active."""

    name: str
    address: str
    layer: str
    role: Literal["infrastructure", "legacy", "target"]
    units: tuple[str, ...]
    owner: str | None = None
    authority: str | None = None
    contract_end: date | None = None


@dataclass(frozen=True)
class Service:
    """A name that clients use; `workload` is what answers, `host` where it lives before any move."""

    name: str
    host: str
    port: int
    workload: str

    @property
    def dns_name(self) -> str:
        """The full name."""
        return f"{self.name}.{ZONE}"


@dataclass(frozen=True)
class Held:
    """A workload that discovery must find."""

    id: str
    kind: Literal["postgres", "mariadb", "files", "website", "schedule", "service"]
    note: str


@dataclass(frozen=True)
class Talk:
    """A dependency that discovery must find: who, whom, on what TCP port."""

    client: str
    server: str
    port: int


AUTHORITY = "Ambleford Borough Council"

HOSTS = (
    PracticeHost("dns", DNS_ADDRESS, "dns", "infrastructure", ("ssh", "named")),
    PracticeHost(
        "web-legacy",
        "10.99.1.11",
        "web-legacy",
        "legacy",
        ("ssh", "cron", "nginx", "report-it"),
        owner="Highways and Street Scene",
        authority=AUTHORITY,
        contract_end=date(2027, 3, 31),
    ),
    PracticeHost(
        "db-legacy",
        "10.99.1.12",
        "db-legacy",
        "legacy",
        ("ssh", "cron", "postgresql@*", "mariadb"),
        owner="ICT",
        authority=AUTHORITY,
        contract_end=date(2026, 12, 31),
    ),
    PracticeHost(
        "files-legacy",
        "10.99.1.13",
        "files-legacy",
        "legacy",
        ("ssh", "cron", "smbd"),
        owner="Corporate Services",
        authority=AUTHORITY,
    ),
    PracticeHost("app-target", "10.99.2.21", "app-target", "target", ("ssh", "cron", "nginx"), "ICT", AUTHORITY),
    PracticeHost(
        "data-target",
        "10.99.2.22",
        "data-target",
        "target",
        ("ssh", "cron", "postgresql@*", "mariadb", "smbd"),
        "ICT",
        AUTHORITY,
    ),
)

SERVICES = (
    Service("report-it", "web-legacy", 443, "web-legacy/website/report-it"),
    Service("reports-db", "db-legacy", 5432, "db-legacy/postgres/reports"),
    Service("shop-db", "db-legacy", 3306, "db-legacy/mariadb/shop"),
    Service("shared", "files-legacy", 445, "files-legacy/files/shared"),
)

WORKLOADS = (
    Held("web-legacy/website/report-it", "website", "nginx, TLS on 443, sent on to the service"),
    Held("web-legacy/service/report-it", "service", "Python under systemd, as reportit, on 127.0.0.1:8080"),
    Held("web-legacy/schedule/report-it-nightly", "schedule", "/etc/cron.d, 02:15, as reportit"),
    Held("web-legacy/schedule/reportit-find", "schedule", "a line of reportit's own crontab, monthly 04:30"),
    Held("web-legacy/schedule/report-it-digest", "schedule", "systemd timer, Sunday 03:30 Europe/London"),
    Held("db-legacy/postgres/reports", "postgres", "PostgreSQL of the legacy release"),
    Held("db-legacy/mariadb/shop", "mariadb", "MariaDB of the legacy release"),
    Held("db-legacy/schedule/nightly-backup", "schedule", "/etc/cron.d, 01:30, as root"),
    Held("files-legacy/files/shared", "files", "/srv/shared, Samba share `shared`"),
    Held("files-legacy/schedule/shared-drive", "schedule", "/etc/cron.d, Monday 05:05, as root"),
)

DEPENDENCIES = (Talk("web-legacy", "db-legacy", 5432),)

SHARED_TREE = "/srv/shared"
SHARE = "shared"
SHARE_USER = "drive"
REPORTS_DATABASE = "reports"
REPORTS_USER = "reports_app"
SHOP_DATABASE = "shop"
SHOP_USER = "shop_app"
PASSWORDS = (REPORTS_USER, SHOP_USER, SHARE_USER)
"""Application accounts. Their passwords are made on this machine, never kept in the repository."""


def host(name: str) -> PracticeHost:
    """The host of that name. Raises `UsageError`."""
    by_name = {one.name: one for one in HOSTS}
    return by_name[pick("host", name, by_name, f"use one of {', '.join(by_name)}")]


def fleet_address(index: int) -> str:
    """The address of the light host `index`, from 1."""
    return f"10.99.{10 + index // 250}.{index % 250 + 2}"
