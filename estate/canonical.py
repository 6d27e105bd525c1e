"""Canonical JSON: one text for one value, so that a hash or a signature over it means that value.

Keys sorted, no spaces, everything outside ASCII escaped (so a lone surrogate from an odd file name has a form
too), and no NaN or infinity.
"""

import hashlib
import json
from typing import Any

from pydantic_core import to_jsonable_python


def canonical(value: Any) -> str:
    """The canonical text of plain data and of records. Raises `ValueError` for NaN and infinity."""
    plain = to_jsonable_python(value, inf_nan_mode="constants")
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sha256(text: str) -> str:
    """SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()
