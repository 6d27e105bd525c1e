"""Reminders go through a real mail server on loopback: once a stage, and what it does not take is not noted as sent."""

import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from decant.app import App
from decant.journeys import stack_life, stack_reminders
from decant.journeys.stack_life import today
from decant.journeys.workspace import create
from estate.errors import UnreachableError
from estate.mail import MailServer, connected, message
from tests.decant.face import Said, decant
from tests.decant.test_stack_life import expires
from tests.estate.test_fetch import self_signed


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
    return number


class Mailbox:
    """Takes what the server was given; refuses whom it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], Message]] = []
        self.refused: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.got.append((list(envelope.rcpt_tos), message_from_bytes(envelope.content)))
        return "250 kept"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    running = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def workspace(tmp_path: Path, server: Controller) -> Path:
    create(tmp_path, "Anytown Council")
    path = tmp_path / "stacks/test.toml"
    path.write_text(path.read_text("utf-8").replace("ict@example.gov.uk", "ict@anytown.gov.uk"), "utf-8")
    _mail(tmp_path, f'host = "127.0.0.1"\nport = {server.port}\ntls = "none"\nsender = "decant@anytown.gov.uk"')
    return tmp_path


def _mail(workspace: Path, section: str) -> None:
    settings = workspace / "decant.toml"
    settings.write_text(f"{settings.read_text('utf-8')}\n[mail]\n{section}\n", "utf-8")


def remind(workspace: Path, *words: str) -> Said:
    return decant("stack", "remind", *words, at=workspace)


def text(one: Message) -> str:
    payload = one.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8")


def test_nobody_is_told_while_there_is_time(workspace: Path, mailbox: Mailbox) -> None:
    said = remind(workspace)
    assert said.code == 0
    assert "Nothing is to be sent" in said.err
    assert mailbox.got == []


def test_owners_are_told_once_in_each_stage_by_a_job_that_runs_every_day(
    workspace: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = expires(workspace, "test", 9)
    app = App(start=workspace)
    told = []
    try:
        for left in range(9, -4, -1):
            for where in (stack_life, stack_reminders):
                monkeypatch.setattr(where, "today", lambda left=left: until - timedelta(days=left))
            sent = len(mailbox.got)
            list(stack_reminders.send(app, stack_reminders.due(app)))
            assert stack_reminders.due(app) == []
            if len(mailbox.got) > sent:
                told.append(left)
    finally:
        app.close()
    assert told == [7, 1, -1]
    assert [mail["Subject"] for _, mail in mailbox.got] == [
        "The test stack test expires in 7 days",
        "The test stack test expires in 1 day",
        "The test stack test expired 1 day ago",
    ]


def test_a_job_that_missed_some_days_still_tells_once(workspace: Path, mailbox: Mailbox) -> None:
    expires(workspace, "test", 4)
    assert (remind(workspace).code, remind(workspace).code) == (0, 0)
    ((to, mail),) = mailbox.got
    assert to == ["ict@anytown.gov.uk"]
    assert mail["From"] == "decant@anytown.gov.uk"
    assert mail["Auto-Submitted"] == "auto-generated"
    latest = (today() + timedelta(days=30)).isoformat()
    assert f"{latest} at most" in text(mail)
    assert "Anytown Council" in text(mail)


def test_an_extension_begins_the_warnings_anew(workspace: Path, mailbox: Mailbox) -> None:
    expires(workspace, "test", 4)
    assert remind(workspace).code == 0
    expires(workspace, "test", 6)
    assert remind(workspace).code == 0
    assert len(mailbox.got) == 2


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(workspace: Path, mailbox: Mailbox) -> None:
    expires(workspace, "test", 3)
    said = remind(workspace, "--dry-run")
    assert said.code == 0
    assert "To: ict@anytown.gov.uk\nSubject: The test stack test expires in 3 days" in said.out
    assert mailbox.got == []
    assert remind(workspace).code == 0
    assert len(mailbox.got) == 1


def test_what_the_server_refuses_is_said_and_the_others_are_told(workspace: Path, mailbox: Mailbox) -> None:
    path = workspace / "stacks/test.toml"
    path.write_text(
        path.read_text("utf-8").replace('["ict@anytown.gov.uk"]', '["gone@anytown.gov.uk", "ict@anytown.gov.uk"]'),
        "utf-8",
    )
    mailbox.refused = {"gone@anytown.gov.uk"}
    expires(workspace, "test", 3)
    said = remind(workspace)
    assert said.code == 1
    assert "refused gone@anytown.gov.uk" in said.err
    assert mailbox.got[0][0] == ["ict@anytown.gov.uk"]


def test_what_nobody_took_is_not_noted_and_is_tried_again(workspace: Path, mailbox: Mailbox) -> None:
    expires(workspace, "test", 3)
    mailbox.refused = {"ict@anytown.gov.uk"}
    said = remind(workspace)
    assert said.code == 3
    assert "takes mail for none of ict@anytown.gov.uk" in said.err
    mailbox.refused = set()
    assert remind(workspace).code == 0
    assert len(mailbox.got) == 1


def test_the_example_s_contacts_are_never_written_to(workspace: Path, mailbox: Mailbox) -> None:
    path = workspace / "stacks/test.toml"
    path.write_text(path.read_text("utf-8").replace("ict@anytown.gov.uk", "ict@example.gov.uk"), "utf-8")
    expires(workspace, "test", 3)
    said = remind(workspace)
    assert said.code == 1
    assert "budget.contacts still have to be filled in" in said.err
    assert "Next: edit stacks/test.toml" in said.err.replace(f"{workspace}/", "")
    assert mailbox.got == []


def test_a_mail_server_that_is_not_there_is_a_sentence(workspace: Path, server: Controller) -> None:
    expires(workspace, "test", 3)
    settings = workspace / "decant.toml"
    settings.write_text(
        settings.read_text("utf-8").replace(f"port = {server.port}", f"port = {free_port()}"), "utf-8"
    )
    said = remind(workspace)
    assert said.code == 3
    assert "The mail server 127.0.0.1" in said.err


def test_without_a_mail_server_it_says_what_to_set(tmp_path: Path) -> None:
    create(tmp_path)
    path = tmp_path / "stacks/test.toml"
    path.write_text(path.read_text("utf-8").replace("ict@example.gov.uk", "ict@anytown.gov.uk"), "utf-8")
    expires(tmp_path, "test", 3)
    said = remind(tmp_path)
    assert said.code == 2
    assert "mail.host" in said.err


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ('host = "m.gov.uk"\nuser = "u"\npassword = "hunter2"', "not a reference"),
        ('host = "m.gov.uk"\nuser = "u"\npassword = "env:P"\ntls = "none"', "without TLS"),
        ('host = "m.gov.uk"\nuser = "u"', "belong together"),
        ('host = "m gov uk"', "neither an IP address"),
        ('sender = "decant"', "not an e-mail address"),
    ],
)
def test_a_wrong_mail_setting_is_named_and_no_secret_shown(tmp_path: Path, section: str, told: str) -> None:
    create(tmp_path)
    _mail(tmp_path, section)
    said = remind(tmp_path)
    assert said.code == 2
    assert told in said.err
    assert "hunter2" not in said.err


def test_a_server_that_offers_no_tls_is_not_sent_anything(server: Controller, mailbox: Mailbox) -> None:
    with (
        pytest.raises(UnreachableError, match="does not offer"),
        connected(MailServer("127.0.0.1", server.port, "starttls")) as post,
    ):
        post.send(message("a@b.uk", ("c@d.uk",), "s", "t"))
    assert mailbox.got == []


@pytest.fixture
def guarded(mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Controller]:
    """A server that wants TLS and a password, with a certificate that this machine is told to trust."""
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def known(server: SMTP, session: Session, envelope: Envelope, kind: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == b"correct horse"
        return AuthResult(success=right, handled=right)

    running = Controller(
        mailbox, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True,
        auth_required=True, auth_require_tls=True, authenticator=known,
    )  # fmt: skip
    running.start()
    try:
        yield running
    finally:
        running.stop()


def test_with_tls_and_a_password_it_is_sent_and_a_wrong_one_is_refused_unseen(
    guarded: Controller, mailbox: Mailbox
) -> None:
    mail = message("a@b.uk", ("c@d.uk",), "s", "t")
    with connected(MailServer("127.0.0.1", guarded.port, "starttls", "decant", "correct horse")) as post:
        assert post.send(mail) == []
    assert len(mailbox.got) == 1
    wrong = MailServer("127.0.0.1", guarded.port, "starttls", "decant", "battery")
    with pytest.raises(UnreachableError, match="refuses the user and password") as refused, connected(wrong):
        pass
    assert "battery" not in str(refused.value) + repr(wrong)


def test_a_certificate_that_nobody_vouches_for_is_refused(
    guarded: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        pytest.raises(UnreachableError, match="certificate is not right"),
        connected(MailServer("127.0.0.1", guarded.port, "starttls")),
    ):
        pass
