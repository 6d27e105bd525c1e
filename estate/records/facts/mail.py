"""Mail servers."""

from estate.records.base import Record


class MailServer(Record):
    """One program that takes, sends or keeps mail."""

    product: str
    """`postfix`, `exim`, `sendmail`, `dovecot`, `cyrus`, `courier`."""
    hostname: str = ""
    relays_to: str = ""
    """Where it passes mail on to; empty where it delivers by itself."""
    domains: tuple[str, ...] = ()
    """What it takes mail for, as configured."""
    listens_to: str = ""
    """`all`, `loopback-only`, or addresses, as configured."""
    protocols: tuple[str, ...] = ()
    """For mailboxes: `imap`, `pop3`."""
    mail_location: str = ""


class Mail(Record):
    """Fact `mail`."""

    servers: tuple[MailServer, ...]
    aliases: int = 0
    """How many lines /etc/aliases has."""
