"""Commands as root, by the right that the hosts file grants: none, sudo without a password, sudo with one."""

import secrets as tokens
from collections.abc import Sequence

from estate.errors import RefusedError, UnreachableError, UsageError
from estate.records.host import Host
from estate.secrets import Secrets, resolve
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Prompted, Prompts, Result, Transport

GRACE = 3.0
"""Seconds that a command's limit on the host comes after the limit here."""

_READY = 'printf %s "$0" >&2; exec "$@"'


def as_root(host: Host, argv: Sequence[str]) -> list[str]:
    """`argv` for a host where root needs no password: as it is for user root, else behind `sudo -n`.

    Raises `RefusedError` where the hosts file allows no sudo, `UsageError` where sudo needs a password (see
    `rooted`).
    """
    if host.user == "root":
        return list(argv)
    if host.sudo == "nopasswd":
        return ["sudo", "-n", "--", *argv]
    if host.sudo == "password":
        raise UsageError(
            f"sudo on {host.name} needs a password, which cannot go here", "allow it without a password"
        )
    raise RefusedError(
        f"This needs root on {host.name}, and the hosts file allows {host.user} no sudo",
        'set `sudo = "nopasswd"` or `sudo = "password"` for it, once that is so on the server',
    )


def rooted(transport: Transport, host: Host, secrets: Secrets = resolve) -> Transport:
    """A transport whose every command runs as root on `host`. Closing it closes nothing.

    A command is bounded on the host itself by timeout(1), a little later than here, so that none outlives its
    limit when the connection, or Decant, dies.

    Raises `RefusedError` where the hosts file allows no sudo, `UsageError` where the password's reference is
    missing.
    """
    if host.user == "root" or host.sudo != "password":
        as_root(host, ())
        return _Root(transport, host, None)
    if not host.sudo_password:
        raise UsageError(
            f"sudo on {host.name} needs a password, and there is no reference to one", "set `sudo_password`"
        )
    if not isinstance(transport, Prompted):
        raise UsageError(f"{host.name} is reached in a way that cannot answer sudo", 'use `sudo = "nopasswd"`')
    return _Root(transport, host, secrets)


class _Root:
    """Runs commands by sudo. A password leaves only after sudo's own marked prompt, never ahead."""

    def __init__(self, transport: Transport, host: Host, secrets: Secrets | None) -> None:
        self.host = transport.host
        self._transport = transport
        self._host = host
        self._secrets = secrets

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Transport.run`. Raises `UnreachableError` where sudo itself refuses."""
        argv = ["timeout", "-k", "5", f"{timeout + GRACE:.0f}", *argv]
        if self._secrets is None or not isinstance(self._transport, Prompted) or not self._host.sudo_password:
            result = self._transport.run(as_root(self._host, argv), stdin, timeout, limit)
        else:
            # Two markers that nobody can guess: sudo's prompt, and the word of the command that it has begun.
            ask, ready = f"decant-ask-{tokens.token_hex(16)}", f"decant-ready-{tokens.token_hex(16)}"
            prompts = Prompts(ask.encode(), self._secrets(self._host.sudo_password).encode(), ready.encode())
            wrapped = ["sudo", "-S", "-p", ask, "--", "sh", "-c", _READY, ready, *argv]
            result = self._transport.run_prompted(wrapped, prompts, stdin, timeout, limit)
        if result.status == 1 and not result.stdout and result.stderr.startswith(b"sudo: "):
            said = result.stderr.decode("utf-8", "replace").splitlines()[0]
            raise UnreachableError(
                f"{self._host.user} may not become root on {self.host} ({said})",
                "check `sudo` in the hosts file and sudoers",
            )
        return result

    def close(self) -> None:
        """The transport beneath belongs to the caller."""
