"""The settings of a workspace: typed, layered, and each value knows where it came from.

In order: flags, environment (`DECANT_MOVE_FREEZE_SECONDS`), the workspace's `decant.toml`, the user's
`decant/decant.toml`, the system's; then the default.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from platformdirs import site_config_path, user_config_path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from estate import invalid, reading, secrets
from estate.addresses import is_address
from estate.errors import UsageError
from estate.paths import Workspace
from estate.printable import printable
from estate.records.object_store import ObjectStore
from estate.suggest import did_you_mean

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _reference(value: str) -> str:
    try:
        if value:
            secrets.check(value)
    except UsageError as wrong:
        raise ValueError(f"that is not a reference to a secret; {wrong.remedy}") from None
    return value


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkspaceSection(_Section):
    """Whose workspace this is."""

    council: str = Field(default="", description="Name of the council, for reports.")
    operator: str = Field(default="", description="Who is at work, as an id; default: the login name.")

    @field_validator("council")
    @classmethod
    def _is_plain(cls, council: str) -> str:
        if printable(council) != council:
            raise ValueError("that name holds a control character, or one that no page can carry")
        return council


class DnsSection(_Section):
    """Where services are named, so that a cutover can change it."""

    server: str = Field(default="", description="Address of the authoritative server that takes updates.")
    port: int = Field(default=53, ge=1, le=65535, description="Its port.")
    zone: str = Field(default="", description="Zone that holds the services' names.")
    key: str = Field(default="", description="Reference to a TSIG key file, as file:PATH.")
    command: list[str] = Field(
        default=[], description="A program that reads and changes names, word by word, in place of server and key."
    )
    azure_zone: str = Field(default="", description="Resource id of a zone in Azure DNS, in place of both.")
    ttl: int = Field(default=5, ge=1, le=86400, description="Seconds a name may be cached around a cutover.")

    @field_validator("server")
    @classmethod
    def _is_address(cls, server: str) -> str:
        if server and not is_address(server):
            raise ValueError(f"{server!r} is neither an IP address nor a host's name")
        return server

    @field_validator("key")
    @classmethod
    def _is_reference(cls, key: str) -> str:
        return _reference(key)

    @model_validator(mode="after")
    def _is_one_way(self) -> "DnsSection":
        if sum(map(bool, (self.server, self.command, self.azure_zone))) > 1:
            raise ValueError(
                "names are changed by server and key, by command or in azure_zone, not by two of them"
            )
        if self.command and not self.zone:
            raise ValueError("a command needs the zone that it keeps")
        held = self.azure_zone.rpartition("/")[2]
        if held and held.casefold() != self.zone.rstrip(".").casefold():
            raise ValueError(f"zone must be the one that azure_zone names: {held}")
        return self

    @property
    def switches(self) -> bool:
        """Whether names can be changed at all."""
        return bool(self.server or self.command or self.azure_zone)


class MoveSection(_Section):
    """How moves behave."""

    freeze_seconds: float = Field(
        default=300, ge=10, le=14400, description="A freeze ends by itself after this many seconds."
    )
    method: str = Field(default="auto", description="auto, or dump to force dump and restore in the freeze.")
    parallel: int = Field(default=2, ge=1, le=16, description="Streams of one bulk copy.")
    part_mib: int = Field(
        default=1024, ge=16, description="Of a large table so many MiB at most are copied again after a cut."
    )
    close_seconds: float = Field(
        default=10, ge=1, le=600, description="How long a freeze waits for a database's sessions to end."
    )
    target_port: int = Field(default=5432, ge=1, le=65535, description="Port of PostgreSQL on targets.")
    source_address: str = Field(
        default="", description="Address by which targets reach sources, where the hosts file's is another."
    )
    target_address: str = Field(default="", description="Likewise, by which sources reach targets.")
    slot_cap_mib: int = Field(
        default=0, ge=0, description="Log a replication slot may hold back; 0 is half of what is free."
    )


class DiscoverSection(_Section):
    """How discovery behaves."""

    parallel: int = Field(default=32, ge=1, le=256, description="Hosts at once.")
    timeout: float = Field(default=60, ge=1, le=3600, description="Seconds one host may take.")
    sample_rows: int = Field(
        default=500, ge=10, le=10_000, description="Rows of each table that a look for personal data samples."
    )
    sample_files: int = Field(
        default=20, ge=1, le=1000, description="Files of each type in each folder that it samples."
    )


class ObserveSection(_Section):
    """How servers are observed over time, and what is made of it."""

    keep_days: int = Field(default=30, ge=1, le=3650, description="Days for which samples and talk are kept.")
    enough_days: float = Field(
        default=7,
        gt=0,
        le=365,
        description="Days observed from which a size follows the use; a twentieth of them may be missing.",
    )
    comfort: float = Field(
        default=1.3, ge=1, le=5, description="What a server gets, as a multiple of what it used 95% of the time."
    )


class RetentionSection(_Section):
    """How long the inventory's past is kept."""

    days: int = Field(
        default=0,
        ge=0,
        le=36500,
        description="History older than this is removed at each discover and import; 0 keeps it all.",
    )


class LedgerSection(_Section):
    """Where the ledger's heads are anchored besides the workspace."""

    anchor_file: str = Field(
        default="",
        description='A second place for anchors: a file on another machine\'s disk, or "syslog:" for the system log.',
    )


class MailSection(_Section):
    """The mail server that reminders go through."""

    host: str = Field(default="", description="Name or address of the mail server; none when empty.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls, tls from the start, or none; a password is never sent without."
    )
    sender: str = Field(default="", description="The address that mail is from.")
    user: str = Field(default="", description="User to sign in with; none when empty.")
    password: str = Field(default="", description="Reference to the user's password, as file:PATH.")

    @field_validator("host")
    @classmethod
    def _is_host(cls, host: str) -> str:
        if host and not is_address(host):
            raise ValueError(f"{host!r} is neither an IP address nor a host's name")
        return host

    @field_validator("sender")
    @classmethod
    def _is_mail(cls, sender: str) -> str:
        if sender and not _MAIL.fullmatch(sender):
            raise ValueError(f"{sender!r} is not an e-mail address")
        return sender

    @field_validator("password")
    @classmethod
    def _is_reference(cls, password: str) -> str:
        return _reference(password)

    @model_validator(mode="after")
    def _is_guarded(self) -> Self:
        if self.user and self.tls == "none":
            raise ValueError("a user's password is not sent without TLS: set tls to starttls or tls")
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password belong together")
        return self


class _FetchedSection(_Section):
    """Where a table that others publish is fetched from, and for how long."""

    url: str
    seconds: float = Field(default=120, ge=1, le=3600, description="Seconds that fetching them all may take.")

    @field_validator("url")
    @classmethod
    def _is_https(cls, url: str) -> str:
        from estate import fetch

        try:
            fetch.check(url)
        except UsageError as wrong:
            raise ValueError(f"that is no https address; {wrong.remedy}") from None
        return url.rstrip("/")


class LifecycleSection(_FetchedSection):
    """Where support dates are fetched from."""

    url: str = Field(
        default="https://endoflife.date/api/v1",
        description="Address of the endoflife.date API, version 1, or of a copy of it.",
    )


class PricesSection(_FetchedSection):
    """Where list prices are fetched from."""

    url: str = Field(
        default="https://prices.azure.com/api/retail/prices",
        description="Address of the Azure Retail Prices API, or of a copy of it.",
    )


class Service(_Section):
    """One DNS name and the workload behind it."""

    name: str
    workload: str


class Settings(_Section):
    """Everything in `decant.toml`."""

    workspace: WorkspaceSection = WorkspaceSection()
    dns: DnsSection = DnsSection()
    move: MoveSection = MoveSection()
    discover: DiscoverSection = DiscoverSection()
    observe: ObserveSection = ObserveSection()
    retention: RetentionSection = RetentionSection()
    ledger: LedgerSection = LedgerSection()
    lifecycle: LifecycleSection = LifecycleSection()
    prices: PricesSection = PricesSection()
    mail: MailSection = MailSection()
    service: tuple[Service, ...] = ()
    object_store: tuple[ObjectStore, ...] = ()

    def services_of(self, workload: str) -> tuple[str, ...]:
        """The DNS names of one workload."""
        return tuple(entry.name for entry in self.service if entry.workload == workload)


@dataclass(frozen=True)
class Loaded:
    """The settings in force, and for each `section.key` the layer that gave it."""

    settings: Settings
    origins: Mapping[str, str]


def load(workspace: Workspace | None, environment: Mapping[str, str]) -> Loaded:
    """Read every layer; raises `UsageError` for a wrong value, or an unknown key with the nearest valid one."""
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    files = [site_config_path("decant") / "decant.toml", user_config_path("decant") / "decant.toml"]
    for path in [*files, *([workspace.settings] if workspace else [])]:
        if path.exists():
            _merge(merged, origins, reading.toml(path), str(path))
    _merge(merged, origins, _from_environment(environment), "environment")
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as wrong:
        raise _refusal(wrong, origins) from None
    for name, section in _sections():
        for key in section.model_fields:
            origins.setdefault(f"{name}.{key}", "default")
    return Loaded(settings, origins)


def _sections() -> list[tuple[str, type[_Section]]]:
    found = []
    for name, info in Settings.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, _Section):
            found.append((name, kind))
    return found


def _merge(merged: dict[str, Any], origins: dict[str, str], layer: Mapping[str, Any], origin: str) -> None:
    for name, value in layer.items():
        if isinstance(value, dict):
            merged.setdefault(name, {}).update(value)
            origins.update({f"{name}.{key}": origin for key in value})
        else:
            merged[name] = value
            origins[name] = origin


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    layer: dict[str, dict[str, str]] = {}
    for name, section in _sections():
        for key in section.model_fields:
            value = environment.get(f"DECANT_{name}_{key}".upper())
            if value is not None:
                layer.setdefault(name, {})[key] = value
    return dict(layer)


def _refusal(wrong: ValidationError, origins: Mapping[str, str]) -> UsageError:
    first = invalid.first(wrong)
    spot = ".".join(str(part) for part in first["loc"])
    where = origins.get(spot, origins.get(str(first["loc"][0]), "decant.toml"))
    if first["type"] == "extra_forbidden":
        known = _known(first["loc"])
        return UsageError(
            f"{where} has the unknown setting {spot}",
            did_you_mean(str(first["loc"][-1]), known, "remove it; `decant config show` lists them all"),
        )
    return UsageError(f"{where}: {invalid.sentence(wrong)}", "mend that value")


def _known(location: tuple[int | str, ...]) -> list[str]:
    if len(location) == 1:
        return list(Settings.model_fields)
    sections: dict[str, type[BaseModel]] = dict(_sections())
    for name, info in Settings.model_fields.items():
        for kind in get_args(info.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                sections[name] = kind
    section = sections.get(str(location[0]))
    return list(section.model_fields) if section else []
