"""Reads what people write and hand over: text and TOML, with one sentence for whatever is wrong with the file."""

import tomllib
from pathlib import Path
from typing import Any

from estate.errors import UsageError

CHECK = "see that it is the right file, that you may read it, and that it is text in UTF-8"


def content(path: Path, remedy: str = CHECK) -> bytes:
    """The bytes of a file; raises `UsageError`, with `remedy`, where it is not there, no file, or closed to us."""
    try:
        # A pipe that nobody writes to would be waited for without end.
        if path.is_fifo() or path.is_socket() or path.is_char_device() or path.is_block_device():
            raise UsageError(f"{path} cannot be read (it is no regular file)", remedy)
        return path.read_bytes()
    except OSError as wrong:
        raise UsageError(f"{path} cannot be read ({reason(wrong)})", remedy) from None


def text(path: Path, remedy: str = CHECK) -> str:
    """The text in a file; raises `UsageError` as `content` does, and where it is not UTF-8."""
    try:
        return content(path, remedy).decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise UsageError(f"{path} is not text in UTF-8 (byte {wrong.start + 1} is none of it)", remedy) from None


def toml(path: Path, remedy: str = CHECK) -> dict[str, Any]:
    """The tables of a TOML file; raises `UsageError` as `text` does, and where a line is not TOML."""
    try:
        # Editors on Windows begin a file with a mark that TOML does not allow.
        return tomllib.loads(text(path, remedy).removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as wrong:
        raise UsageError(f"{path} is not valid TOML ({wrong})", "mend that line") from None
    except RecursionError:
        raise UsageError(f"{path} holds tables or lists nested too deeply to be read", remedy) from None


def reason(wrong: OSError) -> str:
    """Why the system refused, in its own words, without a capital: "permission denied"."""
    words = wrong.strerror or type(wrong).__name__
    return words[:1].lower() + words[1:]
