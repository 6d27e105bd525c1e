"""TSIG keys, as BIND writes them in a key file: what a DNS change is signed with."""

import base64
import binascii
import re

import dns.exception
import dns.name
import dns.tsig

from estate.errors import UsageError
from estate.secrets import Secrets, resolve

ALGORITHMS = {
    "hmac-sha256": dns.tsig.HMAC_SHA256,
    "hmac-sha384": dns.tsig.HMAC_SHA384,
    "hmac-sha512": dns.tsig.HMAC_SHA512,
}
"""MD5 and SHA-1 are left out: RFC 8945 advises against them."""

_COMMENT = re.compile(r"/\*.*?\*/|(?://|#)[^\n]*", re.DOTALL)
_KEY = re.compile(r'\bkey\s+"?([^\s"{};]+)"?\s*\{([^{}]*)\}\s*;')
_CLAUSE = re.compile(r'\b(algorithm|secret)\s+"?([^\s";]+)"?\s*;')


def read_key(reference: str, secrets: Secrets = resolve) -> dns.tsig.Key:
    """The key behind a reference to a BIND key file (`file:PATH`, mode 0600).

    Raises `UsageError` as `parse_key` and `estate.secrets.resolve` do.
    """
    return parse_key(secrets(reference), reference)


def parse_key(text: str, origin: str) -> dns.tsig.Key:
    """The one key of a BIND key file (`tsig-keygen` writes them).

    `origin` names the file in errors, which never show the key. Raises `UsageError` where the text holds no
    key, several, or one that cannot be used.
    """
    remedy = "make one with `tsig-keygen -a hmac-sha256 NAME` and name its file in [dns] key"
    found = _KEY.findall(_strip_comments(text))
    if len(found) != 1:
        raise UsageError(f"{origin} holds {len(found) or 'no'} TSIG keys where one is needed", remedy)
    name, body = found[0]
    clauses = dict(_CLAUSE.findall(body))
    algorithm = ALGORITHMS.get(clauses.get("algorithm", "").lower().rstrip("."))
    if algorithm is None:
        raise UsageError(f"the TSIG key in {origin} is not of {', '.join(ALGORITHMS)}", remedy)
    try:
        secret = base64.b64decode(clauses.get("secret", ""), validate=True)
        owner = dns.name.from_text(name)
    except (binascii.Error, dns.exception.DNSException):
        # `from None`: the cause would carry the secret's text.
        raise UsageError(f"the TSIG key in {origin} cannot be read", remedy) from None
    if not secret:
        raise UsageError(f"the TSIG key in {origin} has no secret", remedy)
    return dns.tsig.Key(owner, secret, algorithm)


def _strip_comments(text: str) -> str:
    """`text` without comments. A base64 secret may hold `//`, so quoted text is passed over."""
    parts = re.split(r'("[^"\n]*")', text)
    return "".join(part if part.startswith('"') else _COMMENT.sub(" ", part) for part in parts)
