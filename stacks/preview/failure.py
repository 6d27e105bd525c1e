"""Makes one sentence of how a program failed: what it said, and in which line of ours or of the council's."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from estate.records.preview import SECRET

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)', re.MULTILINE)
_RAISED = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning)?)(?:: (?P<what>.*))?$")
_ELSEWHERE = ("/site-packages/", "<frozen", "/lib/python3", "/preview/__main__.py")


def sentence(stderr: str, errors: Iterable[str], secrets: Mapping[str, str]) -> str:
    """What went wrong, for a person. Every secret configuration value is taken out of it."""
    text = _masked(stderr, secrets)
    reported = [_masked(error, secrets).splitlines()[0] for error in errors if error]
    what = reported[0] if reported else _last_exception(text)
    where = _place(text)
    return f"{what.rstrip('.')}{f' ({where})' if where else ''}"


def _last_exception(text: str) -> str:
    for line in reversed(text.splitlines()):
        found = _RAISED.match(line)
        if found and line.strip():
            kind = found["kind"].rsplit(".", 1)[-1]
            return f"{found['what']}" if kind in _OURS and found["what"] else line.strip()
    return text.strip().splitlines()[-1] if text.strip() else "it ended without saying why"


_OURS = frozenset({"UsageError", "RefusedError", "DecantError", "RunError"})
"""Errors that are sentences already."""


def _place(text: str) -> str:
    frames = [(found["file"], found["line"]) for found in _FRAME.finditer(text)]
    ours = [frame for frame in frames if not any(part in frame[0] for part in _ELSEWHERE)]
    if not ours:
        return ""
    file, line = ours[-1]
    path = Path(file)
    return f"{path.parent.name}/{path.name} line {line}"


def _masked(text: str, secrets: Mapping[str, str]) -> str:
    for value in secrets.values():
        if value:
            text = text.replace(value, SECRET)
    return text
