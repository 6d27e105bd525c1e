"""Reads server blocks out of nginx's configuration."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from estate.records.facts.websites import Website
from estate.redact import redact

_TOKEN = re.compile(
    r"""\s*(?:(?P<comment>\#.*)|(?P<mark>[{};])|(?P<word>(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s{};])+))"""
)


@dataclass
class _Block:
    name: tuple[str, ...]
    file: str
    settings: list[tuple[str, ...]] = field(default_factory=list)
    blocks: "list[_Block]" = field(default_factory=list)

    def values(self, key: str) -> list[tuple[str, ...]]:
        return [setting[1:] for setting in self.settings if setting[0] == key]


def nginx_sites(pairs: Sequence[tuple[str, str]]) -> tuple[Website, ...]:
    """One website for each server block. `pairs` are file and line; what a server lacks is its http's."""
    tops = [
        _tree(file, [line for name, line in pairs if name == file]) for file in dict.fromkeys(p[0] for p in pairs)
    ]
    outer = [top for top in tops if top.file.endswith("/nginx.conf")]
    http = next((block for top in outer for block in top.blocks if block.name == ("http",)), None)
    everything = [block for top in tops for block in _within(top)]
    upstreams = {
        block.name[1]: tuple(f"{value[0]}" for value in block.values("server"))
        for block in everything
        if block.name[:1] == ("upstream",) and len(block.name) == 2
    }
    return tuple(_site(block, http, upstreams) for block in everything if block.name == ("server",))


def _tree(file: str, lines: Sequence[str]) -> _Block:
    top = _Block((), file)
    stack = [top]
    words: list[str] = []
    for line in lines:
        for found in _TOKEN.finditer(line):
            if found["word"]:
                words.append(found["word"].strip("\"'"))
            elif found["mark"] == ";":
                if words:
                    stack[-1].settings.append(tuple(words))
                words = []
            elif found["mark"] == "{":
                block = _Block(tuple(words), file)
                stack[-1].blocks.append(block)
                stack.append(block)
                words = []
            elif found["mark"] == "}":
                words = []
                if len(stack) > 1:
                    stack.pop()
    return top


def _within(block: _Block) -> Iterator[_Block]:
    waiting = list(block.blocks)
    while waiting:
        one = waiting.pop(0)
        yield one
        waiting = one.blocks + waiting


def _site(block: _Block, http: _Block | None, upstreams: dict[str, tuple[str, ...]]) -> Website:
    listen = tuple(" ".join(value) for value in block.values("listen")) or ("80",)
    protocols = block.values("ssl_protocols") or (http.values("ssl_protocols") if http else [])
    certificate = block.values("ssl_certificate")
    root = block.values("root")
    targets: list[str] = []
    for part in (block, *_within(block)):
        for key in ("proxy_pass", "fastcgi_pass", "uwsgi_pass"):
            for value in part.values(key):
                targets.extend(_resolve(value[0], upstreams) if value else ())
    return Website(
        server="nginx",
        names=tuple(name for value in block.values("server_name") for name in value if name != "_"),
        root=root[0][0] if root and root[0] else None,
        listen=listen,
        tls=any("ssl" in one.split() for one in listen) or ("on",) in block.values("ssl"),
        certificate=certificate[0][0] if certificate and certificate[0] else None,
        tls_protocols=protocols[0] if protocols else (),
        upstreams=tuple(dict.fromkeys(targets)),
        file=block.file,
    )


def _resolve(target: str, upstreams: dict[str, tuple[str, ...]]) -> list[str]:
    """`http://backend` as each server of `upstream backend`."""
    scheme, mark, rest = target.rpartition("://")
    name = re.split(r"[/:$]", rest, maxsplit=1)[0]
    if name in upstreams:
        return [redact(f"{scheme}{mark}{server}") for server in upstreams[name]]
    return [redact(target)]
