"""Fact `sudoers`: who may become whom."""

import re
from collections.abc import Iterator

from estate.records.facts.sudoers import Sudoers, SudoRule
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, absent, file_lines, known, unreadable

SNIPPET = r"""
[ -e /etc/sudoers ] || { echo none; exit 0; }
grep -aH '' /etc/sudoers /etc/sudoers.d/* 2>&1 | grep -av '^grep: .*No such file or directory$'
exit 0
"""

_RULE = re.compile(
    r"(?P<who>(?:[^\s\\=]|\\.)+)\s+(?P<hosts>[^=]+?)\s*=\s*(?:\((?P<run_as>[^)]*)\))?\s*(?P<rest>.*)$"
)
_TAG = re.compile(
    r"\s*(NOPASSWD|PASSWD|NOEXEC|EXEC|SETENV|NOSETENV|LOG_\w+|NOLOG_\w+|MAIL|NOMAIL|FOLLOW|NOFOLLOW):\s*"
)
_NOT_RULES = ("User_Alias", "Runas_Alias", "Host_Alias", "Cmnd_Alias", "Cmd_Alias", "@include", "#include")


def parse(section: Section) -> Reading:
    """Read the rules and defaults of every file; aliases are not resolved."""
    if section.text.strip() == "none":
        return absent("sudo is not set up: there is no /etc/sudoers")
    pairs, refused = file_lines(section)
    if any(file == "/etc/sudoers" for file in refused):
        return unreadable("/etc/sudoers is for root alone")
    if not pairs:
        raise ValueError("/etc/sudoers gave nothing")
    rules: list[SudoRule] = []
    defaults: list[str] = []
    for file, line in _joined(pairs):
        if not line or line.startswith(_NOT_RULES) or (line.startswith("#") and not re.match(r"#\d+\s", line)):
            continue
        if line.startswith("Defaults"):
            defaults.append(redact(line))
            continue
        rules.append(_rule(file, line))
    return known(Sudoers(rules=tuple(rules), defaults=tuple(defaults)))


def _joined(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Lines with those that a backslash continues put together; names that sudo passes over are left out."""
    held = ""
    for number, (file, line) in enumerate(pairs):
        name = file.rsplit("/", 1)[-1]
        if file.startswith("/etc/sudoers.d/") and ("." in name or name.endswith("~")):
            continue
        more = number + 1 < len(pairs) and pairs[number + 1][0] == file
        if line.endswith("\\") and more:
            held += line[:-1] + " "
            continue
        yield file, (held + line).strip()
        held = ""


def _rule(file: str, line: str) -> SudoRule:
    found = _RULE.match(line)
    if found is None:
        raise ValueError(f"{file} holds a line that is no rule")
    rest, nopasswd = found["rest"], False
    while tag := _TAG.match(rest):
        nopasswd = tag[1] == "NOPASSWD" or (nopasswd and tag[1] != "PASSWD")
        rest = rest[tag.end() :]
    return SudoRule(
        who=found["who"],
        hosts=found["hosts"].strip(),
        run_as=(found["run_as"] or "").strip(),
        nopasswd=nopasswd or "NOPASSWD:" in rest,
        commands=redact(rest.strip()),
        file=file,
    )


FACT = Fact(
    id="sudoers",
    reads="/etc/sudoers and /etc/sudoers.d (commands redacted). Root.",
    tool="grep",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=1 << 20,
)
