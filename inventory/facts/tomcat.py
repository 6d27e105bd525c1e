"""Fact `tomcat`: instances of Apache Tomcat with their ports and applications."""

import re
from collections.abc import Iterator

from estate.records.facts.tomcat import Connector, Tomcat, Tomcats, WebApplication
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, absent, failed, known, unreadable

BASES = (
    "/var/lib/tomcat*",
    "/opt/tomcat*",
    "/opt/*/tomcat*",
    "/opt/apache-tomcat*",
    "/usr/local/*tomcat*",
    "/etc/tomcat*",
)
FILES = tuple(f"{base}/conf/{name}.xml" for base in BASES for name in ("server", "context"))
# No password leaves the host, nor what else opens something: the word that shuts Tomcat down, values for programs.
REDUCE = r"""
/^\/[^:]*tomcat[^:]*\.xml:/{
s/\([pP]ass[A-Za-z]*\)[[:space:]]*=[[:space:]]*"[^"]*"/\1="x"/g
s/\([pP]ass[A-Za-z]*\)[[:space:]]*=[[:space:]]*'[^']*'/\1="x"/g
s/\(shutdown\)[[:space:]]*=[[:space:]]*"[^"]*"/\1="x"/g
s/\(shutdown\)[[:space:]]*=[[:space:]]*'[^']*'/\1="x"/g
s/\(value\)[[:space:]]*=[[:space:]]*"[^"]*"/\1="x"/g
s/\(value\)[[:space:]]*=[[:space:]]*'[^']*'/\1="x"/g
s/\(secret\)[[:space:]]*=[[:space:]]*'[^']*'/\1="x"/g
s/\(secret\)[[:space:]]*=[[:space:]]*"[^"]*"/\1="x"/g
}
"""
SNIPPET = f"""
echo tomcat
for b in {" ".join(BASES)}; do
  [ -d "$b/conf" ] || continue
  printf 'base %s\\n' "$b"
  [ -x "$b/conf" ] || printf 'unreadable %s\\n' "$b/conf"
  for f in "$b"/webapps/*; do
    if [ -d "$f" ]; then printf 'folder %s\\n' "$f"; elif [ -f "$f" ]; then printf 'file %s\\n' "$f"; fi
  done
done
return 0
"""
_TAG = re.compile(r"<(Server|Connector|Host|Resource)\b([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


def parse(section: Section) -> Reading:
    """Read the elements that matter of each server.xml, comments taken out."""
    lines = section.lines
    if lines[:1] != ["tomcat"]:
        return failed("the host did not say whether it has Tomcat")
    bases = [line.removeprefix("base ") for line in lines if line.startswith("base ")]
    if not bases:
        return absent("Tomcat is not in any of the places where it is mostly put")
    closed = [line.removeprefix("unreadable ") for line in lines if line.startswith("unreadable ")]
    texts: dict[str, str] = {}
    for file, line in section.pairs:
        texts[file] = f"{texts.get(file, '')}\n{line}"
    refused = [*section.refused, *closed]
    if refused and not texts:
        return unreadable(f"{', '.join(refused[:4])} may not be read")
    apps = [line.partition(" ")[::2] for line in lines if line.startswith(("folder /", "file /"))]
    instances = tuple(
        _instance(base, texts, [one for one in apps if one[1].startswith(f"{base}/")]) for base in bases
    )
    return known(
        Tomcats(instances=instances),
        partial=f"settings in {', '.join(refused[:8])}" if refused else "",
        privilege="root" if refused else "",
    )


def _instance(base: str, texts: dict[str, str], apps: list[tuple[str, str]]) -> Tomcat:
    tags = [tag for name in ("server", "context") for tag in _tags(texts.get(f"{base}/conf/{name}.xml", ""))]
    names = {path.rsplit("/", 1)[-1] for label, path in apps if label == "folder"}
    found = [
        WebApplication(name=path.rsplit("/", 1)[-1].removesuffix(".war"), path=path, archive=label == "file")
        for label, path in apps
        if label == "folder"
        or (path.endswith(".war") and path.rsplit("/", 1)[-1].removesuffix(".war") not in names)
    ]
    version = re.search(r"tomcat-?(\d[\d.]*)", base)
    shutdown = next((one.get("port", "") for name, one in tags if name == "Server"), "")
    hosts = [one for name, one in tags if name == "Host"]
    return Tomcat(
        base=base,
        version=version[1] if version else "",
        connectors=tuple(
            Connector(
                port=int(one["port"]),
                protocol=one.get("protocol", "HTTP/1.1"),
                tls=one.get("SSLEnabled", "").lower() == "true" or one.get("scheme") == "https",
                address=one.get("address", ""),
            )
            for name, one in tags
            if name == "Connector" and one.get("port", "").isdigit()
        ),
        hosts=tuple(one.get("name", "") for one in hosts),
        app_bases=tuple(one.get("appBase", "webapps") for one in hosts),
        applications=tuple(found),
        data_sources=tuple(redact(one["url"]) for name, one in tags if name == "Resource" and "url" in one),
        shutdown_port=int(shutdown) if re.fullmatch(r"-?\d{1,5}", shutdown) else None,
    )


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for found in _TAG.finditer(re.sub(r"<!--.*?(?:-->|\Z)", "", text, flags=re.DOTALL)):
        yield found[1], {one[1]: one[2] or one[3] or "" for one in _ATTRIBUTE.finditer(found[2])}


FACT = Fact(
    id="tomcat",
    reads="server.xml and context.xml below the folders where Tomcat is mostly put, without passwords, and the "
    "names in webapps. Root, where they are closed.",
    tool="sh",
    snippet=SNIPPET,
    files=FILES,
    reduce=REDUCE,
    parser=parse,
    light=True,
    run_as="root",
)
