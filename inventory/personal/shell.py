"""One script on one host, whose output carries values: never recorded, never repeated in an error."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from estate.records.host import Host
from estate.transport.base import Transport
from estate.transport.privilege import rooted

PRELUDE = """\
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
unset CDPATH ENV BASH_ENV
umask 077
cd /
t=; timeout 5 true 2>/dev/null && t='timeout'
"""
_KEEPS = re.compile(rb"log_output|log_stdout|LOG_OUTPUT|log_ttyout")


@dataclass(frozen=True, repr=False)
class Said:
    """What a script printed; not to be shown."""

    output: bytes
    errors: bytes


class Shell:
    """Runs scripts on one host, as root where the hosts file grants it, else as the login account."""

    def __init__(self, transport: Transport, host: Host) -> None:
        """Raises as `rooted` does."""
        self.root = host.user == "root" or host.sudo != "none"
        self._transport = rooted(transport, host) if self.root else transport
        self._host = host

    def run(self, script: str, seconds: float, limit: int) -> Said:
        """Run `script` by `sh`; raises `UnreachableError` as a transport does."""
        text = (PRELUDE + script).encode("utf-8", "surrogateescape")
        result = self._transport.run(["sh"], text, seconds, limit)
        return Said(result.stdout, result.stderr)

    def output_is_kept(self) -> bool:
        """Whether sudo on the host writes down what commands print (`log_output`): values would land on its disk."""
        if not self.root or self._host.user == "root":
            return False
        asked = self._transport.run(["sudo", "-n", "-l", "-U", self._host.user], timeout=20, limit=1 << 20)
        return bool(_KEEPS.search(asked.stdout))


def sections(output: bytes, word: str) -> Sequence[tuple[list[str], bytes]]:
    """Cut output at lines that begin with `word`, the random word of this run: each mark with what follows it."""
    parts = re.split(rb"(?m)^%s ([^\n]*)\n" % re.escape(word.encode()), output)
    return [
        (words.decode("utf-8", "replace").split(), body.removesuffix(b"\n"))
        for words, body in zip(parts[1::2], parts[2::2], strict=True)
    ]
