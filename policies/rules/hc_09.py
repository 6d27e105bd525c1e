"""HC-09: SSH offers no broken ciphers."""

from estate.errors import UndecidedError
from estate.records.facts.sshd import Sshd
from estate.records.server import ServerFacts
from policies.observed import known
from policies.rules.base import Context, HostRule, Verdict, failed, host, ncsc, not_applicable, passed

_WEAK = {
    "ciphers": ("cbc", "arcfour", "3des", "blowfish", "cast128"),
    "macs": ("md5", "umac-64", "hmac-sha1"),
    "kexalgorithms": ("sha1", "group1-"),
}
"""Parts of names of algorithms that are broken or no longer thought safe."""


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    sshd = known(facts, "sshd", Sshd)
    if sshd is None:
        return not_applicable("no SSH server")
    weak = []
    for setting, parts in _WEAK.items():
        values = sshd.settings.get(setting)
        if not values:
            raise UndecidedError(f"the SSH server does not say {setting}", "look at `sshd -T` on the host")
        offered = [name for value in values for name in value.split(",")]
        weak += [name for name in offered if any(part in name.lower() for part in parts)]
    if weak:
        return failed("weak algorithms are offered", ", ".join(weak))
    return passed("no weak algorithm is offered")


def _host(
    ciphers: str, macs: str = "hmac-sha2-256-etm@openssh.com", kex: str = "curve25519-sha256"
) -> ServerFacts:
    return host({"sshd": Sshd(settings={"ciphers": (ciphers,), "macs": (macs,), "kexalgorithms": (kex,)})})


RULE = HostRule(
    id="HC-09",
    title="SSH offers no weak algorithms",
    severity="medium",
    enforcement="advisory",
    rationale="What is offered can be asked for by whoever sits in between.",
    remedy="Set Ciphers, MACs and KexAlgorithms to the current defaults of OpenSSH, without SHA-1 and umac-64.",
    controls=ncsc("1"),
    facts=("sshd",),
    check=_check,
    passing=(_host("chacha20-poly1305@openssh.com,aes256-gcm@openssh.com"),),
    failing=(
        _host("aes256-gcm@openssh.com,aes128-cbc"),
        _host("aes256-ctr", macs="hmac-sha2-256,hmac-sha1"),
        _host("aes256-ctr", kex="curve25519-sha256,diffie-hellman-group14-sha1"),
    ),
)
