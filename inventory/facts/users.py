"""Fact `users`: accounts and groups of the host's own files. No hash and no person's name leaves the host."""

from typing import Literal

from estate.records.facts.users import User, Users
from inventory.facts.base import Fact, Reading, Section, failed, known

# The shell reduces each password to a word on the host itself.
SNIPPET = r"""
w() { case $1 in '') s=empty ;; x) s=shadow ;; '!'*|'*'*) s=locked ;; *) s=set ;; esac; }
while IFS=: read -r n p u g _ h c; do
  w "$p"; printf 'user:%s:%s:%s:%s:%s:%s\n' "$n" "$s" "$u" "$g" "$h" "$c"
done </etc/passwd
while IFS=: read -r n _ g m; do printf 'group:%s:%s:%s\n' "$n" "$g" "$m"; done </etc/group
if [ -r /etc/shadow ]; then
  while IFS=: read -r n p _; do w "$p"; printf 'shadow:%s:%s\n' "$n" "$s"; done </etc/shadow
elif [ -e /etc/shadow ]; then echo noshadow
fi
exit 0
"""

_State = Literal["set", "locked", "empty", "unknown"]
_STATES: dict[str, _State] = {"set": "set", "locked": "locked", "empty": "empty"}


def parse(section: Section) -> Reading:
    """Join the three files."""
    rows: list[list[str]] = []
    names: dict[int, str] = {}
    members: dict[str, list[str]] = {}
    shadow: dict[str, str] = {}
    for line in section.lines:
        label, *values = line.split(":")
        if label == "user" and len(values) == 6:
            rows.append(values)
        elif label == "group" and len(values) == 3:
            names.setdefault(int(values[1]), values[0])
            for member in values[2].split(","):
                members.setdefault(member, []).append(values[0])
        elif label == "shadow" and len(values) == 2:
            shadow[values[0]] = values[1]
        elif line == "noshadow":
            continue
        elif values[:1] in (["+"], ["-"], [""]) or label not in ("user", "group", "shadow"):
            raise ValueError(f"an unexpected line: {line[:40]!r}")
    if not rows:
        return failed("/etc/passwd lists no account")
    users = []
    for name, state, uid, gid, home, shell in rows:
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
    blind = "noshadow" in section.lines
    return known(
        Users(users=tuple(users)),
        partial="whether passwords are set or locked" if blind else "",
        privilege="root" if blind else "",
    )


FACT = Fact(
    id="users",
    reads="/etc/passwd and /etc/group (any account); of /etc/shadow only whether a password is set, "
    "locked or empty (root).",
    tool="sh",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=8 << 20,
)
