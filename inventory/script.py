"""One script with every fact's snippet, and what comes back cut into sections.

The script is sent on the standard input of one `sh`. Snippets that gain from root go to a second `sh` behind
`sudo -n`, one sudo for all of them, where the host allows it; where sudo refuses they run as the login account, so
that what it may see is not lost. Every section stands between markers that carry a random word chosen for this
run: no file on the host can hold it, so no file can pretend to be a section. What is cut, missing, doubled or
out of place is a failed reading, never a wrong one.

Limits: a fact that reads files of any size has a limit of its own (`head -c`); all together have `OUTPUT_LIMIT`;
each command that may wait has `$t`, and the whole script ends after `seconds`, with what it has printed till then.
"""

import re
import secrets
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inventory.facts.base import Fact, Reading, Section, failed

COMMAND_SECONDS = 10
"""What one command of a tier 1 fact may take; of tier 2, three times that."""
OUTPUT_LIMIT = 32 << 20

_PRELUDE = """\
export LC_ALL=C TZ=UTC0 PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
unset CDPATH ENV BASH_ENV GREP_OPTIONS
cd /
"""


@dataclass(frozen=True)
class Script:
    """A script ready to be sent, and the random word of its markers."""

    text: str
    word: str
    facts: tuple[str, ...]


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


def compose(facts: Sequence[Fact], sudo: bool, seconds: int = 50, word: str | None = None) -> Script:
    """The script for `facts`; `sudo` allows it to try `sudo -n` for those that gain from root."""
    word = word or secrets.token_hex(16)
    # What is dear comes last, so that a script that is stopped loses no more than that.
    by_cost = sorted(facts, key=lambda fact: fact.tier)
    plain = [fact for fact in by_cost if fact.run_as == "user"]
    rooted = [fact for fact in by_cost if fact.run_as == "root"]
    lines = [
        "main() {",
        _PRELUDE,
        f"m={word}",
        "own=$SSH_CONNECTION uid=$(id -u)",
        f"t= g=; timeout 5 true 2>/dev/null && t='timeout {COMMAND_SECONDS}' g='timeout {seconds}'",
        'printf "\\n%s hello %s\\n" "$m" "$uid"',
        f"p={shlex.quote(_group(plain, word))}",
        f"r={shlex.quote(_group(rooted, word))}",
        # The groups learn from outside what was found out once. `own` is sshd's: addresses and ports, no quotes.
        """v="own='$own' t='$t'" """,
        'printf \'%s uid=%s\\n%s\\n\' "$v" "$uid" "$p" | $g sh',
    ]
    as_self = 'printf \'%s uid=%s\\n%s\\n\' "$v" "$uid" "$r" | $g sh'
    if rooted and sudo:
        # The group ends with status 0; 1 is sudo's own, when it refuses.
        as_root = 'printf \'%s uid=0\\n%s\\n\' "$v" "$r" | sudo -n $g sh 2>&1'
        lines += [
            'if [ "$uid" = 0 ]; then',
            as_self,
            "else",
            'printf "\\n%s sudo\\n" "$m"',
            as_root,
            f"case $? in 1|{127}) {as_self} ;; esac",
            "fi",
        ]
    elif rooted:
        lines.append(as_self)
    lines += ['printf "\\n%s bye\\n" "$m"', "}", "main </dev/null 2>&1"]
    return Script("\n".join(lines) + "\n", word, tuple(fact.id for fact in facts))


def _group(facts: Sequence[Fact], word: str) -> str:
    parts = [_PRELUDE, f"m={word}"]
    for fact in facts:
        longer = f"[ \"$t\" ] && t='timeout {COMMAND_SECONDS * 3}'\n" if fact.tier == 2 else ""
        body = f"(\n{longer}{fact.snippet.strip()}\n) </dev/null 2>&1"
        begin = f'printf "\\n%s begin {fact.id} %s\\n" "$m" "$uid"'
        end = f'printf "\\n%s end {fact.id} %s\\n" "$m"'
        if fact.limit is None:
            parts += [begin, body, f"{end} $?"]
        else:
            # The status is printed before the limit, so that a section that was cut has none.
            parts += [begin, f"{{ {body}\n{end} $?; }} | head -c {fact.limit}"]
    return "\n".join([*parts, "exit 0"])


def cut(script: Script, output: bytes) -> Answer:
    """Cut a host's output into sections. Never raises."""
    word = re.escape(script.word.encode())
    marks = list(re.finditer(rb"\n%s (hello|sudo|begin|end|bye)((?: [a-z0-9_]+)*)\n" % word, output))
    sections: dict[str, Section] = {}
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
            fact = words[0]
            if fact in sections or fact in broken:
                broken[fact] = "its section came twice"
            elif after is None or after[1] != b"end" or after[2].split()[:1] != [fact.encode()]:
                broken[fact] = "its output was cut off"
            else:
                # The end marker's own newline is not the snippet's.
                status = after[2].decode().split()[-1]
                sections[fact] = Section(
                    output[mark.end() : after.start()], int(status) if status.isdigit() else 1, int(words[1])
                )
    for fact in script.facts:
        if fact not in sections and fact not in broken:
            broken[fact] = "the host did not answer it" if marks else "the host ran no part of the script"
    good = {fact: section for fact, section in sections.items() if fact not in broken and fact in script.facts}
    return Answer(good, broken, uid, sudo)


def read(facts: Sequence[Fact], answer: Answer) -> dict[str, Reading]:
    """The reading of each fact, by id."""
    return {
        fact.id: fact.read(answer.sections[fact.id])
        if fact.id in answer.sections
        else failed(answer.broken.get(fact.id, "the host did not answer it"))
        for fact in facts
    }
