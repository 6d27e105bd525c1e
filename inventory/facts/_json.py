"""JSON that a server printed: whatever stands in it, what comes of it can be kept."""

import json
from typing import Any


def loads(text: str) -> Any:
    """The value of a JSON text. Half of a character outside the basic plane, which nothing can keep, is a "?".

    Raises `ValueError` for what is no JSON, or is nested too deeply.
    """
    try:
        value = json.loads(text)
        again = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    try:
        again.encode()
    except UnicodeEncodeError:
        return json.loads(again.encode("utf-8", "replace"))
    return value
