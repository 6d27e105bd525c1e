"""Fact `authorised_keys`: keys that may log in by SSH, by fingerprint."""

import base64
import binascii
import hashlib
import re

from estate.records.facts.authorised_keys import AuthorisedKey, AuthorisedKeys
from inventory.facts.base import Fact, Reading, Section, file_lines, known

# Only the options' names, the type and the key leave the host with the line; comments, which often name a
# person, are dropped by the parser and by `--record`.
SNIPPET = r"""
set --
while IFS=: read -r n _ _ _ _ h _; do
  [ -n "$h" ] && [ -d "$h" ] || continue
  if [ ! -x "$h" ] || { [ -d "$h/.ssh" ] && [ ! -x "$h/.ssh" ]; }; then
    printf 'unreadable %s\n' "$h/.ssh"
    continue
  fi
  for f in "$h/.ssh/authorized_keys" "$h/.ssh/authorized_keys2"; do
    [ -f "$f" ] && set -- "$@" "$f" && printf 'of %s %s\n' "$n" "$f"
  done
done </etc/passwd
[ $# -eq 0 ] || grep -aHvE '^[[:space:]]*(#|$)' "$@" 2>&1
exit 0
"""

_KEY = re.compile(r"((?:sk-)?(?:ssh|ecdsa)-[\w@.-]+)\s+([A-Za-z0-9+/]+=*)(?:\s|$)")
_OPTIONS = re.compile(r'(?:[^\s"\\]|"(?:[^"\\]|\\.)*")+\s+')
_OPTION = re.compile(r'([A-Za-z-]+)(?:="(?:[^"\\]|\\.)*")?(?:,|$)')


def parse(section: Section) -> Reading:
    """Turn each key into its fingerprint."""
    owners: dict[str, str] = {}
    rest = []
    for line in section.lines:
        if line.startswith("of "):
            _, user, file = line.split(" ", 2)
            owners[file] = user
        else:
            rest.append(line)
    pairs, refused = file_lines(Section("\n".join(rest).encode()))
    keys = tuple(_key(owners.get(file, ""), file, line) for file, line in pairs)
    return known(
        AuthorisedKeys(keys=keys),
        partial=f"keys in {', '.join(sorted(set(refused))[:8])}" if refused else "",
        privilege="root" if refused else "",
    )


def _key(user: str, file: str, line: str) -> AuthorisedKey:
    line = line.strip()
    # The options end at the first space outside of quotes; a command in quotes may well hold the word ssh-rsa.
    before = None if _KEY.match(line) else _OPTIONS.match(line)
    options = before[0].strip() if before else ""
    found = _KEY.match(line, before.end() if before else 0)
    if found is None:
        raise ValueError(f"{file} holds a line that is no key")
    try:
        blob = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        raise ValueError(f"{file} holds a key that is not base64") from None
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return AuthorisedKey(
        user=user,
        file=file,
        type=found[1],
        bits=_rsa_bits(blob) if found[1] == "ssh-rsa" else None,
        fingerprint=f"SHA256:{digest}",
        options=tuple(option[1] for option in _OPTION.finditer(options)),
    )


def _rsa_bits(blob: bytes) -> int | None:
    """The length of the modulus: the third of the strings that make up an RSA key (RFC 4253, section 6.6)."""
    parts: list[bytes] = []
    at = 0
    while at + 4 <= len(blob) and len(parts) < 3:
        size = int.from_bytes(blob[at : at + 4], "big")
        parts.append(blob[at + 4 : at + 4 + size])
        at += 4 + size
    return int.from_bytes(parts[2], "big").bit_length() if len(parts) == 3 else None


FACT = Fact(
    id="authorised_keys",
    reads="~/.ssh/authorized_keys of every account; kept as fingerprints, without comments. "
    "Root for the keys of other accounts.",
    tool="grep",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=4 << 20,
)
