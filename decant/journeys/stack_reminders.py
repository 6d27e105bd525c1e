"""Mail to the owners of stacks that expire: seven days ahead, on the last two days, and when they have expired."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from decant.app import App
from decant.journeys.stack_files import record
from decant.journeys.stack_life import Life, ending, today
from estate import mail
from estate.documents.words import day, pounds
from estate.errors import UsageError
from estate.records.preview import Preview
from estate.secrets import resolve
from stacks.expiry import Stage, latest, stage, told

ACTION = "stack.reminded"


@dataclass(frozen=True)
class Reminder:
    """One mail that is due."""

    life: Life
    stage: Stage
    to: tuple[str, ...]
    subject: str
    text: str
    why_not: str = ""
    """Why nobody can be told, where nobody can."""


def due(app: App) -> list[Reminder]:
    """The reminders of today that were not sent yet, by the ledger."""
    sent = {
        (subject, entry.payload.get("stage"), entry.payload.get("expires_on"))
        for entry in app.ledger.entries(ACTION)
        for subject in entry.subjects
    }
    found = []
    for one in ending(app):
        at = stage(one.left)
        # A workload stack goes with the one it stands on, whose owners are told.
        if at is None or one.settings.platform:
            continue
        if (f"stack:{one.name}", at, one.expires_on.isoformat()) not in sent:
            found.append(_reminder(app, one, at))
    return found


def send(app: App, reminders: list[Reminder]) -> Iterator[tuple[Reminder, list[str]]]:
    """Send each, and note it in the ledger; gives each with those whom the mail server refused.

    Raises `UsageError` where no mail server is set, and `UnreachableError` where it does not take the mail; what was sent
    before stays noted.
    """
    settings = app.settings.mail
    if not settings.host or not settings.sender:
        lacking = "host" if not settings.host else "sender"
        raise UsageError(
            f"No mail can be sent: mail.{lacking} is not set", "set [mail] host and sender in decant.toml"
        )
    server = mail.MailServer(
        settings.host,
        settings.port,
        settings.tls,
        settings.user,
        resolve(settings.password) if settings.user else "",
    )
    with mail.connected(server) as post:
        for one in reminders:
            refused = post.send(message(one, settings.sender))
            record(
                app,
                one.life.name,
                ACTION,
                {
                    "stage": one.stage,
                    "expires_on": one.life.expires_on.isoformat(),
                    "told": len(one.to) - len(refused),
                    "refused": len(refused),
                },
            )
            yield one, refused


def message(one: Reminder, sender: str) -> EmailMessage:
    """The mail itself."""
    return mail.message(sender, one.to, one.subject, one.text)


def _reminder(app: App, one: Life, at: Stage) -> Reminder:
    unfilled = "budget.contacts" in one.settings.unfilled()
    return Reminder(
        one,
        at,
        one.settings.budget.contacts,
        f"The {one.settings.kind} stack {one.name} {told(one.left)}",
        _text(app, one),
        "its budget.contacts still have to be filled in" if unfilled else "",
    )


def _text(app: App, one: Life) -> str:
    settings = one.settings
    last = app.store.get(Preview, one.name)
    cost = (
        f"By its last estimate it costs about {pounds(last.estimate.monthly_gbp)} a month, without VAT."
        if last
        else "What it costs was not estimated."
    )
    gone = "should be gone already" if one.left < 0 else "is to be gone"
    return "\n".join(
        [
            f"The {settings.kind} stack {one.name} of {app.settings.workspace.council or 'your council'} {told(one.left)}:",
            f"it {gone} on {day(one.expires_on)}. {cost}",
            f"Who answers for it: {settings.tags.owner}.",
            "",
            "Save what is still needed. When it is taken away, everything in it is deleted, data included:",
            "",
            f"    decant stack reap --confirm {one.name}"
            if one.left < 0
            else f"    decant stack destroy {one.name}",
            "",
            "If it is still needed, give it more days, "
            f"{latest(settings.about, today()).isoformat()} at most, with a reason:",
            "",
            f"    decant stack extend {one.name} --until DATE --reason TEXT",
            "",
        ]
    )
