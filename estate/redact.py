"""Takes secrets out of text that was read from a server, before it is stored, logged or shown.

It knows how secrets look where they are usually found: process arguments, cron lines, `Environment=` of units,
connection strings, configuration, headers, private keys and cloud keys: `estate/secret_forms.py` is the published
list, `estate/redaction_rules.py` the patterns. It prefers to take out too much. It cannot know a secret that looks
like nothing (a bare word as an argument), so it is the last of several guards, not the only one. It takes time linear
in the length of a text, whatever the text is.

What is taken out becomes `[redacted]`; redacting twice changes nothing more.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from estate.private_keys import without_keys
from estate.redaction_rules import GONE, MYSQL, NAMED, RULES, SIGNS

__all__ = ["GONE", "redact", "redact_argv", "redact_bytes", "redact_output"]

# `/etc/passwd:root:…`, as grep writes a line behind the name of its file: the name is no setting's.
_FILE = re.compile(r"^((?:grep: )?/[^\s:=]*):", re.M)

_FLAG = re.compile(rf"--?{NAMED}", re.I)
_SHORT = {
    "sshpass": ("-p",),
    "mongo": ("-p",),
    "mongodump": ("-p",),
    "sqlcmd": ("-P",),
    "isql": ("-P",),
    "ldapsearch": ("-w",),
    "ldapmodify": ("-w",),
    "redis-cli": ("-a",),
}


def redact(text: str) -> str:
    """`text` without what looks like a secret."""
    folded = text.casefold()
    return _redact(text) if folded and any(sign in folded for sign in SIGNS) else text


def _redact(text: str) -> str:
    """By every rule."""
    # A stand-in for the colon: a character for private use that the text does not use itself.
    colon = next((mark for mark in map(chr, range(0xE000, 0xE100)) if mark not in text), ":")
    text = without_keys(_FILE.sub(rf"\1{colon}", text), GONE)
    for pattern, by in RULES:
        # Most find nothing, and looking takes half the time of replacing.
        if pattern.search(text):
            text = pattern.sub(by, text)
    return text.replace(colon, ":")


def redact_bytes(data: bytes) -> bytes:
    """As `redact`, for bytes of any encoding."""
    return redact(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def redact_output(data: bytes) -> bytes:
    """As `redact_bytes`, for a command's output: a line that is a JSON object stays one, redacted value by value."""
    out: list[bytes] = []
    plain: list[bytes] = []
    for line in data.split(b"\n"):
        clean = _json_line(line)
        if clean is None:
            plain.append(line)
            continue
        # Lines that are no JSON are redacted together, as a private key goes over many.
        out += [redact_bytes(b"\n".join(plain))] if plain else []
        out.append(clean)
        plain = []
    return b"\n".join([*out, redact_bytes(b"\n".join(plain))] if plain else out)


def _json_line(line: bytes) -> bytes | None:
    if not (line.startswith(b"{") and line.rstrip().endswith(b"}")):
        return None
    try:
        value = json.loads(line)
        return json.dumps(_within(value), ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return None


def _within(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _within(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_within(one, name) for one in value]
    if not isinstance(value, str):
        return value
    return GONE if value and re.fullmatch(NAMED, name, re.I) else redact(value)


def redact_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """A process's arguments without what looks like a secret.

    Better than `redact` on the joined line, because it knows where each argument ends: a password with spaces
    goes whole.
    """
    out: list[str] = []
    tool = argv[0].rsplit("/", 1)[-1] if argv else ""
    hidden_next = False
    for argument in argv:
        if hidden_next:
            out.append(GONE)
            hidden_next = False
            continue
        hidden_next = bool(_FLAG.fullmatch(argument)) or argument in _SHORT.get(tool, ())
        name, equals, _ = argument.partition("=")
        if equals and re.fullmatch(rf"(?:--?)?{NAMED}", name, re.I):
            out.append(f"{name}={GONE}")
        elif re.fullmatch(MYSQL, tool, re.I) and argument.startswith("-p") and len(argument) > 2:
            out.append(f"-p{GONE}")
        else:
            out.append(redact(argument))
    return tuple(out)
