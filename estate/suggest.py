"""Which one a person means by what they typed, and did-you-mean where it is none. Never acted on by itself."""

import difflib
from collections.abc import Iterable

from estate.errors import UsageError


def nearest(text: str, choices: Iterable[str], most: int = 3) -> list[str]:
    """Up to `most` of `choices` that are close to `text` or begin with it, the closest first; case does not count."""
    by_lower = {choice.lower(): choice for choice in choices}
    begin = [lower for lower in by_lower if text and lower.startswith(text.lower())]
    found = dict.fromkeys([*begin, *difflib.get_close_matches(text.lower(), list(by_lower), n=most, cutoff=0.6)])
    return [by_lower[lower] for lower in found][:most]


def unknown(noun: str, text: str, ids: Iterable[str], otherwise: str) -> UsageError:
    """The error for a `noun` ("server") that is not there; `otherwise` is the remedy where nothing is close.

    An id of several parts (`db-legacy/postgres/reports`) is also compared by its last one.
    """
    known = list(ids)
    by_last = {identity.rsplit("/", 1)[-1]: identity for identity in known}
    close = dict.fromkeys([*nearest(text, known), *(by_last[last] for last in nearest(text, by_last))])
    if not close and text.isupper() and text.isalpha():
        otherwise = f"write the name of a {noun} in the place of {text}: {otherwise}"
    return UsageError(
        f"there is no {noun} {text!r}", f"did you mean {' or '.join(close)}?" if close else otherwise
    )


def same(text: str, ids: Iterable[str]) -> str | None:
    """The id that is `text`, or else the only one that differs from it by capitals alone; None where there is none.

    Registers of machines write their names in capitals, and nothing tells two servers apart by that.
    """
    known = list(ids)
    if text in known:
        return text
    alike = [identity for identity in known if identity.casefold() == text.casefold()]
    return alike[0] if len(alike) == 1 else None


def pick(noun: str, text: str, ids: Iterable[str], otherwise: str) -> str:
    """The id that is `text`, or whose last part or parts are (`reports` for `db/postgres/reports`); capitals do not count.

    Raises `UsageError` where it is none, with what is close, or more than one.
    """
    known = list(ids)
    whole = same(text, known)
    if whole is not None:
        return whole
    ends = [identity for identity in known if identity.endswith(f"/{text}")]
    meant = ends or [one for one in known if f"/{one}".casefold().endswith(f"/{text}".casefold())]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise UsageError(f"{text!r} could be more than one {noun}", f"say which: {', '.join(meant)}")
    raise unknown(noun, text, known, otherwise)


def did_you_mean(text: str, choices: Iterable[str], otherwise: str) -> str:
    """A remedy: "did you mean X?" where something is close to `text`, else `otherwise`."""
    close = nearest(text, choices)
    return f"did you mean {' or '.join(close)}?" if close else otherwise
