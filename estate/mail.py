"""Sends mail through the mail server that a workspace names. Standard SMTP; nothing is kept."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Literal

from estate.errors import UnreachableError

Tls = Literal["starttls", "tls", "none"]
_SECONDS = 30.0


@dataclass(frozen=True)
class MailServer:
    """A mail server, and how it is spoken to. `tls`: turned on after the greeting, from the start, or not at all."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)


class Post:
    """An open connection to a mail server."""

    def __init__(self, smtp: smtplib.SMTP, server: MailServer) -> None:
        self._smtp = smtp
        self._server = server

    def send(self, message: EmailMessage) -> list[str]:
        """Send one message to all in its `To`; returns those whom the server refused.

        Raises `UnreachableError` where it took the message for nobody.
        """
        try:
            return sorted(self._smtp.send_message(message))
        except smtplib.SMTPRecipientsRefused as wrong:
            raise _failed(
                self._server, f"it takes mail for none of {', '.join(sorted(wrong.recipients))}"
            ) from None
        except (smtplib.SMTPException, OSError) as wrong:
            raise _failed(self._server, _why(wrong)) from None


def message(sender: str, to: tuple[str, ...], subject: str, text: str) -> EmailMessage:
    """A plain message that says of itself that a machine wrote it, so that no machine answers."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = ", ".join(to)
    made["Subject"] = " ".join(subject.split())
    made["Date"] = formatdate(localtime=True)
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or None)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


@contextmanager
def connected(server: MailServer) -> Iterator[Post]:
    """Connect, turn TLS on where it is wanted, and sign in where there is a user.

    Certificates are checked. Raises `UnreachableError` where any of it cannot be.
    """
    try:
        smtp = _open(server)
    except (smtplib.SMTPException, OSError) as wrong:
        raise _failed(server, _why(wrong)) from None
    try:
        yield Post(smtp, server)
    finally:
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()


def _open(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    try:
        if server.tls == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _why(wrong: Exception) -> str:
    """What the server or the system said, without what was sent."""
    if isinstance(wrong, smtplib.SMTPAuthenticationError):
        return "it refuses the user and password"
    if isinstance(wrong, smtplib.SMTPNotSupportedError):
        return "it does not offer what is asked of it: STARTTLS, or a sign-in"
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return f"its certificate is not right: {wrong.verify_message}"
    if isinstance(wrong, smtplib.SMTPResponseException):
        said = (
            wrong.smtp_error.decode("utf-8", "replace")
            if isinstance(wrong.smtp_error, bytes)
            else wrong.smtp_error
        )
        return f"it said {wrong.smtp_code} {said}"
    if isinstance(wrong, OSError) and wrong.strerror:
        return wrong.strerror
    return str(wrong) or type(wrong).__name__


def _failed(server: MailServer, why: str) -> UnreachableError:
    return UnreachableError(
        f"The mail server {server.host}, port {server.port}, did not take the mail: {why}",
        "see [mail] in decant.toml; nothing is noted as sent, so the same command tries again",
    )
