"""Transcripts: what a host once answered, kept as files and replayed. A transport like any other.

A transcript is one JSON file a command, in a folder a host: the command, a digest of its input, and its answer,
redacted before it is written. A command is found again by its arguments and input. Random markers (16 or more
hexadecimal digits, as `secrets.token_hex` makes them) differ at each run: they are kept as `{marker:1}`,
`{marker:2}` … and put back with the values of the run that replays.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from estate import writing
from estate.errors import UnreachableError, UsageError
from estate.redact import redact_argv, redact_output
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Greets, Result, Transport

_SOFTWARE = "software"
_MARKER = re.compile(rb"(?<![0-9a-zA-Z])[0-9a-f]{16,64}(?![0-9a-zA-Z])")
_PLACE = re.compile(rb"\{marker:(\d+)\}")


class RecordingTransport:
    """Passes commands on to a real transport, and writes a transcript of each into `folder/HOST`."""

    def __init__(self, inner: Transport, folder: Path) -> None:
        self.host = inner.host
        self._inner = inner
        self._folder = folder / inner.host
        self._writing = threading.Lock()

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Transport.run`."""
        result = self._inner.run(argv, stdin, timeout, limit)
        key, markers = _key(argv, stdin)
        transcript = {
            "argv": list(redact_argv(argv)),
            "input": hashlib.sha256(stdin or b"").hexdigest(),
            "status": result.status,
            "seconds": round(result.seconds, 3),
            **_kept("stdout", _placed(result.stdout, markers)),
            **_kept("stderr", _placed(result.stderr, markers)),
        }
        with self._writing:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            writing.replace(
                self._folder / f"{key}.json", json.dumps(transcript, indent=1, ensure_ascii=False) + "\n"
            )
        return result

    def software(self) -> str:
        """See `Greets.software`; it is kept beside the transcripts."""
        said = self._inner.software() if isinstance(self._inner, Greets) else ""
        if said:
            with self._writing:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                writing.replace(self._folder / _SOFTWARE, said.encode("ascii", "backslashreplace").decode() + "\n")
        return said

    def close(self) -> None:
        """Close the real transport."""
        self._inner.close()


class RecordedTransport:
    """Answers from the transcripts in `folder/HOST`. What was never recorded cannot be reached."""

    def __init__(self, host: str, folder: Path) -> None:
        self.host = host
        self._folder = folder / host

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Transport.run`. `seconds` are those of the recording."""
        del timeout
        key, markers = _key(argv, stdin)
        path = self._folder / f"{key}.json"
        try:
            if not self._folder.is_dir():
                raise UnreachableError(
                    f"There are no transcripts of {self.host}", f"record it, or correct {self._folder}"
                )
            kept: dict[str, Any] = json.loads(path.read_text())
            out, err = _back(_read(kept, "stdout"), markers), _back(_read(kept, "stderr"), markers)
            status, seconds = int(kept["status"]), float(kept["seconds"])
        except FileNotFoundError:
            raise UnreachableError(
                f"{self.host} was recorded, but not this command ({argv[0]})", "record it again with this version"
            ) from None
        except OSError as error:
            raise UsageError(
                f"The transcript {path} cannot be read ({error.strerror})", "give yourself the right to read it"
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"The transcript {path} is damaged ({error})", "record it again") from None
        cut = max(len(out), len(err)) > limit
        return Result(status, out[:limit], err[:limit], seconds, truncated=cut)

    def software(self) -> str:
        """See `Greets.software`: as it was recorded; empty where it was not."""
        try:
            return (self._folder / _SOFTWARE).read_text("ascii", "replace").strip()
        except OSError:
            return ""

    def close(self) -> None:
        """Nothing is kept open."""


def _key(argv: Sequence[str], stdin: bytes | None) -> tuple[str, list[bytes]]:
    """A command's name on disk, the same at each run, and this run's markers in their order."""
    whole = b"\0".join([*(part.encode("utf-8", "surrogateescape") for part in argv), b"", stdin or b""])
    markers = list(dict.fromkeys(_MARKER.findall(whole)))
    return hashlib.sha256(_placed(whole, markers)).hexdigest()[:24], markers


def _placed(data: bytes, markers: Sequence[bytes]) -> bytes:
    numbers = {marker: index for index, marker in enumerate(markers, 1)}
    return _MARKER.sub(lambda m: b"{marker:%d}" % numbers[m[0]] if m[0] in numbers else m[0], data)


def _back(data: bytes, markers: Sequence[bytes]) -> bytes:
    def value(place: re.Match[bytes]) -> bytes:
        index = int(place[1]) - 1
        return markers[index] if 0 <= index < len(markers) else place[0]

    return _PLACE.sub(value, data)


def _kept(name: str, data: bytes) -> dict[str, str]:
    clean = redact_output(data)
    try:
        return {name: clean.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(clean).decode()}


def _read(kept: dict[str, Any], name: str) -> bytes:
    return str(kept[name]).encode() if name in kept else base64.b64decode(kept[f"{name}_base64"], validate=True)
