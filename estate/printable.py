"""Makes text from elsewhere safe to show: what a server, a file or a person named cannot move the cursor or hide a line.

printable("evil\\x1b[2J")  ->  evil\\u001b[2J
"""

import re

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""C0, DEL and C1 controls; marks that turn or break a line; and what no stream (half a character) or no XML can carry."""
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(value: str) -> str:
    """The text of a person's file; `ValueError` where no page can carry it."""
    if printable(value) != value:
        raise ValueError("holds a control character, or one that no page can carry")
    return value


def one_line(text: str) -> str:
    """The text of a cell or a field as one line: breaks and tabs are spaces, and what no page can carry is left out."""
    return _UNSAFE.sub("", " ".join(text.split()))


def printable_json(text: str) -> str:
    r"""JSON with each such character in its strings as `\u001b`, as JSON allows: a program reads each name exactly, and
    a terminal obeys none. Line breaks between values are JSON's own."""
    return "\n".join(map(printable, text.split("\n")))


def printable(text: str) -> str:
    r"""One line of text with each such character shown as `\n` or `\u001b`: as JSON would write it."""
    return _UNSAFE.sub(lambda found: _SHORT.get(found[0], f"\\u{ord(found[0]):04x}"), text)
