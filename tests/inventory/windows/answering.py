"""A Windows server that was never there: it answers Decant's script from the transcripts written by hand."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TRANSCRIPTS = Path(__file__).parent / "transcripts"
GREETING = "SSH-2.0-OpenSSH_for_Windows_8.1"
OF_SECTION = {"sockets": "listeners", "programs": "packages", "accounts": "users"}
"""Whose transcript holds the section that several facts share."""


def answer(script: bytes, changed: Mapping[str, tuple[bytes, str]] | None = None) -> bytes:
    """What a host would print that runs `script`: each section's normal transcript, or what `changed` says of it.

    `changed` holds by section its output and its status; the status `over` is that of an output that was cut.
    """
    text = script.decode("ascii")
    word = re.search(r"^\$m = '([0-9a-f]+)'", text, re.M)
    assert word is not None
    mark = word[1]
    out = [f"\n{mark} hello 0\n".encode()]
    for key in re.findall(r"^@\('([a-z_]+)', \d+, '", text, re.M):
        normal = TRANSCRIPTS / OF_SECTION.get(key, key) / "normal" / "output"
        said, status = (changed or {}).get(key) or (normal.read_bytes(), "0")
        out.append(f"\n{mark} begin {key} 0\n".encode() + said)
        if status != "over":
            out.append(f"\n{mark} end {key} {status}\n".encode())
    return b"".join([*out, f"\n{mark} bye\n".encode()])


class WindowsTransport:
    """A transport to that server, in this process."""

    def __init__(
        self,
        host: str = "win-app1",
        changed: Mapping[str, tuple[bytes, str]] | None = None,
        greeting: str = GREETING,
    ) -> None:
        self.host = host
        self.asked: list[tuple[tuple[str, ...], bytes]] = []
        self._changed = changed
        self._greeting = greeting

    def run(
        self, argv: Sequence[str], stdin: bytes | None = None, timeout: float = 60, limit: int = 1 << 25
    ) -> "Result":
        """See `Transport.run`."""
        del timeout
        self.asked.append((tuple(argv), stdin or b""))
        if tuple(argv) == ("cmd.exe", "/c", "ver"):
            return Result(0, b"\r\nMicrosoft Windows [Version 10.0.17763.8027]\r\n", b"", 0.1)
        if argv[0] != "powershell.exe":
            said = f"'{argv[0]}' is not recognized as an internal or external command,\r\n".encode()
            return Result(1, b"", said, 0.1)
        return Result(0, answer(stdin or b"", self._changed)[:limit], b"", 1.5)

    def software(self) -> str:
        """See `Greets.software`."""
        return self._greeting

    def close(self) -> None:
        """Nothing is kept open."""


if __name__ == "__main__":
    # What a test's sshd runs in place of the command that it is asked for.
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))
else:
    from estate.transport.base import Result
