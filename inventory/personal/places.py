"""What a place is called: never by a value. A folder's or a table's name may itself be one."""

import re

from inventory.personal import judge

LONGEST = 120
HIDDEN = "*"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def hidden(name: str) -> str:
    """`name` for keeping: without control characters, cut, and as `*` where a detector would find a value in it."""
    shown = _UNPRINTABLE.sub("?", name)[:LONGEST]
    if not judge.text(shown):
        return shown
    masked = ".".join(HIDDEN if judge.text(part) else part for part in shown.split("."))
    return HIDDEN if judge.text(masked) else masked


def group(path: str, root: str, suffix: str) -> str:
    """The pattern of the folder that a file is reported under: the tree, its first folder, and the file's type."""
    below = path[len(root.rstrip("/")) + 1 :].split("/")
    first = folder(below[0]) if len(below) > 1 else ""
    tail = f"*.{suffix}" if suffix else "* (no known type)"
    return "/".join(part for part in (root.rstrip("/"), first, "**" if len(below) > 1 else "", tail) if part)


def folder(name: str) -> str:
    """A folder's name for keeping: digits that could number a person or a case are hidden."""
    clean = _UNPRINTABLE.sub("?", name)[:60]
    if judge.text(clean):
        return HIDDEN
    return re.sub(r"\d{5,}", HIDDEN, clean)
