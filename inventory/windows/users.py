"""Fact `users` of Windows: accounts and groups of the machine itself."""

from estate.records.facts.users import Group, User, Users
from inventory.facts.base import Reading, absent
from inventory.windows._accounts import SNIPPET, TOOL
from inventory.windows.base import Row, Rows, fact

_NONE = 513
"""The group that Windows puts every local account into, and shows nowhere."""


def parse(rows: Rows) -> Reading:
    """An account's number is the last part of its SID (500 is the built-in administrator). No person's name is kept."""
    rows.one("end")
    if rows.of("controller"):
        return absent("a domain controller has no accounts of its own")
    groups = [
        Group(name=row.text("name"), gid=_number(row), members=tuple(_member(one) for one in row.texts("members")))
        for row in rows.of("group")
    ]
    users = [
        User(
            name=(name := row.text("name")),
            uid=_number(row),
            gid=_NONE,
            # Windows says of no account whether its password is empty.
            password="locked" if row.flag("off") else "unknown",
            groups=tuple(group.name for group in groups if name.lower() in {one.lower() for one in group.members}),
        )
        for row in rows.of("user")
    ]
    rows.one("user")
    return rows.known(Users(users=tuple(users), groups=tuple(groups)))


def _number(row: Row) -> int:
    last = row.text("sid").rsplit("-", 1)[-1]
    if not last.isdecimal() or len(last) > 10:
        raise ValueError("an account has no SID")
    return int(last)


def _member(path: str) -> str:
    r"""`COUNCIL/Domain Admins` of a domain as `COUNCIL\Domain Admins`; `COUNCIL/SRV1/svc` of the machine as `svc`."""
    parts = path.split("/")
    return parts[-1] if len(parts) > 2 or len(parts) == 1 else "\\".join(parts)


FACT = fact(
    "users",
    "Win32_UserAccount for local accounts (full names are not read) and the members of local groups. Any account.",
    TOOL,
    SNIPPET,
    parse,
    section="accounts",
)
