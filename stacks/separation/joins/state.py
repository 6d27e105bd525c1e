"""State: one place where Pulumi keeps what it knows of both, or one key with which it encrypts their secrets."""

from urllib.parse import parse_qs, urlsplit

from stacks.separation.base import Found, Join, Step, pairs
from stacks.separation.joins.store import own_stores
from stacks.separation.side import Side, StatePlace, label


def _find(a: Side, b: Side) -> Found:
    found = Found()
    for one in a.states:
        for other in b.states:
            _two(found, (a.name, one), (b.name, other))
    for side, other_side in pairs(a, b):
        theirs = own_stores(other_side)
        for place in side.states:
            host = parse_qs(urlsplit(place.backend).query).get("storage_account", [""])[0].lower()
            vault = urlsplit(place.secrets_provider).netloc.partition(".")[0].lower()
            for name in {host, vault} & theirs.keys() - {""}:
                step = Step(side.name, f"stack {place.stack}", f"keeps its state or key in {name}, which is")
                found.ways.append((step, Step(other_side.name, label(theirs[name]))))
    return found


def _two(found: Found, one: tuple[str, StatePlace], other: tuple[str, StatePlace]) -> None:
    (name, mine), (their_name, theirs) = one, other
    shared = []
    if mine.backend and _same(mine.backend) == _same(theirs.backend):
        shared.append((mine.backend, "keeps its state in"))
    if mine.secrets_provider == "passphrase" == theirs.secrets_provider:
        if mine.passphrase == theirs.passphrase:
            found.unjudged.append(
                f"the passphrases of {mine.stack} and {theirs.stack} are both read from {mine.passphrase}: whether they "
                "are the same"
            )
    elif _same(mine.secrets_provider) == _same(theirs.secrets_provider):
        shared.append((mine.secrets_provider, "encrypts its secrets with"))
    for place, how in shared:
        between = Step("third place", place, "serves as well")
        found.ways.append(
            (Step(name, f"stack {mine.stack}", how), between, Step(their_name, f"stack {theirs.stack}"))
        )


def _same(place: str) -> str:
    return place.rstrip("/").lower()


JOIN = Join(id="state", title="one state or one key for both", find=_find)
