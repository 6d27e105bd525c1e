"""Fact `logging`: where the host's logs go."""

import re

from estate.records.facts.logging import Logging
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, failed, known

SNIPPET = r"""
echo logs
[ -d /run/systemd/journal ] && echo journal
[ -d /var/log/journal ] && echo kept
[ -x /usr/sbin/rsyslogd ] && echo rsyslog
[ -x /usr/sbin/syslog-ng ] && echo syslog-ng
[ -x /sbin/auditd ] || [ -x /usr/sbin/auditd ] && echo auditd
[ -e /run/auditd.pid ] || [ -e /var/run/auditd.pid ] && echo auditing
return 0
"""
FILES = (
    *("/etc/systemd/journald.conf", "/etc/systemd/journald.conf.d/*.conf", "/etc/systemd/journal-upload.conf"),
    *("/etc/rsyslog.conf", "/etc/rsyslog.d/*.conf", "/etc/syslog-ng/syslog-ng.conf", "/etc/syslog.conf"),
)

_TARGET = re.compile(r"^[^@]*\s@@?(?:\([^)]*\))?([^\s;#]+)")
_ACTION = re.compile(r'\btarget="([^"]+)"', re.IGNORECASE)
_NG = re.compile(r'\b(?:tcp|udp|network|syslog)\(\s*"([^"]+)"')


def parse(section: Section) -> Reading:
    """Read the marks and the lines of the configuration files that matter."""
    marks = section.lines
    if marks[:1] != ["logs"]:
        return failed("the host did not say how it keeps its logs")
    pairs, refused = section.pairs, section.refused
    storage = "auto"
    targets: list[str] = []
    for file, line in pairs:
        key, equals, value = line.partition("=")
        if "journald.conf" in file and equals and key.strip() == "Storage":
            storage = value.strip()
        elif "journal-upload" in file and key.strip() == "URL":
            targets.append(redact(value.strip()))
        elif "syslog" in file:
            for pattern in (_TARGET, _ACTION, _NG):
                targets.extend(redact(found[1]) for found in pattern.finditer(line))
    syslog = "rsyslog" if "rsyslog" in marks else "syslog-ng" if "syslog-ng" in marks else ""
    persistent = storage == "persistent" or (storage == "auto" and "kept" in marks)
    return known(
        Logging(
            journal_persistent=persistent if "journal" in marks else None,
            syslog=syslog,
            forwards_to=tuple(dict.fromkeys(targets)),
            auditd="auditing" in marks,
        ),
        partial=f"settings in {', '.join(refused)}" if refused else "",
        privilege="root" if refused else "",
    )


FACT = Fact(
    id="logging",
    reads="which of journald, rsyslog, syslog-ng and auditd are there, and where they send logs. Any account.",
    tool="sh",
    snippet=SNIPPET,
    files=FILES,
    parser=parse,
    light=True,
)
