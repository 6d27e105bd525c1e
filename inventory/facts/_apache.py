"""Reads virtual hosts out of Apache's configuration."""

import re
import shlex
from collections.abc import Sequence

from estate.records.facts.websites import Website
from estate.redact import redact


def apache_sites(pairs: Sequence[tuple[str, str]]) -> tuple[Website, ...]:
    """One website for each virtual host; a server without any is one website of its own."""
    sites: list[Website] = []
    listen: list[str] = []
    main: dict[str, list[list[str]]] = {}
    main_file = ""
    inside: dict[str, list[list[str]]] | None = None
    addresses: list[str] = []
    for file, line in pairs:
        words = _words(line)
        if not words:
            continue
        key = words[0].lower()
        if key == "<virtualhost":
            inside, addresses = {}, [word.strip("<>") for word in words[1:]]
        elif key.startswith("</virtualhost") and inside is not None:
            sites.append(_site(inside, addresses, file))
            inside = None
        elif key == "listen" and inside is None:
            listen.extend(words[1:2])
        elif not key.startswith(("<", "</")):
            if inside is None:
                main_file = main_file or file
            (main if inside is None else inside).setdefault(key, []).append(words[1:])
    if not sites and "documentroot" in main:
        sites.append(_site(main, listen or ["80"], main_file))
    return tuple(sites)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        # An odd quote in a line that we may not even need.
        return line.split()


def _site(settings: dict[str, list[list[str]]], addresses: Sequence[str], file: str) -> Website:
    def first(key: str) -> str | None:
        values = settings.get(key, [])
        return values[0][0] if values and values[0] else None

    names = [name for key in ("servername", "serveralias") for value in settings.get(key, []) for name in value]
    targets = [value[1] for value in settings.get("proxypass", []) if len(value) > 1 and value[1] != "!"]
    return Website(
        server="apache",
        names=tuple(re.sub(r"^https?://|:\d+$", "", name) for name in names),
        root=first("documentroot"),
        listen=tuple(addresses),
        tls=(first("sslengine") or "").lower() == "on",
        certificate=first("sslcertificatefile"),
        tls_protocols=tuple(settings.get("sslprotocol", [[]])[0]),
        upstreams=tuple(redact(target) for target in targets),
        file=file,
    )
