"""Fact `password_policy` of Windows: what is asked of the passwords of local accounts."""

from estate.records.facts.password_policy import PasswordPolicy
from inventory.facts.base import Reading, absent
from inventory.windows._accounts import SNIPPET, TOOL
from inventory.windows.base import Row, Rows, fact

_DAY = 24 * 60 * 60
_FOREVER = 0xFFFFFFFF


def parse(rows: Rows) -> Reading:
    """Ages are in seconds. Whether complex passwords are asked for, Windows tells in no place that is only read."""
    rows.one("end")
    if rows.of("controller"):
        return absent("a domain controller goes by the domain's policy, which is not read")
    policy = rows.one("policy")
    after = policy.number("after")
    unlock = _seconds(policy, "unlock")
    return rows.known(
        PasswordPolicy(
            max_days=_days(policy, "longest"),
            min_days=_days(policy, "shortest"),
            min_length=policy.number("length"),
            remembers=policy.number("remembers"),
            lockout_by="Windows" if after else "",
            lockout_after=after or None,
            unlock_seconds=(unlock or 0) if after else None,
            directory=f"Active Directory ({policy.text('domain')})" if policy.flag("joined") else "",
        ),
        "whether complex passwords are asked for",
    )


def _seconds(policy: Row, name: str) -> int | None:
    """A time; None for never, which Windows writes as the highest number, or as -1."""
    if policy.values.get(name) == -1:
        return None
    value = policy.number(name)
    return None if value is None or value >= _FOREVER else value


def _days(policy: Row, name: str) -> int | None:
    value = _seconds(policy, name)
    return None if value is None else value // _DAY


FACT = fact(
    "password_policy",
    "the policy for local accounts, by the provider WinNT. Any account.",
    TOOL,
    SNIPPET,
    parse,
    section="accounts",
)
