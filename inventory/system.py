"""What answers on a host: a POSIX `sh`, or Windows' PowerShell."""

from estate.records.host import Host, System
from estate.transport.base import Greets, Transport

_WINDOWS = "for_windows"
"""What the SSH server that Microsoft builds calls itself: `OpenSSH_for_Windows_8.1`."""


def system_of(host: Host, transport: Transport) -> System:
    """What the hosts file says; else what the SSH server's greeting says, before any command is sent.

    A first command would not tell: Git's `sh` may be on a Windows server's path. Raises as `Transport.run` does.
    """
    if host.system is not None:
        return host.system
    said = transport.software() if isinstance(transport, Greets) else ""
    return "windows" if _WINDOWS in said.lower() else "posix"
