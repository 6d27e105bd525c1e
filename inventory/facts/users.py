"""Fact `users`: accounts and groups of the host's own files. No hash and no person's name leaves the host."""

from typing import Literal

from estate.records.facts.users import User, Users
from inventory.facts.base import Fact, Reading, Section, failed, known

FILES = ("/etc/passwd", "/etc/group", "/etc/shadow")
# On the host itself each password becomes a word, and the field with people's names is emptied.
REDUCE = r"""
/^\/etc\/group:/s/^\([^:]*:[^:]*\):[^:]*:/\1::/
/^\/etc\/shadow:/{
s/^\([^:]*:[^:]*\):[!*][^:]*:/\1:locked:/
t
s/^\([^:]*:[^:]*\)::/\1:empty:/
t
s/^\([^:]*:[^:]*\):[^:]*:/\1:set:/
t
d
}
/^\/etc\/passwd:/{
s/^\([^:]*:[^:]*:[^:]*:[^:]*:[^:]*\):.*:\([^:]*:[^:]*\)$/\1::\2/
t named
d
: named
s/^\([^:]*:[^:]*\):x:/\1:shadow:/
t
s/^\([^:]*:[^:]*\):[!*][^:]*:/\1:locked:/
t
s/^\([^:]*:[^:]*\)::/\1:empty:/
t
s/^\([^:]*:[^:]*\):[^:]*:/\1:set:/
t
d
}
"""

_State = Literal["set", "locked", "empty", "unknown"]
_STATES: dict[str, _State] = {"set": "set", "locked": "locked", "empty": "empty"}


def parse(section: Section) -> Reading:
    """Join the three files."""
    rows: list[list[str]] = []
    names: dict[int, str] = {}
    members: dict[str, list[str]] = {}
    shadow: dict[str, str] = {}
    for file, line in section.pairs:
        values = line.split(":")
        # `+::::::` leaves the rest to a directory service.
        if values[0][:1] in ("+", "-", ""):
            continue
        if file == "/etc/passwd":
            rows.append(values)
        elif file == "/etc/group":
            name, _, number, listed = values
            names.setdefault(int(number), name)
            for member in listed.split(","):
                members.setdefault(member, []).append(name)
        else:
            shadow[values[0]] = values[1]
    if not rows:
        return failed("/etc/passwd lists no account")
    users = []
    for name, state, uid, gid, _, home, shell in rows:
        primary = names.get(int(gid), gid)
        others = [group for group in members.get(name, []) if group != primary]
        word = shadow.get(name, "unknown") if state == "shadow" else state
        users.append(
            User(
                name=name,
                uid=int(uid),
                gid=int(gid),
                home=home,
                shell=shell,
                password=_STATES.get(word, "unknown"),
                groups=(primary, *others),
            )
        )
    blind = "/etc/shadow" in section.refused
    return known(
        Users(users=tuple(users)),
        partial="whether passwords are set or locked" if blind else "",
        privilege="root" if blind else "",
    )


FACT = Fact(
    id="users",
    reads="/etc/passwd and /etc/group (any account); of /etc/shadow only whether a password is set, "
    "locked or empty (root).",
    tool="sed",
    files=FILES,
    reduce=REDUCE,
    parser=parse,
    run_as="root",
)
