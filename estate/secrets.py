"""Secrets by reference. Settings never hold a secret itself; a literal is refused, and never shown.

=========================  ==============================================================================
``env:NAME``               an environment variable
``file:PATH``              a regular file of ours, mode 0600 or stricter; a final newline is dropped
``keyring:SERVICE/NAME``   the desktop's key store; refused where the machine has none
``prompt:NAME``            asked once a run, on the terminal, without echo
=========================  ==============================================================================

SSH keys may also come from the ssh-agent: leave `key` out. ``azure-keyvault:`` is a reserved word: it is
recognised, and refused with a reason, because this version cannot read from a vault.
"""

import getpass
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from estate.errors import UsageError

Secrets = Callable[[str], str]
"""What turns a reference into its secret; `resolve` is the one in use."""

KINDS = ("env", "file", "keyring", "prompt", "azure-keyvault")

_HOW = "use env:NAME, file:PATH, keyring:SERVICE/NAME or prompt:NAME"
_answers: dict[str, str] = {}
_asking = threading.Lock()


def check(reference: str) -> None:
    """Check that `reference` is one, without reading the secret.

    Raises `UsageError` for a literal, which the message does not repeat.
    """
    kind, colon, rest = reference.partition(":")
    if not colon or kind not in KINDS or not rest:
        raise UsageError("A secret was written where a reference belongs, or the reference is not right", _HOW)
    if kind == "keyring" and not all(part for part in rest.partition("/")):
        raise UsageError("A keyring reference lacks its name", "write keyring:SERVICE/NAME")


def resolve(reference: str) -> str:
    """The secret behind a reference.

    Raises `UsageError` where the reference is not right or nothing is behind it. No message holds the secret.
    """
    check(reference)
    kind, _, rest = reference.partition(":")
    if kind == "env":
        if not os.environ.get(rest):
            raise UsageError(f"The environment variable {rest} is not set", f"set {rest}, or {_HOW}")
        return os.environ[rest]
    if kind == "file":
        return _text(rest)
    if kind == "keyring":
        service, _, name = rest.partition("/")
        return _keyring(service, name)
    if kind == "prompt":
        return _ask(rest)
    raise UsageError("This version of Decant cannot read from an Azure key vault", _HOW)


def key_path(reference: str) -> Path:
    """The private key file that a ``file:`` reference names, checked as `read_private` does.

    Raises `UsageError` for any other kind of reference.
    """
    check(reference)
    kind, _, rest = reference.partition(":")
    if kind != "file":
        raise UsageError(
            "A private key must be a file or in the ssh-agent",
            "write file:PATH, or leave `key` out and use ssh-add",
        )
    path = Path(rest).expanduser()
    read_private(path)
    return path


def read_private(path: Path) -> bytes:
    """The content of a file that only we may read.

    Raises `UsageError` where it is missing, not a regular file, not ours, or open to others.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", "check the path in the reference") from None
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UsageError(f"{path} is not a regular file", "name a file that holds only the secret")
        if about.st_uid not in {os.geteuid(), 0}:
            raise UsageError(
                f"{path} belongs to somebody else", f"make it yours: chown {getpass.getuser()} {path}"
            )
        if stat.S_IMODE(about.st_mode) & 0o077:
            raise UsageError(
                f"{path} is open to others (mode {stat.S_IMODE(about.st_mode):04o})", f"close it: chmod 600 {path}"
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def _text(rest: str) -> str:
    content = read_private(Path(rest).expanduser())
    try:
        secret = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UsageError(f"{rest} is not text", "name a file that holds only the secret, in UTF-8") from None
    if not secret:
        raise UsageError(f"{rest} is empty", "write the secret into it")
    return secret


def _keyring(service: str, name: str) -> str:
    import keyring  # noqa: PLC0415 - looking for a backend takes time, and most runs need none
    from keyring.errors import KeyringError  # noqa: PLC0415

    backend = keyring.get_keyring()
    # A backend of priority 0 or less stores nothing, or in plain text: neither will do.
    if backend.priority <= 0:
        raise UsageError(
            f"This machine has no key store, so keyring:{service}/{name} cannot be read",
            "use file:PATH (mode 0600), env:NAME or prompt:NAME",
        )
    try:
        secret = keyring.get_password(service, name)
    except KeyringError as error:
        raise UsageError(
            f"The key store did not give keyring:{service}/{name} ({type(error).__name__})",
            "unlock it, or " + _HOW,
        ) from None
    if not secret:
        raise UsageError(
            f"The key store holds nothing for {service}/{name}", f"run `keyring set {service} {name}`"
        )
    return str(secret)


def _ask(name: str) -> str:
    with _asking:
        if name not in _answers:
            if not sys.stdin.isatty():
                raise UsageError(f"prompt:{name} needs a terminal", "use file:PATH or env:NAME instead")
            answer = getpass.getpass(f"{name}: ", stream=sys.stderr)
            if not answer:
                raise UsageError(f"Nothing was typed for {name}", "run it again and type the secret")
            _answers[name] = answer
        return _answers[name]
