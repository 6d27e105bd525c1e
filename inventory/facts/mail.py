"""Fact `mail`: mail servers, by their files."""

import re
from collections.abc import Mapping

from estate.records.facts.mail import Mail, MailServer
from inventory.facts.base import Fact, Reading, Section, absent, failed, known, lines_of, unreadable

SNIPPET = r"""
echo mail
for f in /usr/sbin/postfix /usr/sbin/exim4 /usr/sbin/exim /usr/sbin/sendmail.sendmail /usr/sbin/dovecot \
  /usr/lib/cyrus-imapd/master /usr/lib/cyrus/bin/master /usr/sbin/courierd; do
  [ -x $f ] && printf 'has %s\n' "$f"
done
return 0
"""
FILES = (
    *("/etc/postfix/main.cf", "/etc/exim4/update-exim4.conf.conf", "/etc/mail/sendmail.mc"),
    *(
        "/etc/dovecot/dovecot.conf",
        "/etc/dovecot/conf.d/10-mail.conf",
        "/etc/aliases",
        "/etc/mail/local-host-names",
    ),
)
# Of aliases only how many there are: they name people. Of settings none that may hold a password.
REDUCE = r"""
s/^\(\/etc\/aliases:\).*/\1x/
/^\/etc\/postfix\/[^:]*:.*[pP][aA][sS][sS]/d
/^\/etc\/exim4\/[^:]*:.*[pP][aA][sS][sS]/d
/^\/etc\/dovecot\/[^:]*:.*[pP][aA][sS][sS]/d
/^\/etc\/mail\/[^:]*:.*[pP][aA][sS][sS]/d
/^\/etc\/mail\/[^:]*:.*AuthInfo/d
"""
_PROGRAMS = {
    "postfix": "postfix",
    "exim4": "exim",
    "exim": "exim",
    "sendmail.sendmail": "sendmail",
    "dovecot": "dovecot",
    "master": "cyrus",
    "courierd": "courier",
}


def parse(section: Section) -> Reading:
    """Read the settings of each program that is there."""
    lines = section.lines
    if lines[:1] != ["mail"]:
        return failed("the host did not say whether it has a mail server")
    products = list(
        dict.fromkeys(_PROGRAMS[line.rsplit("/", 1)[-1]] for line in lines[1:] if line.startswith("has /"))
    )
    if not products:
        return absent("no mail server that Decant knows is on the host")
    pairs, refused = section.pairs, section.refused
    readers = {"postfix": _postfix, "exim": _exim, "dovecot": _dovecot}
    servers = tuple(
        readers[name](pairs) if name in readers else MailServer(product=name, domains=_domains(pairs))
        for name in products
    )
    if refused and not pairs:
        return unreadable(f"{', '.join(refused[:4])} may not be read")
    return known(
        Mail(servers=servers, aliases=len(lines_of(pairs, "/etc/aliases"))),
        partial=f"settings in {', '.join(refused[:8])}" if refused else "",
        privilege="root" if refused else "",
    )


def _values(lines: list[str]) -> Mapping[str, str]:
    """`name = value`, where a line that starts with a space goes on with the one before."""
    values: dict[str, str] = {}
    key = ""
    for line in lines:
        if line[:1].isspace() and key:
            values[key] = f"{values[key]} {line.strip()}"
        elif "=" in line:
            name, _, value = line.partition("=")
            key = name.strip()
            values[key] = value.strip().strip("'\"")
    return values


def _postfix(pairs: list[tuple[str, str]]) -> MailServer:
    values = _values(lines_of(pairs, "/etc/postfix/main.cf"))
    domains = f"{values.get('mydestination', '')} {values.get('virtual_mailbox_domains', '')}"
    return MailServer(
        product="postfix",
        hostname=values.get("myhostname", ""),
        relays_to=values.get("relayhost", ""),
        domains=tuple(re.findall(r"[^\s,]+", domains)),
        listens_to=values.get("inet_interfaces", "all"),
        mail_location=values.get("virtual_mailbox_base", values.get("mail_spool_directory", "")),
    )


def _exim(pairs: list[tuple[str, str]]) -> MailServer:
    values = _values(lines_of(pairs, "/etc/exim4/update-exim4.conf.conf"))
    return MailServer(
        product="exim",
        hostname=values.get("dc_readhost", ""),
        relays_to=values.get("dc_smarthost", ""),
        domains=tuple(filter(None, re.split(r"[;:\s]+", values.get("dc_other_hostnames", "")))),
        listens_to=values.get("dc_local_interfaces", "all"),
    )


def _dovecot(pairs: list[tuple[str, str]]) -> MailServer:
    values = _values([line for file, line in pairs if file.startswith("/etc/dovecot/")])
    return MailServer(
        product="dovecot",
        protocols=tuple(values.get("protocols", "").split()),
        listens_to=values.get("listen", "all"),
        mail_location=values.get("mail_location", ""),
    )


def _domains(pairs: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines_of(pairs, "/etc/mail/local-host-names"))


FACT = Fact(
    id="mail",
    reads="which mail servers are there, and their main files without passwords; of aliases how many. Any account "
    "where the files are open to it, else root.",
    tool="sh",
    snippet=SNIPPET,
    files=FILES,
    reduce=REDUCE,
    parser=parse,
    light=True,
    run_as="root",
)
