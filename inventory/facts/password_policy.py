"""Fact `password_policy`: what is asked of passwords, and when an account is locked."""

import re
from collections.abc import Iterable

from estate.records.facts.password_policy import PasswordPolicy
from inventory.facts.base import Fact, Reading, Section, failed, known, lines_of, unreadable

_PAM = (
    "common-password",
    "common-auth",
    "system-auth",
    "password-auth",
    "login",
    "sshd",
    "base-password",
    "base-auth",
)
FILES = (
    *("/etc/login.defs", "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d/*.conf"),
    "/etc/security/faillock.conf",
    *(f"/etc/pam.d/{name}" for name in _PAM),
)
_QUALITY = ("pam_pwquality", "pam_cracklib", "pam_passwdqc")
_LOCKOUT = ("pam_faillock", "pam_tally2", "pam_tally")
_DIRECTORY = ("pam_sss", "pam_winbind", "pam_ldap", "pam_krb5")
_HASHES = ("yescrypt", "gost_yescrypt", "sha512", "sha256", "blowfish", "bigcrypt", "md5")


def parse(section: Section) -> Reading:
    """Read login.defs, the lines of PAM, and the two files that its modules read."""
    pairs, refused = section.pairs, section.refused
    if not pairs:
        return (
            unreadable(f"{', '.join(refused[:4])} may not be read")
            if refused
            else failed("no policy file is there")
        )
    defaults = dict(words[:2] for line in lines_of(pairs, "/etc/login.defs") if len(words := line.split()) > 1)
    modules: dict[str, dict[str, str]] = {}
    for file, line in pairs:
        found = re.match(r"-?(?:auth|password|account)\s+(?:\[[^\]]*\]|\S+)\s+(?:\S*/)?(pam_\w+)\.so\s*(.*)", line)
        if file.startswith("/etc/pam.d/") and found:
            modules.setdefault(found[1], {}).update(_options(found[2].partition("#")[0].split()))
    quality = _options(_settings(pairs, "/etc/security/pwquality.conf"))
    locking = _options(_settings(pairs, "/etc/security/faillock.conf"))
    judge = next((name for name in _QUALITY if name in modules), "")
    lock = next((name for name in _LOCKOUT if name in modules), "")
    unix = modules.get("pam_unix", {})
    wanted = {**(quality if judge == "pam_pwquality" else {}), **modules.get(judge, {})}
    locks = {**(locking if lock == "pam_faillock" else {}), **modules.get(lock, {})}
    length = (wanted.get("minlen"), unix.get("minlen"), unix.get("min"), defaults.get("PASS_MIN_LEN"))
    remembers = modules.get("pam_pwhistory", {}).get("remember") or unix.get("remember")
    default = defaults.get("ENCRYPT_METHOD", "").lower()
    return known(
        PasswordPolicy(
            max_days=_number(defaults.get("PASS_MAX_DAYS")),
            min_days=_number(defaults.get("PASS_MIN_DAYS")),
            min_length=next((number for number in map(_number, length) if number is not None), None),
            quality=judge,
            remembers=_number(remembers),
            hash=next((name for name in _HASHES if name in unix), default),
            lockout_by=lock,
            # pam_faillock locks after three where nobody says otherwise; pam_tally2 never does by itself.
            lockout_after=_number(locks.get("deny", "3" if lock == "pam_faillock" else None)),
            unlock_seconds=_number(locks.get("unlock_time", "600" if lock == "pam_faillock" else None)),
            directory=next((name for name in _DIRECTORY if name in modules), ""),
            settings={**quality, **locking},
        ),
        partial=f"settings in {', '.join(refused[:8])}" if refused else "",
        privilege="root" if refused else "",
    )


def _settings(pairs: list[tuple[str, str]], start: str) -> list[str]:
    return [re.sub(r"\s*=\s*", "=", line.strip()) for file, line in pairs if file.startswith(start)]


def _options(words: Iterable[str]) -> dict[str, str]:
    return {word.partition("=")[0]: word.partition("=")[2] for word in words}


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else None


FACT = Fact(
    id="password_policy",
    reads="/etc/login.defs, pwquality.conf, faillock.conf and the files of PAM that logging in goes by. Any account.",
    tool="grep",
    files=FILES,
    parser=parse,
)
