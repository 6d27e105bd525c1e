"""Fact `runtimes`: PHP, Python, Java, Node, .NET and others, by their files. None of them is started."""

import re
from typing import Literal

from estate.records.facts.runtimes import Runtime, Runtimes
from inventory.facts.base import Fact, Reading, Section, failed, known

Name = Literal["php", "python", "java", "node", "dotnet", "ruby", "perl", "mono", "go"]

_JAVA = ("/usr/lib/jvm/*", "/usr/java/*", "/opt/jdk*", "/opt/java*", "/opt/jre*", "/usr/local/*jdk*")
# A place, and a group in it that is the version.
_PLACES: tuple[tuple[Name, str], ...] = (
    ("php", r"/(?:usr|usr/local|opt/[^/]+|opt/[^/]+/[^/]+)/bin/php(?:-cgi|-fpm)?(\d+\.?\d*)?"),
    ("php", r"/usr/sbin/php-fpm(\d+\.\d+)?"),
    ("python", r"/(?:usr|usr/local|opt/[^/]+)/bin/python(\d\.\d+)"),
    (
        "java",
        r"/(?:usr/lib/jvm|usr/java|opt|usr/local)/([^/]*(?:j(?:dk|re|ava)|openj9|zulu|corretto|temurin)[^/]*)",
    ),
    ("node", r"/(?:usr|usr/local|opt/[^/]+)/bin/node(?:js)?()"),
    ("node", r"/(?:home/[^/]+|root)/\.nvm/versions/node/v([\d.]+)"),
    ("dotnet", r"/(?:usr/share|usr/lib|usr/lib64|opt)/dotnet/shared/Microsoft\.NETCore\.App/(\d[\w.-]*)"),
    ("ruby", r"/(?:usr|usr/local|opt/[^/]+)/bin/ruby(\d\.\d+)"),
    ("perl", r"/usr/bin/perl(5\.[\d.]+)"),
    ("mono", r"/usr/bin/mono()"),
    ("go", r"/usr/local/go/bin/go()"),
)
_GLOBS = (
    *(f"{top}/bin/php*" for top in ("/usr", "/usr/local", "/opt/*", "/opt/*/*")),
    "/usr/sbin/php-fpm*",
    *(
        f"{top}/bin/{name}"
        for top in ("/usr", "/usr/local", "/opt/*")
        for name in ("python[23].*", "node*", "ruby*")
    ),
    *_JAVA,
    *(f"{home}/.nvm/versions/node/*" for home in ("/home/*", "/root")),
    *(f"{top}/dotnet/shared/Microsoft.NETCore.App/*" for top in ("/usr/share", "/usr/lib", "/usr/lib64", "/opt")),
    *("/usr/bin/perl5*", "/usr/bin/mono", "/usr/local/go/bin/go"),
)
SNIPPET = f"""
echo runtimes
for f in {" ".join(_GLOBS)}; do
  [ -e "$f" ] && printf '%s\\n' "$f"
done
echo end
"""


def parse(section: Section) -> Reading:
    """Know each path by its place; what is none of ours is passed over. Java's own release file says more."""
    lines = section.lines
    if not lines or lines[0] != "runtimes" or lines[-1] != "end":
        return failed("the list of runtimes was cut off")
    release: dict[str, dict[str, str]] = {}
    for file, line in section.pairs:
        key, equals, value = line.partition("=")
        if equals:
            release.setdefault(file.removesuffix("/release"), {})[key] = value.strip('"')
    found: dict[tuple[str, str], Runtime] = {}
    for path in lines[1:-1]:
        for name, pattern in _PLACES:
            place = re.fullmatch(pattern, path)
            if place is None:
                continue
            said = release.get(path, {})
            version = said.get("JAVA_VERSION", "") if name == "java" else place[1] or ""
            if name == "java" and not version:
                # A link, or a folder of notes, beside the real one.
                break
            found.setdefault(
                (name, version or path),
                Runtime(
                    name=name,
                    version=version,
                    path=path,
                    maker=said.get("IMPLEMENTOR", ""),
                    packaged=path.startswith("/usr/") and not path.startswith("/usr/local/"),
                ),
            )
            break
    # A package's name without a version stands for one of those that have it.
    named = {one.name for one in found.values() if one.version}
    return known(
        Runtimes(
            runtimes=tuple(
                one for one in found.values() if one.version or one.name not in named or not one.packaged
            )
        )
    )


FACT = Fact(
    id="runtimes",
    reads="names of programs and folders, and Java's release files; nothing is started. Any account.",
    tool="sh",
    snippet=SNIPPET,
    files=tuple(f"{place}/release" for place in _JAVA),
    parser=parse,
    light=True,
)
