"""A draft entry for the record of processing (Article 30 UK GDPR), made from what was found; a person completes it.

It holds what Decant knows (where, which kinds, how sure, which measures the facts show) and leaves to a person what
only a person can state: purpose, lawful basis, recipients, retention. Pure: text out, nothing written.
"""

import json
import re
from collections.abc import Iterator

from estate.records.facts.mariadb import Mariadb
from estate.records.facts.postgresql import Postgresql
from estate.records.facts.shares import Shares
from estate.records.observation import Outcome
from estate.records.personal import PersonalData
from estate.records.server import ServerFacts
from inventory.personal.detectors import all_detectors
from inventory.personal.detectors.base import plain

_SUBJECTS = {
    "residents": r"residents?|citizens?|households?|occupiers?|electors?|voters?|council tax",
    "tenants": r"tenan(?:ts?|cy|cies)|rent",
    "customers": r"customers?|clients?|orders?|shop",
    "employees": r"employees?|staff|payroll|personnel|officers?|hr",
    "pupils and parents": r"pupils?|students?|parents?|schools?|guardians?",
    "people in care": r"care|carers?|social|patients?|safeguarding|foster",
    "claimants and applicants": r"claim(?:s|ants?)?|benefits?|applica(?:nts?|tions?)|permits?",
    "councillors and officers": r"councillors?|councilors?|members|democratic|authors?",
    "suppliers' staff": r"suppliers?|contractors?|vendors?",
}
_TO_STATE = (
    ("purpose", "why these data are processed"),
    ("lawful_basis", "Article 6, and Article 9 or 10 where special categories or offences are among them"),
    ("recipients", "who else gets them"),
    ("transfers", "countries outside the United Kingdom, and the safeguards"),
    ("retention", "how long they are kept, and by which schedule"),
    ("contact", "the service owner, and the data protection officer"),
)


def entry(found: PersonalData, facts: ServerFacts | None, council: str) -> str:
    """The draft as TOML. Every text of it is a name, a kind or a count."""
    detectors = all_detectors()
    categories = sorted({detectors[kind].category for kind in found.kinds if kind in detectors})
    lines = [
        "# A draft entry for the record of processing activities (Article 30 UK GDPR), from samples that Decant",
        "# looked through. It holds no personal data. What is empty is for a person to state; what is marked",
        '# "to be confirmed" is a guess from names of tables and folders. Once you change this file, Decant',
        "# leaves it alone.",
        "",
        "[activity]",
        f"name = {_text(f'{found.name} on {found.server}')}",
        f"source = {_text(found.id)}",
        f"controller = {_text(council)}",
        f"owner = {_text((facts.server.owner if facts else None) or '')}",
        *(f'{key} = ""  # {what}' for key, what in _TO_STATE),
        "",
        "[people]",
        f"to_be_confirmed = [{', '.join(map(_text, _subjects(found)))}]",
        "",
        "[data]",
        f"categories = [{', '.join(map(_text, categories))}]",
        'special_categories = ""  # health, ethnic origin, belief …: no detector can rule them out',
    ]
    if "nhs_number" in found.kinds:
        lines.append("# NHS numbers were found: data concerning health (Article 9) are likely.")
    for place in found.places:
        for kind in place.found:
            of = f" of about {place.of_about}" if place.of_about is not None else ""
            lines += [
                "",
                "[[data.found]]",
                f"kind = {_text(detectors[kind.kind].title if kind.kind in detectors else kind.kind)}",
                f"where = {_text(place.where)}",
                f"confidence = {_text(kind.confidence)}",
                f"sample = {_text(f'{place.looked_at}{of} looked at; {kind.matches} matched')}",
            ]
    lines += ["", "[security]  # as discovery saw it; add what it cannot see"]
    lines += [f"{key} = {_text(value)}" for key, value in _measures(found, facts)]
    lines += [
        "",
        "[sample]",
        f"taken_at = {_text(found.at.isoformat(timespec='seconds'))}",
        f"how = {_text(found.sample)}",
    ]
    for left in found.not_looked_at:
        lines += [
            "",
            "[[sample.not_looked_at]]",
            f"what = {_text(left.what)}",
            f"count = {left.count}",
            f"why = {_text(left.reason)}",
        ]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A TOML string: JSON's escapes are TOML's; DEL is the one more that TOML forbids."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _subjects(found: PersonalData) -> list[str]:
    words = plain(" ".join([found.name, *(place.where for place in found.places)]))
    guessed = [people for people, named in _SUBJECTS.items() if re.search(rf"\b(?:{named})\b", words)]
    return guessed or ["not known"]


def _measures(found: PersonalData, facts: ServerFacts | None) -> Iterator[tuple[str, str]]:
    if facts is None:
        yield "known", "nothing: the server's facts are not stored"
        return
    if found.source == "postgres":
        clusters = facts.get("postgresql", Postgresql)
        for cluster in clusters.clusters if clusters else ():
            if any(one.name == found.name for one in cluster.databases):
                yield "encrypted_connections", cluster.settings.get("ssl", "not known")
                yield "password_hashes", cluster.settings.get("password_encryption", "not known")
                yield "connections_logged", cluster.settings.get("log_connections", "not known")
                break
    elif found.source == "mariadb":
        mariadb = facts.get("mariadb", Mariadb)
        yield (
            "encrypted_connections",
            (mariadb.settings.get("have_ssl", "not known") if mariadb else "not known").lower(),
        )
    else:
        shares = facts.get("shares", Shares)
        for number, share in enumerate(one for one in (shares.shares if shares else ()) if one.path == found.name):
            yield (
                f"share_{number + 1}",
                f"{share.protocol} {share.name}: {'guests may enter' if share.guest else 'no guests'}",
            )
    for fact, what in (("firewall", "firewall"), ("updates", "updates"), ("logging", "logs_sent_on")):
        outcome = facts.outcome(fact)
        known = "read: see the rules' findings" if outcome is Outcome.KNOWN else f"not known: {facts.why(fact)}"
        yield what, known
