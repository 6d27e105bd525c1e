"""HC-33: the keys that may log in are strong."""

from estate.errors import UndecidedError
from estate.records.facts.authorised_keys import AuthorisedKey, AuthorisedKeys
from estate.records.server import ServerFacts
from policies.observed import insist_on_all, known
from policies.rules.base import (
    Context,
    HostRule,
    Verdict,
    cyber_essentials,
    failed,
    host,
    ncsc,
    not_applicable,
    passed,
)

_BITS = 3072
"""NIST SP 800-57 part 1 revision 5: RSA with 2048 bits protects only until 2030; 3072 bits beyond."""


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    found = known(facts, "authorised_keys", AuthorisedKeys)
    if found is None:
        return not_applicable("no key may log in")
    weak = sorted(
        f"{k.user}: {k.type} {k.bits or ''}".strip()
        for k in found.keys
        if k.type in ("ssh-dss", "dsa") or (k.type == "ssh-rsa" and k.bits is not None and k.bits < _BITS)
    )
    if weak:
        return failed("weak keys may log in", ", ".join(weak))
    insist_on_all(facts, "authorised_keys")
    if any(k.type == "ssh-rsa" and k.bits is None for k in found.keys):
        raise UndecidedError("the length of an RSA key is not known", "run `decant discover` again")
    return passed(f"{len(found.keys)} keys")


def _host(type_: str, bits: int | None = None) -> ServerFacts:
    key = AuthorisedKey(
        user="ops", file="/home/ops/.ssh/authorized_keys", type=type_, bits=bits, fingerprint="SHA256:a"
    )
    return host({"authorised_keys": AuthorisedKeys(keys=(key,))})


RULE = HostRule(
    id="HC-33",
    title="Keys that may log in are strong",
    severity="medium",
    enforcement="advisory",
    rationale="Old keys were made for machines that are gone, by people who have left, and can be short "
    "enough to break.",
    remedy="Replace them by Ed25519 keys, and take out those that nobody uses.",
    controls=(*ncsc("10"), *cyber_essentials("CE-UAC-02")),
    facts=("authorised_keys",),
    check=_check,
    passing=(_host("ssh-ed25519"), _host("ssh-rsa", 4096)),
    failing=(_host("ssh-rsa", 2048), _host("ssh-dss", 1024)),
)
