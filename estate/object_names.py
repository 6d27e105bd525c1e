"""How a path of a tree is spelt as the name of an object, and back.

Most names are the same. A byte that no object's name can hold everywhere (a control character, one that is not
UTF-8, a backslash, which Azure takes for a slash) is written `%XX`; so is a `%` that two hexadecimal digits follow,
and the last dot of a part, which Azure drops. Names come back byte for byte.
"""

import re

LONGEST = 1024
"""Characters (Azure) and bytes (S3) that a name may have."""

_CODED = re.compile(rb"%([0-9A-F]{2})")
_PERCENT = re.compile(r"%(?=[0-9A-F]{2})")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\\\\\ud800-\udfff\ufffe\uffff]")


def object_name(path: bytes) -> str:
    """The name of the object for a path within a tree (`folder/file`)."""
    text = _PERCENT.sub("%25", path.decode("utf-8", "surrogateescape"))
    text = _UNSAFE.sub(lambda found: "".join(f"%{one:02X}" for one in _bytes(found[0])), text)
    return "/".join(f"{part[:-1]}%2E" if part.endswith(".") else part for part in text.split("/"))


def tree_path(name: str) -> bytes | None:
    """The path that an object's name stands for; None where no file can be called so."""
    path = _CODED.sub(lambda found: bytes([int(found[1], 16)]), name.encode("utf-8", "surrogateescape"))
    parts = path.split(b"/")
    wrong = any(part in (b"", b".", b"..") or len(part) > 255 for part in parts) or b"\0" in path
    return None if wrong or object_name(path) != name else path


def _bytes(letter: str) -> bytes:
    return letter.encode("utf-8", "surrogateescape")
