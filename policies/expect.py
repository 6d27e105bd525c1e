"""Checks that many rules share: one setting must have one value, or one of a few."""

from collections.abc import Callable

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, Verdict, failed, passed

Check = Callable[[Resource, Context], Verdict]


def flag(path: str, wanted: bool, *, unset: bool) -> Check:
    """The setting at `path` must be `wanted`; `unset` is what Azure takes where the program says nothing."""

    def check(resource: Resource, context: Context) -> Verdict:
        del context
        said = reading.flag(resource.inputs, path)
        value = unset if said is None else said
        observed = f"{path} is {str(value).lower()}" + (" (not set)" if said is None else "")
        return passed(observed) if value is wanted else failed(f"{path} should be {str(wanted).lower()}", observed)

    return check


def one_of(path: str, *allowed: str, unset: str | None) -> Check:
    """The setting at `path` must be one of `allowed`, whatever its case.

    `unset` is what Azure takes where the program says nothing; None where that is never right.
    """
    lower = {a.lower() for a in allowed}

    def check(resource: Resource, context: Context) -> Verdict:
        del context
        said = reading.text(resource.inputs, path)
        value = unset if said is None else said
        observed = f"{path} is {value or 'nothing'}" + (" (not set)" if said is None else "")
        if value is not None and value.lower() in lower:
            return passed(observed)
        return failed(f"{path} should be {' or '.join(allowed)}", observed)

    return check
