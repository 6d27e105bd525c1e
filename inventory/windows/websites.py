"""Fact `websites` of Windows: the sites of IIS, their bindings, folders and sizes, and whom their settings name."""

import re

from estate.records.facts.websites import Website, Websites
from estate.redact import redact
from inventory.facts.base import Reading, absent
from inventory.windows.base import Row, Rows, fact

# Of web.config only the server's name within a connection string is sent, and where a rewrite leads to: the
# password stands beside it, and stays. Passwords of application pools are in attributes that are not read.
SNIPPET = r"""
if (-not (key 'SYSTEM\CurrentControlSet\Services\W3SVC')) { @{ kind = 'none' }; return }
$file = "$env:SystemRoot\System32\inetsrv\config\applicationHost.config"
$config = New-Object Xml.XmlDocument
$config.Load($file)
foreach ($place in 'SslBindingInfo', 'SslSniBindingInfo') {
  $k = key "SYSTEM\CurrentControlSet\Services\HTTP\Parameters\$place"
  if ($k) { foreach ($name in $k.GetSubKeyNames()) {
    $one = $k.OpenSubKey($name)
    $hash = [byte[]]$one.GetValue('SslCertHash')
    if ($hash) { @{ kind = 'tls'; at = $name; store = [string]$one.GetValue('SslCertStoreName')
      thumb = [BitConverter]::ToString($hash).Replace('-', '') } }
  } }
}
$clock = [Diagnostics.Stopwatch]::StartNew()
foreach ($site in $config.SelectNodes('/configuration/system.applicationHost/sites/site')) {
  $name = $site.GetAttribute('name')
  @{ kind = 'site'; name = $name; file = $file
     bindings = @($site.SelectNodes('bindings/binding') | ForEach-Object {
       "$($_.GetAttribute('protocol'))|$($_.GetAttribute('bindingInformation'))" }) }
  foreach ($folder in $site.SelectNodes('application/virtualDirectory')) {
    $path = [Environment]::ExpandEnvironmentVariables($folder.GetAttribute('physicalPath'))
    @{ kind = 'folder'; site = $name; application = $folder.ParentNode.GetAttribute('path')
       below = $folder.GetAttribute('path'); path = $path }
    if ($path -notmatch '^[A-Za-z]:\\') { continue }
    part "the size of $path" {
      $sum = weigh $path ([Math]::Min(15, $seconds * 0.75 - $clock.Elapsed.TotalSeconds))
      @{ kind = 'size'; path = $path; bytes = $sum.bytes; refused = $sum.refused; whole = $sum.whole }
    }
    part "$path\web.config" {
      if ([IO.File]::Exists("$path\web.config")) {
        $text = [IO.File]::ReadAllText("$path\web.config")
        foreach ($string in [regex]::Matches($text, 'connectionString\s*=\s*"([^"]*)"')) {
          $server = [regex]::Match($string.Groups[1].Value,
            '(?i)(?:^|;)\s*(?:data source|server|address|addr|network address)\s*=\s*([^;"]+)')
          if ($server.Success) { @{ kind = 'names'; site = $name; server = $server.Groups[1].Value.Trim() } }
        }
        foreach ($rule in [regex]::Matches($text, '<action[^>]*\burl\s*=\s*"(https?://[^/"{]+)')) {
          @{ kind = 'upstream'; site = $name; url = $rule.Groups[1].Value }
        }
      }
    }
  }
}
@{ kind = 'end' }
"""

_HERE = frozenset({"", ".", "(local)", "localhost", "127.0.0.1", "::1"})


def parse(rows: Rows) -> Reading:
    """A site's root is the folder of its first application; a binding is `protocol|address:port:name`."""
    if rows.of("none"):
        return absent("IIS is not installed")
    rows.one("end")
    certificates = {
        row.text("at").lower(): f"Cert:\\LocalMachine\\{_store(row.text('store'))}\\{row.text('thumb')}"
        for row in rows.of("tls")
    }
    sizes = {
        row.text("path"): row.count("bytes")
        for row in rows.of("size")
        if row.flag("whole") and not row.number("refused")
    }
    unmeasured = [row.text("path") for row in rows.of("size") if row.text("path") not in sizes]
    return rows.known(
        Websites(sites=tuple(_site(row, rows, certificates) for row in rows.of("site")), root_bytes=sizes),
        f"the size of {', '.join(unmeasured[:8])}: too large, or closed to the account" if unmeasured else "",
    )


def _store(name: str) -> str:
    return "My" if name.upper() in ("", "MY") else name


def _site(row: Row, rows: Rows, certificates: dict[str, str]) -> Website:
    name = row.text("name")
    folders = [one for one in rows.of("folder") if one.text("site") == name]
    root = next(
        (one.text("path") for one in folders if (one.text("application"), one.text("below")) == ("/", "/")), None
    )
    listen, names, certificate, tls = [], [], None, False
    for binding in row.texts("bindings"):
        protocol, _, where = binding.partition("|")
        found = re.fullmatch(r"(.*):(\d{1,5}):([^:]*)", where)
        if protocol not in ("http", "https") or found is None:
            continue
        address, port, host = found.groups()
        secure = protocol == "https"
        tls = tls or secure
        listen.append(f"{'' if address in ('*', '') else address + ':'}{port}{' ssl' if secure else ''}")
        if host:
            names.append(host.lower())
        if secure:
            places = (f"{host}:{port}", f"{'0.0.0.0' if address in ('*', '') else address}:{port}")  # noqa: S104 - how http.sys writes every address
            certificate = certificate or next((certificates[one] for one in places if one in certificates), None)
    named = [_end(one.text("server")) for one in rows.of("names") if one.text("site") == name]
    passed = [redact(one.text("url")) for one in rows.of("upstream") if one.text("site") == name]
    return Website(
        server="iis",
        name=name,
        names=tuple(dict.fromkeys(names)),
        root=root,
        listen=tuple(dict.fromkeys(listen)),
        tls=tls,
        certificate=certificate,
        upstreams=tuple(dict.fromkeys(one for one in (*passed, *named) if one)),
        file=row.text("file"),
        applications=tuple(
            f"{f'{application}{below}'.replace('//', '/').rstrip('/')} {one.text('path')}"
            for one in folders
            if (application := one.text("application"), below := one.text("below")) != ("/", "/")
        ),
    )


def _end(server: str) -> str:
    r"""`tcp:db1\REPORTS,1444` as `sqlserver://db1:1444`; empty for the server itself."""
    host, _, port = redact(server).removeprefix("tcp:").removeprefix("np:").partition(",")
    host = host.partition("\\")[0].strip().lower()
    if host in _HERE or host.startswith("(localdb)") or not re.fullmatch(r"[\w.-]+", host):
        return ""
    return f"sqlserver://{host}:{port.strip() if port.strip().isdecimal() else 1433}"


FACT = fact(
    "websites",
    "IIS: sites, bindings and folders in applicationHost.config, the certificates of http.sys in the registry, "
    "sizes of the folders, and of each web.config the servers that connection strings and rewrites name (nothing "
    "else of them). Administrators.",
    "IIS",
    SNIPPET,
    parse,
    tier=2,
)
