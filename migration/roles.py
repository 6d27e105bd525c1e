"""What a server is for, where that decides how it moves: a domain controller is never copied, a print server stays.

What runs on it is evidence. Its name and what was noted of it (an import's annotation) are weak evidence: they count
only where nobody has read its services, and whoever reads the assessment is told which of them say so.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from estate.records.facts.listeners import Listeners
from estate.records.facts.services import Services
from estate.records.facts.shares import Shares
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from estate.records.workload import Workload


@dataclass(frozen=True)
class Role:
    """One role, and how it is known: by services, shares, listening ports (all of them) or kinds of workload.

    `name` is looked for in the server's name, `noted` in what was noted of it.
    """

    id: str
    words: str
    """For people, after "it is": "a domain controller"."""
    services: str = ""
    shares: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    name: str = ""
    noted: str = ""
    system: str = ""
    """Operating systems that nothing else runs on."""


ROLES = (
    Role(
        "domain controller",
        "a domain controller",
        services=r"ntds",
        shares=frozenset({"sysvol", "netlogon"}),
        ports=frozenset({88, 389}),
        name=r"[a-z]{0,5}dc",
        noted=r"domain controller|active directory",
    ),
    Role(
        "certificates",
        "a certificate authority",
        services=r"certsvc",
        name=r"pki|adcs|(?:root|sub|issuing)-?ca",
        noted=r"certificat(?:e|ion) authority|\bpki\b",
    ),
    Role(
        "printing",
        "a print server",
        services=r"lpdsvc|cups(?:\.service)?",
        shares=frozenset({"print$"}),
        name=r"[a-z]{0,4}print(?:er|ers|ing|srv)?|prn|prt",
        noted=r"print(?:er|ing)? (?:server|queue)|papercut",
    ),
    Role("DHCP", "a DHCP server", services=r"dhcpserver", name=r"[a-z]{0,5}dhcp", noted=r"\bdhcp\b"),
    Role(
        "network sign-in",
        "a server for signing in to the network (RADIUS)",
        services=r"ias",
        name=r"nps|radius",
        noted=r"\bradius\b|network policy server",
    ),
    Role(
        "mail",
        "an Exchange server",
        services=r"msexchange.*",
        name=r"[a-z]{0,5}exch(?:ange)?",
        noted=r"\bexchange\b",
    ),
    Role("updates", "a WSUS server", services=r"wsusservice", name=r"[a-z]{0,5}wsus", noted=r"\bwsus\b"),
    Role(
        "backup",
        "a backup server",
        services=r"veeambackupsvc|veeamcatalogsvc|backupexec(?:jobengine|rpcservice)|bpcd|gxcvd.*",
        name=r"[a-z]{0,5}veeam|backup|bkp|bkup",
        noted=r"\bveeam\b|backup (?:server|proxy|repository)|backup exec|netbackup|commvault",
    ),
    Role(
        "virtual platform",
        "a part of VMware itself",
        services=r"(?:vmware-)?vpxd",
        name=r"[a-z]{0,5}v-?center|vcsa|vcsrv|nsx(?:mgr)?|vrops|vsphere",
        noted=r"vcenter|\bnsx\b|vsphere replication|vrealize",
    ),
    Role(
        "appliance",
        "an appliance that its supplier runs",
        system=r"photon|freebsd|pan-os|appliance|vmware esx",
        name=r"appliance|netscaler|adc-?vpx",
        noted=r"appliance|(?:run|managed|maintained|supported) by (?:the )?(?:supplier|vendor)",
    ),
    Role(
        "files",
        "a file server",
        kinds=frozenset({"files"}),
        name=r"fs|file(?:s|srv|server)?|nas",
        noted=r"file server|(?:home|shared) drives?|user shares",
    ),
    Role(
        "SQL Server",
        "a server of SQL Server databases",
        services=r"mssqlserver|mssql\$.*",
        kinds=frozenset({"sqlserver"}),
        name=r"[a-z]{0,5}sql(?:srv|server)?",
        noted=r"sql server|\bmssql\b",
    ),
    Role(
        "remote desktop",
        "a server of remote desktops",
        services=r"tssdis|termservlicensing|tsgateway|brokeragent|citrixbroker.*",
        name=r"rds(?:h)?|ctx|citrix|xen(?:app)?",
        noted=r"remote desktop|\bcitrix\b|\brds\b",
    ),
)
"""Those of which the first are stronger: a domain controller that also gives out addresses is a domain controller."""

_UNUSED = ("disabled", "masked")


@dataclass(frozen=True)
class Known:
    """A role that a server has, and what shows it."""

    role: Role
    evidence: str
    told: tuple[str, ...] = ()
    """Where nothing on the server was read: what says so all the same, "its name", "its notes"."""

    @property
    def weak(self) -> bool:
        """Whether its name or its notes alone say so."""
        return bool(self.told)


def roles_of(facts: ServerFacts, workloads: Iterable[Workload]) -> tuple[Known, ...]:
    """The roles of one server, the strongest first."""
    kinds: set[str] = {one.kind for one in workloads if not one.os_owned}
    found = []
    for role in ROLES:
        evidence = next(_seen(role, facts, kinds), None)
        if evidence is not None:
            found.append(Known(role, evidence))
        elif facts.outcome("services") is not Outcome.KNOWN:
            told = dict(_told(role, facts))
            if told:
                found.append(Known(role, " and ".join(told.values()), tuple(told)))
    return tuple(sorted(found, key=lambda one: one.weak))


def _seen(role: Role, facts: ServerFacts, kinds: set[str]) -> Iterator[str]:
    services, shares = facts.get("services", Services), facts.get("shares", Shares)
    listeners = facts.get("listeners", Listeners)
    for service in services.services if services and role.services else ():
        in_use = service.active == "active" or service.enabled not in _UNUSED
        if in_use and re.fullmatch(role.services, service.unit, re.IGNORECASE):
            yield f"the service {service.unit}"
    for share in shares.shares if shares else ():
        if share.name.lower() in role.shares:
            yield f"the share {share.name}"
    ports = {one.port for one in listeners.listeners if not one.local_only} if listeners else set()
    if role.ports and role.ports <= ports and facts.server.is_windows:
        yield f"it listens on {', '.join(map(str, sorted(role.ports)))}"
    yield from (f"it holds {kind}" for kind in sorted(role.kinds & kinds))
    about = facts.server.os_name or ""
    if role.system and re.search(role.system, about, re.IGNORECASE):
        yield f"its operating system is {about}"


def _told(role: Role, facts: ServerFacts) -> Iterator[tuple[str, str]]:
    """Whether its name or its notes say so, and in which words.

    Of a name the last word counts, as ANY-DC01 and ANYDC01 are usual: in DC1-APP01, DC is the data centre.
    """
    for name in (facts.server.hostname or "", facts.server.id):
        short = name.split(".")[0].lower()
        last = (re.findall(r"[a-z]+", short) or [""])[-1]
        whole = re.sub(r"[^a-z-]+", "", short)
        if role.name and any(re.fullmatch(role.name, word) for word in (last, whole)):
            yield "its name", f"its name is {name}"
    noted = re.search(role.noted, facts.server.purpose or "", re.IGNORECASE) if role.noted else None
    if noted:
        yield "its notes", f"its notes say {noted[0]!r}"
