"""Fact `sudoers`: who may become whom."""

import re
from collections.abc import Iterator

from estate.records.facts.sudoers import Sudoers, SudoRule
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, absent, known, unreadable

# The tags of sudo look like passwords to redaction, which transcripts go through, so they get other names; and what
# is a secret shows by its = or :, which sudo wants behind a backslash.
FILES = ("/etc/sudoers", "/etc/sudoers.d/*")
REDUCE = r"""
/^\/etc\/sudoers[.:]/{
s/NOPASSWD:/@asks-not /g
s/PASSWD:/@asks /g
s/\\\([=:]\)/\1/g
}
"""

_RULE = re.compile(
    r"(?P<who>(?:[^\s\\=]|\\.)+)\s+(?P<hosts>[^=]+?)\s*=\s*(?:\((?P<run_as>[^)]*)\))?\s*(?P<rest>.*)$"
)
_TAG = re.compile(
    r"\s*(?:(@asks(?:-not)?) |(?:NO)?(?:EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT):)\s*"
)
_NOT_RULES = ("User_Alias", "Runas_Alias", "Host_Alias", "Cmnd_Alias", "Cmd_Alias", "@include", "#include")


def parse(section: Section) -> Reading:
    """Read the rules and defaults of every file; aliases are not resolved."""
    pairs, refused = section.pairs, section.refused
    if "/etc/sudoers" in refused:
        return unreadable("/etc/sudoers is for root alone")
    if not pairs:
        return absent("sudo is not set up: there is no /etc/sudoers")
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
    commands: list[str] = []
    nopasswd = False
    for part in re.split(r"(?<!\\),", found["rest"]):
        command = part.strip().replace("\\,", ",")
        while tag := _TAG.match(command):
            nopasswd = nopasswd or tag[1] == "@asks-not"
            command = command[tag.end() :]
        commands.append(command)
    return SudoRule(
        who=found["who"],
        hosts=found["hosts"].strip(),
        run_as=(found["run_as"] or "").strip(),
        nopasswd=nopasswd,
        commands=redact(", ".join(commands)),
        file=file,
    )


FACT = Fact(
    id="sudoers",
    reads="/etc/sudoers and /etc/sudoers.d (commands redacted). Root.",
    tool="sed",
    files=FILES,
    reduce=REDUCE,
    parser=parse,
    run_as="root",
)
