"""Fact `sshd`: effective settings of the SSH server."""

import re

from estate.records.facts.sshd import Sshd
from inventory.facts.base import Fact, Reading, Section, denied, failed, known, unreadable

SNIPPET = r"""
command -v sshd >/dev/null || exit 127
# -G reads no host key, so it answers any account; sshd knows it since 9.3.
if [ "$uid" = 0 ]; then sshd -T 2>&1
else sshd -G 2>&1
fi
"""


def parse(section: Section) -> Reading:
    """Read the lines `keyword value`. Without root sshd cannot read its own host keys, and says no more."""
    if section.status != 0:
        if section.uid != 0 or denied(section):
            # Without root, and without -G.
            return unreadable("sshd -T reads the host's private keys, which are for root alone")
        last = section.lines[-1][:160] if section.lines else "no message"
        return failed(f"sshd -T ended with status {section.status}: {last}")
    settings: dict[str, tuple[str, ...]] = {}
    for line in section.lines:
        key, _, value = line.strip().partition(" ")
        if re.fullmatch(r"[a-z0-9]+", key):
            settings[key] = (*settings.get(key, ()), value.strip())
    if "port" not in settings:
        return failed("sshd -T did not print its settings")
    return known(Sshd(settings=settings))


FACT = Fact(
    id="sshd",
    reads="sshd -T as root, else sshd -G, which versions before 9.3 lack. Root.",
    tool="sshd",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
)
