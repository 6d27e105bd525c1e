"""The files of many facts, read by one `grep`, and their lines given back to each fact.

Comments and empty lines stay on the host. Every line comes behind the name of its file, so that no file can pretend
to be another; `sed` takes out what a fact's `reduce` says before anything leaves the host.
"""

import re
import shlex
from collections.abc import Sequence
from functools import cache, lru_cache

from estate.redact import redact
from inventory.facts.base import Fact

LINES = 200_000
"""The most lines of one file that are read. A fact with a file of more is a failed reading."""

# `#1000 ALL=…` in sudoers is no comment.
_DROPPED = "^[[:space:]]*(#([^0-9]|$)|$)"
_COMPLAINT = re.compile(rb"grep: (.*): (?:[A-Z][\w -]+)$")
_GONE = (b": No such file or directory", b": Is a directory", b": is a directory", b": No such process")
_KERNEL = ("/proc/", "/sys/")


def snippet(facts: Sequence[Fact]) -> str:
    """The shell's part: exits 127 where grep or sed is missing."""
    patterns = _patterns(facts)
    folders = dict.fromkeys(
        pattern.rsplit("/", 1)[0] for pattern in patterns if "*" in pattern and not pattern.startswith(_KERNEL)
    )
    reduce = "\n".join(fact.reduce.strip() for fact in facts if fact.reduce)
    lines = ["command -v grep >/dev/null && command -v sed >/dev/null || exit 127"]
    if folders:
        # A pattern in a folder that is closed to us matches nothing, which must not look like an empty folder.
        lines += [
            f"for d in {' '.join(folders)}; do",
            """  [ -d "$d" ] && { [ -r "$d" ] && [ -x "$d" ] || printf 'unreadable %s\\n' "$d"; }""",
            "done",
        ]
    grep = f"grep -aHvm {LINES} -E '{_DROPPED}' \\\n  {' '.join(patterns)} 2>&1"
    lines.append(f"{grep} | sed {shlex.quote(reduce)}" if reduce else f"{grep}\n[ $? -lt 126 ]")
    return "\n".join(lines)


def by_fact(facts: Sequence[Fact], output: bytes) -> tuple[dict[str, bytes], dict[str, str]]:
    """The lines of each fact's files, and why a fact cannot trust its own."""
    wanted = tuple((fact.id, tuple(fact.files)) for fact in facts)
    folders = {
        fact.id: frozenset(pattern.rsplit("/", 1)[0] for pattern in fact.files if "*" in pattern) for fact in facts
    }
    found: dict[str, list[bytes]] = {fact.id: [] for fact in facts}
    owners: dict[bytes, Sequence[str]] = {}
    counts: dict[bytes, int] = {}
    wrong: dict[str, str] = {}
    for line in output.split(b"\n"):
        if not line or line.endswith(_GONE):
            continue
        if line.startswith(b"/"):
            path = line.partition(b":")[0]
            counts[path] = counts.get(path, 0) + 1
        elif complaint := _COMPLAINT.match(line):
            path = complaint[1]
            if b"*" in path and not path.startswith(b"/sys/"):
                # The pattern of a folder that is closed, which has a line of its own.
                continue
        elif line.startswith(b"unreadable "):
            folder = line.removeprefix(b"unreadable ").decode("utf-8", "replace")
            for fact, own in folders.items():
                if folder in own:
                    found[fact].append(line)
            continue
        else:
            # The shell itself, or a grep that knows other options: nobody's files were read.
            said = redact(line.decode("utf-8", "replace").strip())[:120]
            return {}, dict.fromkeys(found, f"its files could not be read: {said}")
        if path not in owners:
            owners[path] = _owners(wanted, path)
        for fact in owners[path]:
            found[fact].append(line)
    for path, count in counts.items():
        if count >= LINES:
            why = f"{path.decode('utf-8', 'replace')} has {LINES} lines or more"
            wrong |= dict.fromkeys(owners[path], why)
    return {fact: b"".join(line + b"\n" for line in lines) for fact, lines in found.items()}, wrong


def _patterns(facts: Sequence[Fact]) -> list[str]:
    """Each file once, the kernel's own first: nobody can fill those."""
    every = dict.fromkeys(pattern for fact in facts for pattern in fact.files)
    wide = [pattern for pattern in every if "*" in pattern]
    once = [
        pattern
        for pattern in every
        if not any(other != pattern and _matcher((other,)).fullmatch(pattern) for other in wide)
    ]
    return sorted(once, key=lambda pattern: not pattern.startswith(_KERNEL))


@lru_cache(maxsize=8192)
def _owners(wanted: tuple[tuple[str, tuple[str, ...]], ...], path: bytes) -> tuple[str, ...]:
    """The facts that a file is for: servers have most of these files in common."""
    name = path.decode("utf-8", "replace")
    return tuple(fact for fact, patterns in wanted if _matcher(patterns).fullmatch(name))


@cache
def _matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_regular(pattern) for pattern in patterns), re.DOTALL)


def _regular(pattern: str) -> str:
    """A shell pattern as a regular expression. `*` and `?` stop at a slash, as in the shell."""
    return "".join(
        "[^/]*"
        if part == "*"
        else "[^/]"
        if part == "?"
        else part.replace("[!", "[^")
        if part[0] == "["
        else re.escape(part)
        for part in re.findall(r"\[[^\]]+\]|.", pattern)
    )
