"""E-mail addresses, those of people and those of offices alike."""

import re

from inventory.personal.detectors.base import Detector, Example, words

_FILES = frozenset(
    {"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "json", "service", "timer", "local", "py"}
)
_PATTERN = re.compile(
    r"(?<![\w.+/:@-])[A-Za-z0-9][\w.+'-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,8}[A-Za-z]{2,24}(?![\w@-])"
)


def check(text: str) -> float:
    """Whether it can be an address: a mailbox at a domain, and not a file or a repository."""
    local, _, domain = text.rpartition("@")
    if domain.rpartition(".")[2].lower() in _FILES or local == "git" or ".." in local or local.endswith("."):
        return 0.0
    return 0.9


DETECTOR = Detector(
    id="email",
    title="E-mail address",
    category="contact details",
    pattern=_PATTERN,
    check=check,
    named=words("e ?mails?|mail|contact"),
    other=words("message id|user agent"),
    passing=(
        Example("j.smith@example.org"),
        Example("write to Mary.O'Hara+bins@mail.example.co.uk, please"),
        Example("jsmith@example.com", "contact"),
    ),
    failing=(
        Example("logo@2x.png"),
        Example("git@code.example.org:team/site"),
        Example("postgres://app:word@db.example.org/x"),
        Example("package@1.2.3"),
        Example("getty@tty1.service"),
        Example("<20261122.0915@mail.example.org>", "message_id"),
    ),
    limits="an office's address (info@…) counts as well as a person's",
)
