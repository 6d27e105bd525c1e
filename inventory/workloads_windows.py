"""What moves from Windows alone, and what belongs to Windows rather than to a council, by name. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from estate.records.facts.services import Service
from estate.records.facts.shares import Share
from estate.records.facts.sqlserver import SqlServer
from estate.records.facts.tasks import Tasks
from estate.records.facts.websites import Website
from estate.records.workload import Kind
from inventory.windows.agents import agent_of

_Found = tuple[Kind, str, dict[str, Any]]

DYNAMIC = 49152
"""From here on Windows gives ports to clients, and to those of its own services that say theirs when asked."""

_SERVICES = re.compile(
    "|".join(
        (
            # Windows itself, those among them that listen.
            r"rpcss|rpceptmapper|eventlog|schedule|samss|netlogon|keyiso|spooler|termservice|winrm|policyagent|dnscache",
            r"w32time|lanmanserver|lanmanworkstation|iphlpsvc|ikeext|sessionenv|umrdpservice|cdpsvc.*|ssdpsrv|fdrespub",
            r"lmhosts|nlasvc|wuauserv|bits|wecsvc|vmms|vmcompute|sshd|ssh-agent|services|lsass|wininit|system|kdc|dfsr?",
            r"ntds|adws|ismserv|sense|windefend|wdnissvc|mdcoresvc|msdtc|clussvc|vds|trustedinstaller|appinfo|gupdatem?",
            r"edgeupdatem?|microsoftedgeelevationservice|googleupdater.*|mozillamaintenance|ose(64)?|clicktorunsvc",
            r"vmtools|vgauthservice|vm3dservice|vmvss|dotnetsvc|netpipeactivator|nettcpactivator|nettcpportsharing",
            # What carries websites, databases and shares.
            r"w3svc|was|iisadmin|apphostsvc|wmsvc|w3logsvc|ftpsvc",
            r"mssqlserver|mssql\$.*|sqlserveragent|sqlagent\$.*|sqlbrowser|sqlwriter|sqltelemetry.*|mssqlfdlauncher.*",
            r"mssqlserverolapservice|msolap\$.*|msdtsserver\d*|mssqlserveradhelper\d*",
        )
    ),
    re.IGNORECASE,
)
"""Services of Windows, and those that carry workloads of another kind."""

_TASKS = re.compile(
    r"\\(microsoft\\|mozilla\\|adobe|googleupdate|googlesystem|microsoftedgeupdate|onedrive|user_feed_sync|ccleaner|npcap|"
    r"optimize start menu|createexplorershell|java platform|nvidia|vmware)",
    re.IGNORECASE,
)
"""Tasks that Windows' parts and common programs make for themselves, by how their path begins."""

_DOMAIN_SHARES = frozenset({"NETLOGON", "SYSVOL"})


def sqlserver(found: SqlServer | None) -> Iterator[_Found]:
    """Each database of each instance, the server's own left out."""
    for instance in found.instances if found else ():
        for database in instance.databases:
            yield (
                "sqlserver",
                database.name,
                {
                    "bytes": database.bytes,
                    "version": instance.version,
                    "release": instance.release,
                    "edition": instance.edition,
                    "instance": instance.name,
                    "port": instance.port,
                    "path": database.path,
                },
            )


def tasks(found: Tasks | None) -> Iterator[_Found]:
    """Those that Windows brings itself are in no record; what programs bring for themselves is marked."""
    for task in found.tasks if found else ():
        yield (
            "schedule",
            task.path.strip("\\").replace("\\", "-"),
            {
                "os_owned": bool(_TASKS.match(task.path)),
                "when": "; ".join(task.schedule),
                "user": task.user,
                "command": "; ".join(task.commands),
                "unit": task.path,
                "enabled": "" if task.enabled is None else "enabled" if task.enabled else "disabled",
            },
        )


def is_iis_default(root: str | None, size: int | None, blocks: Sequence[Website]) -> bool:
    """Whether it is the site that IIS brings, with nothing in it but its welcome page (two files, 100 KB)."""
    brought = (
        root is not None
        and root.lower().endswith(r":\inetpub\wwwroot")
        and len(root) == len(r"C:\inetpub\wwwroot")
    )
    return brought and size is not None and size < 200_000 and not any(block.applications for block in blocks)


def is_part_of_windows(service: Service) -> bool:
    """Whether a service of Windows is no workload by its name: Windows' own, one that carries others, or an agent."""
    return re.match(r"[A-Za-z]:\\", service.path) is not None and (
        _SERVICES.fullmatch(service.unit) is not None or agent_of(service.unit) is not None
    )


def is_domain_share(share: Share) -> bool:
    """Whether a domain controller has it for its domain."""
    return share.name.upper() in _DOMAIN_SHARES and "\\SYSVOL" in share.path.upper()
