"""Where the details of a fault in Decant go: a private file, never the screen."""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_log_path

from estate.errors import DecantError
from estate.paths import find
from estate.redact import redact


def keep_traceback(bug: BaseException) -> Path | None:
    """Write the redacted traceback into the workspace's logs, or the user's; None where neither can be written."""
    try:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(redact("".join(traceback.format_exception(bug))))
    except (DecantError, OSError):
        return None
    return path


def _folder() -> Path:
    try:
        return find(Path.cwd()).logs
    except DecantError:
        return user_log_path("decant")
