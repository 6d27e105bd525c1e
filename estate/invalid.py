"""Says in plain words what is wrong with a value that a person wrote, where pydantic refuses it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_WORDS: Mapping[str, str] = {
    "extra_forbidden": "is not known here",
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "has characters or a form that it may not have",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too large",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "list_type": "must be a list in [brackets]",
    "tuple_type": "must be a list in [brackets]",
    "set_type": "must be a list in [brackets]",
    "frozen_set_type": "must be a list in [brackets]",
    "dict_type": "must be a table of its own",
    "model_type": "must be a table of its own",
    "model_attributes_type": "must be a table of its own",
    "ip_v4_address": "must be an IPv4 address, as 10.20.0.4",
    "ip_v4_network": "must be a range of IPv4 addresses, as 10.20.0.0/16",
    "too_short": "has too few entries (at least {min_length})",
    "too_long": "has too many entries (at most {max_length})",
}
_DATES = ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact")
_TIMES = ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_naive", "timezone_aware")


def first(wrong: ValidationError) -> ErrorDetails:
    """The fault to tell of: the first; of a key that is missing and one beside it that is not known, the latter."""
    errors = wrong.errors(include_url=False, include_input=False)
    beside = (
        one for one in errors if one["type"] == "extra_forbidden" and one["loc"][:-1] == errors[0]["loc"][:-1]
    )
    return next(beside, errors[0]) if errors[0]["type"] == "missing" else errors[0]


def sentence(wrong: ValidationError) -> str:
    """Where the first fault is and what it is: "move.parallel must be a whole number".

    The value itself is not repeated: it may be a secret.
    """
    error = first(wrong)
    spot, fault = place(error["loc"]), words(error["type"], error.get("ctx", {}), error["msg"])
    between = ": " if error["type"] == "value_error" else " "
    return f"{spot}{between}{fault}" if spot else fault


def place(location: tuple[int | str, ...]) -> str:
    """The way to a value as a person counts: `dns.port`, and `service 2, name` for a list's entries."""
    found = ""
    for part in location:
        if isinstance(part, int):
            found += f" {part + 1}"
        else:
            found += ("" if not found else ", " if found[-1].isdigit() else ".") + part
    return found


def words(kind: str, context: Mapping[str, Any], message: str) -> str:
    """One fault of the type `kind` in plain words, as the rest of a sentence; `message` is pydantic's own."""
    if kind in _DATES:
        return "must be a date, as 2027-03-31"
    if kind in _TIMES:
        return "must be a date and a time, as 2027-03-31T18:00:00"
    if kind == "string_too_short" and context.get("min_length") == 1:
        return "must not be empty"
    if kind in _WORDS:
        numbers = {key: f"{value:g}" if isinstance(value, float) else value for key, value in context.items()}
        return _WORDS[kind].format(**numbers)
    return message.removeprefix("Value error, ")
