"""SSH through the system's own client, for servers too old for paramiko: opt-in (`legacy_ssh`), and a finding."""

import shutil
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from estate.errors import HostKeyError, ToolMissingError, UnreachableError, UsageError
from estate.records.host import Host
from estate.secrets import key_path
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Prompts, Result, quote
from estate.transport.local import LocalTransport

CONNECT_SECONDS = 15
SSH_FAILED = 255
"""What ssh(1) exits with for a fault of its own."""

_OLD = (
    "HostKeyAlgorithms=+ssh-rsa",
    "PubkeyAcceptedAlgorithms=+ssh-rsa",
    "KexAlgorithms=+diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1",
    "Ciphers=+aes128-cbc,aes256-cbc,3des-cbc",
)

# What the client says, and what that means. First match wins.
_FAULTS = (
    ("remote host identification has changed", "shows another host key than the one accepted"),
    ("host key verification failed", "shows a host key that was never accepted"),
    ("no matching host key type", "offers only host keys that even the system's client refuses"),
    ("permission denied", "did not let {user} in"),
    ("could not resolve hostname", "has an address that cannot be resolved"),
    ("connection refused", "refused the connection"),
    ("connection timed out", "did not answer"),
)


class OpenSshTransport:
    """One host over the system's `ssh`. One connection is kept (ControlMaster) and shared by all commands.

    Keys come from a file or the ssh-agent; a login password is refused, because the client takes one only from a
    terminal. Status 255 is always read as a fault of the connection, as ssh(1) does.
    """

    def __init__(self, host: Host, jumps: Sequence[Host], known_hosts: Path) -> None:
        """`jumps` lead to the host, the one next to us first. Raises `UsageError` for a password or a bad key."""
        self.host = host.name
        self._host = host
        self._jumps = tuple(jumps)
        self._known_hosts = known_hosts
        self._local = LocalTransport(host.name)
        self._opening = threading.Lock()
        self._sockets: Path | None = None
        for step in (*jumps, host):
            if step.password:
                raise UsageError(f"{step.name} has `legacy_ssh` and a password", "use a key file or the ssh-agent")

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Transport.run`. A command out of time is left; the server ends it when it next writes."""
        return self._checked(self._local.run(self._command(argv), stdin, timeout, limit))

    def run_prompted(
        self,
        argv: Sequence[str],
        prompts: Prompts,
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Prompted.run_prompted`."""
        return self._checked(self._local.run_prompted(self._command(argv), prompts, stdin, timeout, limit))

    def close(self) -> None:
        """End the kept connection. Safe to repeat."""
        with self._opening:
            sockets, self._sockets = self._sockets, None
        if sockets is not None:
            control = ["ssh", "-F", "none", "-o", f"ControlPath={sockets}/%C", "-O", "exit"]
            self._local.run([*control, "-p", str(self._host.port), f"{self._host.user}@{self._host.address}"])
            shutil.rmtree(sockets, ignore_errors=True)

    def _command(self, argv: Sequence[str]) -> list[str]:
        if shutil.which("ssh") is None:
            raise ToolMissingError(f"{self.host} needs the system's ssh", "install openssh-client")
        with self._opening:
            if self._sockets is None:
                self._sockets = Path(tempfile.mkdtemp(prefix="decant-ssh-"))
            sockets = self._sockets
        shared = ["ControlMaster=auto", f"ControlPath={sockets}/%C", "ControlPersist=60"]
        ssh = ["ssh", *self._options(self._host, shared), *self._through(self._jumps)]
        return [*ssh, "--", f"{self._host.user}@{self._host.address}", quote(argv)]

    def _options(self, host: Host, more: Sequence[str] = ()) -> list[str]:
        options = [
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            f'UserKnownHostsFile="{self._known_hosts.absolute()}"',
            "GlobalKnownHostsFile=/dev/null",
            "UpdateHostKeys=no",
            "PasswordAuthentication=no",
            "KbdInteractiveAuthentication=no",
            f"ConnectTimeout={CONNECT_SECONDS}",
            "ServerAliveInterval=10",
            "ServerAliveCountMax=3",
            "LogLevel=ERROR",
            *more,
            *(_OLD if host.legacy_ssh else ()),
        ]
        key = ["-i", str(key_path(host.key).absolute()), "-o", "IdentitiesOnly=yes"] if host.key else []
        # -F none: a person's own ssh_config must not change where we go or whom we trust.
        return ["-F", "none", "-T", "-p", str(host.port), *key, *(part for o in options for part in ("-o", o))]

    def _through(self, jumps: Sequence[Host]) -> list[str]:
        """The option that leads through the last jump host, itself reached through those before it."""
        if not jumps:
            return []
        last = jumps[-1]
        inner = ["ssh", *self._options(last), *self._through(jumps[:-1]), "-W", "[%h]:%p", "--"]
        # A percent sign of an inner command is for the inner client to read.
        inner = [part.replace("%", "%%") if part != "[%h]:%p" else part for part in inner]
        command = quote([*inner, f"{last.user}@{last.address}"])
        return ["-o", f"ProxyCommand={command}"]

    def _checked(self, result: Result) -> Result:
        if result.status != SSH_FAILED:
            return result
        said = result.stderr.decode("utf-8", "replace").strip()
        lower = said.lower()
        for sign, meaning in _FAULTS:
            if sign in lower:
                what = f"{self.host} ({self._host.address}) {meaning.format(user=self._host.user)}"
                if "host key" in meaning and "accepted" in meaning:
                    raise HostKeyError(
                        what, f"compare its key with the server's own, then run `decant hosts trust {self.host}`"
                    )
                raise UnreachableError(what, "check this host's entry in the hosts file, and the network")
        last = said.splitlines()[-1][:200] if said else "it gave no reason"
        raise UnreachableError(
            f"{self.host} cannot be reached over ssh ({last})", "check the network, and run again"
        )
