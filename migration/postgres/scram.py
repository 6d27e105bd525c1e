"""A password as PostgreSQL stores it, so that the password itself is in no statement and in no server log."""

import base64
import hashlib
import hmac
import secrets

ITERATIONS = 4096
"""PostgreSQL's own default; the password is 256 random bits, which no guessing finds."""


def new_password() -> str:
    """A password of 256 random bits, without a character that a password file would have to escape."""
    return secrets.token_urlsafe(32)


def verifier(password: str, role: str, scram: bool) -> str:
    """What `pg_authid.rolpassword` holds for it: SCRAM-SHA-256 (RFC 5803), or MD5 for servers before version 10."""
    if not scram:
        return "md5" + hashlib.md5((password + role).encode(), usedforsecurity=False).hexdigest()
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = base64.b64encode(hashlib.sha256(client).digest()).decode()
    server = base64.b64encode(hmac.digest(salted, b"Server Key", "sha256")).decode()
    return f"SCRAM-SHA-256${ITERATIONS}:{base64.b64encode(salt).decode()}${stored}:{server}"
