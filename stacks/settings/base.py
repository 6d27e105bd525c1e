"""What the sections of a settings file share: a frozen model that refuses unknown keys, and checked texts."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

NOBODY = "00000000-0000-0000-0000-000000000000"
"""Stands in a new settings file for an id that only the council knows."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SSH_KEY = re.compile(
    r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/=]+( .*)?"
)
_SOURCES = ("env", "file", "keyring", "prompt")


class Section(BaseModel):
    """A part of a settings file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def unique(noun: str, names: Iterable[str]) -> None:
    """Raises `ValueError` where two `names` are the same; `noun` says of what."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"two entries are called {name!r}: give each {noun} a name of its own")
        seen.add(name)


def _uuid(value: str) -> str:
    if not _UUID.fullmatch(value.lower()):
        raise ValueError("is not an id such as 8a6e0804-2bd0-4672-b79d-d97027f9071a")
    return value.lower()


def _mail(value: str) -> str:
    if not _MAIL.fullmatch(value):
        raise ValueError(f"{value!r} is not an e-mail address")
    return value


def _key(value: str) -> str:
    if value and not _SSH_KEY.fullmatch(value.strip()):
        raise ValueError("is not an SSH public key; paste the line of a .pub file")
    return value.strip()


def _reference(value: str) -> str:
    if value and value.partition(":")[0] not in _SOURCES:
        # The value itself is not repeated: it may be the secret.
        raise ValueError("must be a reference: env:NAME, file:PATH, keyring:SERVICE/NAME or prompt:NAME")
    return value


def shaped(pattern: str, what: str) -> AfterValidator:
    """Refuses a text that is not of the pattern, and says `what` it has to be."""
    shape = re.compile(pattern)

    def check(value: str) -> str:
        if not shape.fullmatch(value):
            raise ValueError(f"is not {what}")
        return value

    return AfterValidator(check)


Id = Annotated[str, AfterValidator(_uuid)]
Mail = Annotated[str, AfterValidator(_mail)]
PublicKey = Annotated[str, AfterValidator(_key)]
Reference = Annotated[str, AfterValidator(_reference)]
"""Where a secret is, never the secret."""
Name = Annotated[
    str,
    shaped(
        r"[a-z][a-z0-9-]{0,38}[a-z0-9]",
        "2 to 40 lower-case letters, digits and hyphens that begin with a letter and end with none of the hyphens",
    ),
]
