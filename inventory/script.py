"""One script with every fact's snippet and files, and what comes back cut into sections.

The script is sent on the standard input of one `sh`. What gains from root goes to a second `sh` behind `sudo -n`,
one sudo for all of it, where the host allows it; where sudo refuses it is read as the login account, so that what
that may see is not lost. Every section stands between markers that carry a random word chosen for this run: no
file on the host can hold it, so no file can pretend to be a section. What is cut, missing, doubled or out of place
is a failed reading, never a wrong one.

Limits: what reads files that any account may have written comes last, with a limit of its own (`head -c`); all
together have `OUTPUT_LIMIT`, at our end. Each command that may hang has `$t`; a group ends when the time of the whole
script is up, the first one at half of it, with what it has printed till then.
"""

import re
import secrets
import shlex
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from inventory import files
from inventory.facts.base import MISSING, Fact, Reading, Section, failed

COMMAND_SECONDS = 10
"""What a command that may hang may take in a tier 1 fact; of tier 2, three times that."""
OUTPUT_LIMIT = 64 << 20
FILES_LIMIT = 24 << 20
_WORD = "decant-random-word"
_COMPOSING = threading.Lock()
"""Many hosts begin at once: one of their threads makes the script, the others take it."""

_PRELUDE = """\
export LC_ALL=C TZ=UTC0 PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
unset CDPATH ENV BASH_ENV GREP_OPTIONS
cd /
"""
# `timeout` of an old busybox wants -t before the seconds: to us that is none.
_START = """\
own=$SSH_CONNECTION t= n=0
uid=$(timeout 5 id -u 2>/dev/null) && t='timeout {command}' || uid=$(id -u)
read -r n _ 2>/dev/null </proc/uptime
b=${{n%.*}}
left() {{
  n=$b g=
  read -r n _ 2>/dev/null </proc/uptime
  n=$(($1 + b - ${{n%.*}}))
  [ $n -gt 0 ] || n=1
  [ -z "$t" ] || g="timeout $n"
}}
"""


@dataclass(frozen=True)
class Script:
    """A script ready to be sent, and the random word of its markers."""

    text: str
    word: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Answer:
    """What a host printed, cut into sections by fact."""

    sections: Mapping[str, Section] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    """Why a fact has no section that can be trusted."""
    uid: int | None = None
    """Who ran it."""
    sudo: str = ""
    """What sudo said where it refused."""
    hung: bool = False
    """Whether the last that came is that sudo was asked."""


def compose(facts: Sequence[Fact], sudo: bool, seconds: int = 50, word: str | None = None) -> Script:
    """The script for `facts`, of one tier or both; `sudo` allows it to try `sudo -n` for those that gain from root."""
    word = word or secrets.token_hex(16)
    asked = tuple(facts)
    with _COMPOSING:
        text = _text(asked, sudo, seconds)
    return Script(text.replace(_WORD, word), word, asked)


@lru_cache(maxsize=16)
def _text(facts: tuple[Fact, ...], sudo: bool, seconds: int) -> str:
    """The script, with `_WORD` where its random word is to stand: but for that it is the same for every host."""
    plain = [fact for fact in facts if fact.run_as == "user"]
    rooted = [fact for fact in facts if fact.run_as == "root"]
    lines = [
        "main() {",
        _PRELUDE,
        f"m={_WORD}",
        _START.format(command=COMMAND_SECONDS),
        'printf "\\n%s hello %s\\n" "$m" "$uid"',
        # The groups learn from outside what was found out once. `own` is sshd's: addresses and ports, no quotes.
        """v="own='$own' t='$t'" """,
    ]
    if plain:
        lines += [
            f"p={shlex.quote(_group(plain, 'user'))}",
            f"left {max(1, seconds // 2 if rooted else seconds)}",
            'printf \'%s uid=%s\\n%s\\n\' "$v" "$uid" "$p" | $g sh',
        ]
    if rooted:
        as_self = f'left {seconds}; printf \'%s uid=%s\\n%s\\n\' "$v" "$uid" "$r" | $g sh'
        lines.append(f"r={shlex.quote(_group(rooted, 'root'))}")
        if sudo:
            # The group ends with status 0; 1 is sudo's own, when it refuses.
            lines += [
                'if [ "$uid" = 0 ]; then',
                as_self,
                "else",
                'printf "\\n%s sudo\\n" "$m"',
                f"left {seconds}",
                'printf \'%s uid=0\\n%s\\n\' "$v" "$r" | sudo -n $g sh 2>&1',
                f"case $? in 1|{127}) {as_self} ;; esac",
                "fi",
            ]
        else:
            lines.append(as_self)
    lines += ['printf "\\n%s bye\\n" "$m"', "}", "main </dev/null 2>&1"]
    return "\n".join(lines) + "\n"


def _group(facts: Sequence[Fact], name: str) -> str:
    """Every snippet once; then the files, which may be large; then what has a limit of its own."""
    snippets: dict[str, Fact] = {}
    for fact in facts:
        if fact.snippet:
            snippets.setdefault(fact.section or fact.id, fact)
    bounded = [(key, fact) for key, fact in snippets.items() if fact.limit is not None]
    open_ended = [(key, fact) for key, fact in snippets.items() if fact.limit is None]
    parts = [_PRELUDE, f"m={_WORD}"]
    light = [(key, fact) for key, fact in open_ended if fact.light]
    if light:
        parts += ["("]
        for key, fact in light:
            parts += [f"f() {{\n{fact.snippet.strip()}\n}}", _begin(key), "f", f"{_end(key)} $?"]
        parts += [") </dev/null 2>&1"]
    # What is dear comes last, so that a script that is stopped loses no more than that.
    for key, fact in sorted(open_ended, key=lambda one: one[1].tier):
        if not fact.light:
            parts += [_begin(key), _body(fact), f"{_end(key)} $?"]
    # Status and end come before the limit, so that a section that was cut has none.
    read = [fact for fact in facts if fact.files]
    if read and name == "user":
        # What any account may read there, only root and the kernel have written.
        parts += [_begin(f"files_{name}"), f"(\n{files.snippet(read)}\n) </dev/null 2>&1"]
        parts += [f"{_end(f'files_{name}')} $?"]
    elif read:
        body = f"{{ (\n{files.snippet(read)}\n) </dev/null 2>&1\n{_end(f'files_{name}')} $?; }}"
        parts += [_begin(f"files_{name}"), f"{body} | head -c {FILES_LIMIT}"]
    for key, fact in bounded:
        parts += [_begin(key), f"{{ {_body(fact)}\n{_end(key)} $?; }} | head -c {fact.limit}"]
    return "\n".join([*parts, "exit 0"])


def _begin(key: str) -> str:
    return f'printf "\\n%s begin {key} %s\\n" "$m" "$uid"'


def _end(key: str) -> str:
    return f'printf "\\n%s end {key} %s\\n" "$m"'


def _body(fact: Fact) -> str:
    longer = f"[ \"$t\" ] && t='timeout {COMMAND_SECONDS * 3}'\n" if fact.tier == 2 else ""
    return f"(\n{longer}{fact.snippet.strip()}\n) </dev/null 2>&1"


def cut(script: Script, output: bytes) -> Answer:
    """Cut a host's output into sections, and give each fact its own. Never raises."""
    word = re.escape(script.word.encode())
    marks = list(re.finditer(rb"\n%s (hello|sudo|begin|end|bye)((?: [a-z0-9_]+)*)\n" % word, output))
    parts: dict[str, Section] = {}
    broken: dict[str, str] = {}
    uid: int | None = None
    sudo = ""
    for number, mark in enumerate(marks):
        kind, words = mark[1].decode(), mark[2].decode().split()
        after = marks[number + 1] if number + 1 < len(marks) else None
        if kind == "hello" and len(words) == 1 and words[0].isdigit():
            uid = int(words[0])
        elif kind == "sudo":
            said = output[mark.end() : after.start() if after else len(output)]
            sudo = said.decode("utf-8", "backslashreplace").strip().split("\n")[0][:200]
        elif kind == "begin" and len(words) == 2 and words[1].isdigit():
            key = words[0]
            if key in parts or key in broken:
                broken[key] = "its section came twice"
            elif after is None or after[1] != b"end" or after[2].split()[:1] != [key.encode()]:
                broken[key] = "its output was cut off"
            else:
                # The end marker's own newline is not the snippet's.
                status = after[2].decode().split()[-1]
                parts[key] = Section(
                    output[mark.end() : after.start()], int(status) if status.isdigit() else 1, int(words[1])
                )
    absent = "the host did not answer it" if marks else "the host ran no part of the script"
    for key in broken:
        parts.pop(key, None)
    sections, wrong = _by_fact(script, parts, broken, absent)
    return Answer(sections, wrong, uid, sudo, bool(marks) and marks[-1][1] == b"sudo")


def _by_fact(
    script: Script, parts: Mapping[str, Section], broken: Mapping[str, str], absent: str
) -> tuple[dict[str, Section], dict[str, str]]:
    """Each fact's own section: that of its snippet, with the lines of its files."""
    sections: dict[str, Section] = {}
    wrong: dict[str, str] = {}
    for group in ("user", "root"):
        facts = [fact for fact in script.facts if fact.run_as == group]
        key = f"files_{group}"
        read = [fact for fact in facts if fact.files]
        lines, too_long = files.by_fact(read, parts[key].output) if key in parts else ({}, {})
        for fact in facts:
            name = fact.section or fact.id
            snippet = parts.get(name) if fact.snippet else Section(b"", uid=parts[key].uid if key in parts else 0)
            if snippet is None:
                wrong[fact.id] = broken.get(name, absent)
            elif not fact.files:
                sections[fact.id] = snippet
            elif key not in parts:
                wrong[fact.id] = broken.get(key, absent)
            elif fact.id in too_long:
                wrong[fact.id] = too_long[fact.id]
            elif parts[key].status:
                missing = parts[key].status == MISSING
                wrong[fact.id] = (
                    "grep or sed is not installed on the host" if missing else "its files could not be read"
                )
            else:
                sections[fact.id] = replace(snippet, files=lines.get(fact.id, b""))
    return sections, wrong


def read(facts: Sequence[Fact], answer: Answer) -> dict[str, Reading]:
    """The reading of each fact, by id."""
    return {
        fact.id: fact.read(answer.sections[fact.id])
        if fact.id in answer.sections
        else failed(answer.broken.get(fact.id, "the host did not answer it"))
        for fact in facts
    }
