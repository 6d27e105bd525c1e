"""Fact `audit`: the audit daemon and its rules."""

import re

from estate.records.facts.audit import Audit
from inventory.facts.base import Fact, Reading, Section, failed, known, lines_of

SNIPPET = r"""
echo audit
for f in /sbin/auditd /usr/sbin/auditd; do [ -x $f ] && { echo installed; break; }; done
for f in /run/auditd.pid /var/run/auditd.pid; do [ -e $f ] && { echo running; break; }; done
return 0
"""
_WATCH = re.compile(r"-w\s+(\S+)|-F\s+(?:path|dir)=(\S+)")


def parse(section: Section) -> Reading:
    """Read the rules that were put together last, or where there are none the parts that they are made of."""
    marks = section.lines
    if marks[:1] != ["audit"]:
        return failed("the host did not say whether it keeps an audit")
    pairs, refused = section.pairs, section.refused
    whole = lines_of(pairs, "/etc/audit/audit.rules")
    parts = [line for file, line in pairs if file.startswith("/etc/audit/rules.d/")]
    # Lines that only set the daemon up (-D, -b, -f, -e …) are no rules.
    chosen = whole if any(_is_rule(line) for line in whole) else parts
    settings = {
        key.strip(): value.strip()
        for key, _, value in (line.partition("=") for line in lines_of(pairs, "/etc/audit/auditd.conf"))
    }
    blind = bool(refused)
    return known(
        Audit(
            installed="installed" in marks,
            running="running" in marks,
            rules=None if blind else sum(map(_is_rule, chosen)),
            immutable=None if blind else any(re.match(r"\s*-e\s+2\b", line) for line in chosen),
            watched=tuple(
                dict.fromkeys(found[1] or found[2] for line in chosen for found in _WATCH.finditer(line))
            ),
            log_file=settings.get("log_file", ""),
            when_full=settings.get("disk_full_action", "").lower(),
            keeps=settings.get("max_log_file_action", "").lower(),
        ),
        partial="its rules and settings" if blind else "",
        privilege="root" if blind else "",
    )


def _is_rule(line: str) -> bool:
    return re.match(r"\s*-[waA]\s", line) is not None


FACT = Fact(
    id="audit",
    reads="whether auditd is there and runs (any account), its settings and rules (root).",
    tool="sh",
    snippet=SNIPPET,
    files=("/etc/audit/audit.rules", "/etc/audit/rules.d/*.rules", "/etc/audit/auditd.conf"),
    parser=parse,
    light=True,
    run_as="root",
)
