"""Logs in over an SSH connection: with the host's key file, else its password, else the ssh-agent."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.pkey import UnknownKeyType

from estate.errors import UnreachableError, UsageError
from estate.records.host import Host
from estate.secrets import Secrets, key_path
from estate.transport.handshake import reason

AGENT_KEYS = 5
"""Keys of the agent to try. OpenSSH ends the connection after 6 failures (`MaxAuthTries` in sshd_config(5))."""


def log_in(connection: paramiko.Transport, host: Host, secrets: Secrets, timeout: float) -> None:
    """Log in as `host.user`; each exchange has at most `timeout` seconds.

    Raises `UsageError` where a reference is not right, `UnreachableError` that names the user and what was tried
    where the host refuses, or breaks off.
    """
    connection.auth_timeout = timeout
    tried: list[str] = []
    try:
        for name, attempt in _ways(connection, host, secrets):
            tried.append(name)
            try:
                attempt()
            except paramiko.AuthenticationException:
                # A refusal; a lost connection or a time-out shows in the connection's own state.
                if not connection.is_active():
                    break
            if connection.is_authenticated():
                return
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise UnreachableError(
            f"{host.name} broke off while {host.user} was logging in ({reason(error)})",
            "run again; look at its sshd",
        ) from None
    if not tried:
        raise UnreachableError(
            f"There is no key to log in to {host.name} with",
            "set `key` in the hosts file, or add one with ssh-add",
        )
    how = ", ".join(tried)
    raise UnreachableError(
        f"{host.name} did not let {host.user} in with {how}",
        "check `user` and `key` in the hosts file, and the account's authorized_keys",
    )


def _ways(
    connection: paramiko.Transport, host: Host, secrets: Secrets
) -> Iterator[tuple[str, Callable[[], object]]]:
    if host.key:
        path = key_path(host.key)
        key = _load(path)
        yield f"the key {path}", partial(connection.auth_publickey, host.user, key)
    if host.password:
        password = secrets(host.password)
        yield "its password", partial(connection.auth_password, host.user, password)
    if host.key or host.password:
        return
    agent = paramiko.Agent()
    try:
        for held in agent.get_keys()[:AGENT_KEYS]:
            name = f"the agent's key {held.fingerprint}"
            yield name, partial(connection.auth_publickey, host.user, held)
    finally:
        agent.close()


def _load(path: Path) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path)
    except paramiko.PasswordRequiredException:
        raise _locked(path) from None
    except TypeError:
        # cryptography's word for "it is encrypted and no password was given".
        raise _locked(path) from None
    except (paramiko.SSHException, UnknownKeyType, UnsupportedAlgorithm, ValueError) as error:
        raise UsageError(
            f"{path} is not a private key that can be used ({type(error).__name__})",
            "name an Ed25519, ECDSA or RSA private key",
        ) from None


def _locked(path: Path) -> UsageError:
    return UsageError(f"The key {path} has a passphrase", "unlock it with ssh-add, and leave `key` out")
