"""Fact `sqlserver`: instances by the registry, and the files of their databases. No instance is logged in to."""

import re
from collections.abc import Iterable

from estate.records.facts.sqlserver import SqlDatabase, SqlInstance, SqlServer
from inventory.facts.base import MISSING, Reading, absent
from inventory.windows.base import Row, Rows, fact

SNIPPET = r"""
$root = 'SOFTWARE\Microsoft\Microsoft SQL Server'
$k = key "$root\Instance Names\SQL"
if ($k) { foreach ($name in $k.GetValueNames()) {
  $id = [string]$k.GetValue($name)
  $setup = "$root\$id\Setup"
  $server = "$root\$id\MSSQLServer"
  $ports = "$server\SuperSocketNetLib\Tcp\IPAll"
  $own = [string](value $setup 'SQLDataRoot')
  @{ kind = 'instance'; name = $name; base = [string](value $setup 'Version'); patch = [string](value $setup 'PatchLevel')
     sp = (value $setup 'SP'); edition = [string](value $setup 'Edition'); cluster = (value $setup 'SqlCluster')
     port = [string](value $ports 'TcpPort'); dynamic = [string](value $ports 'TcpDynamicPorts')
     logins = (value $server 'LoginMode'); data = [string](value $server 'DefaultData')
     backups = [string](value $server 'BackupDirectory') }
  $folders = @((value $server 'DefaultData'), (value $server 'DefaultLog'), $(if ($own) { "$own\DATA" }))
  $folders = @($folders | Where-Object { $_ } |
    ForEach-Object { ([string]$_).TrimEnd('\').ToLowerInvariant() } | Select-Object -Unique)
  foreach ($folder in $folders) { part "the files in $folder" {
    foreach ($one in (New-Object IO.DirectoryInfo $folder).EnumerateFiles()) {
      if ($one.Extension -match '^\.(mdf|ndf|ldf)$') {
        @{ kind = 'file'; instance = $name; path = $one.FullName; bytes = $one.Length } } } } }
} }
@{ kind = 'end' }
"""

_OWN = frozenset(
    {"master", "model", "msdb", "msdbdata", "tempdb", "mssqlsystemresource", "model_msdbdata", "distmdl",
     "model_replicatedmaster"}
)  # fmt: skip
_MIXED = 2


def parse(rows: Rows) -> Reading:
    """One database is one .mdf file; data and log files whose names begin alike are counted with it."""
    rows.one("end")
    instances = rows.of("instance")
    if not instances:
        return absent("no instance of SQL Server is installed")
    # A folder that it is set to use and that is not there holds nothing.
    told = [row for row in rows.rows if not ("note" in row.values and row.number("status") == MISSING)]
    return Rows(told, rows.uid).known(
        SqlServer(instances=tuple(_instance(row, rows.of("file")) for row in instances)),
        "databases whose files lie in other folders than those that the instance is set to use",
    )


def _instance(row: Row, files: Iterable[Row]) -> SqlInstance:
    name = row.text("name")
    port = row.text("port") or row.text("dynamic")
    cluster, logins = row.number("cluster"), row.number("logins")
    return SqlInstance(
        name=name,
        service=name if name.upper() == "MSSQLSERVER" else f"MSSQL${name}",
        version=row.text("patch") or row.text("base"),
        release=_release(row.text("base"), row.number("sp")),
        edition=row.text("edition"),
        clustered=None if cluster is None else cluster == 1,
        port=int(port) if re.fullmatch(r"[1-9]\d{0,4}", port) else None,
        mixed_logins=None if logins is None else logins == _MIXED,
        data=row.text("data"),
        backups=row.text("backups"),
        databases=tuple(_databases(one for one in files if one.text("instance") == name)),
    )


def _databases(files: Iterable[Row]) -> Iterable[SqlDatabase]:
    sizes = {row.text("path"): row.count("bytes") for row in files}
    stems = {path: re.sub(r"\.[^.\\]*$", "", path.rsplit("\\", 1)[-1]) for path in sizes}
    first = {path: re.sub(r"_(data|dat|primary)$", "", stem, flags=re.I) for path, stem in stems.items()
             if path.lower().endswith(".mdf")}  # fmt: skip
    total = dict.fromkeys(first, 0)
    for path, size in sizes.items():
        # The longest name that a file's begins with is its own: Reports_log is of Reports, not of Rep.
        mine = [main for main, name in first.items() if stems[path].lower().startswith(name.lower())]
        if mine:
            total[path if path in first else max(mine, key=lambda main: len(first[main]))] += size
    return [
        SqlDatabase(name=name, path=path, bytes=total[path])
        for path, name in first.items()
        if name.lower() not in _OWN
    ]


def _release(version: str, pack: int | None) -> str:
    """`13.2.5026.0` with service pack 2 as `13.0-sp2`: the second number of a version counts service packs, too."""
    major = re.match(r"(\d+)(?:\.(\d+))?", version)
    if major is None:
        return ""
    minor = "50" if major[1] == "10" and (major[2] or "").startswith("5") else "0"
    return f"{major[1]}.{minor}" + (f"-sp{pack}" if pack else "")


FACT = fact(
    "sqlserver",
    "the instances in the registry (version, edition, port, folders), and names and sizes of the files in those "
    "folders. Administrators for the folders.",
    "SQL Server",
    SNIPPET,
    parse,
)
