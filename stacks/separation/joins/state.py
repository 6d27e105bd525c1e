"""State: one place where Pulumi keeps what it knows of both, or one key with which it encrypts their secrets."""

from posixpath import normpath
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
    if mine.backend and _place(mine.backend) == _place(theirs.backend):
        shared.append((mine.backend, "keeps its state in"))
    elif half := _half_said(mine, theirs):
        found.unjudged.append(half)
    if mine.secrets_provider == "passphrase" == theirs.secrets_provider:
        if mine.passphrase == theirs.passphrase:
            found.unjudged.append(
                f"the passphrases of {mine.stack} and {theirs.stack} are both read from {mine.passphrase}: whether they "
                "are the same"
            )
    elif _key(mine.secrets_provider) == _key(theirs.secrets_provider):
        shared.append((mine.secrets_provider, "encrypts its secrets with"))
    for place, how in shared:
        between = Step("third place", place, "serves as well")
        found.ways.append(
            (Step(name, f"stack {mine.stack}", how), between, Step(their_name, f"stack {theirs.stack}"))
        )


def _place(backend: str) -> tuple[str, ...]:
    """Where a state is: the account and the container, without the folder in it; or the folder on this machine."""
    there = urlsplit(backend.strip())
    if there.scheme.lower() == "file":
        return ("file", normpath(f"{there.netloc}/{there.path}").lower())
    return (there.scheme.lower(), _account(backend), there.netloc.lower())


def _account(backend: str) -> str:
    """The storage account of a state in Azure; empty where it is not said there."""
    return parse_qs(urlsplit(backend.strip()).query).get("storage_account", [""])[0].strip().lower()


def _half_said(mine: StatePlace, theirs: StatePlace) -> str:
    """What cannot be told of two states in Azure: a container of one name, where an account is not said, or one account."""
    one, other = _place(mine.backend), _place(theirs.backend)
    if one[0] != "azblob" or other[0] != "azblob":
        return ""
    if one[2] == other[2] and not (one[1] and other[1]):
        return f"the states of {mine.stack} and {theirs.stack} are in a container {one[2]}: whether it is of one account"
    if one[1] and one[1] == other[1]:
        return f"the states of {mine.stack} and {theirs.stack} are in one account, {one[1]}: who may reach both containers"
    return ""


def _key(provider: str) -> tuple[str, ...]:
    """A key without its version: every version of it is one key."""
    there = urlsplit(provider.strip())
    return (there.scheme.lower(), there.netloc.lower(), *there.path.strip("/").lower().split("/")[:2])


JOIN = Join(id="state", title="one state or one key for both", find=_find)
