"""Typed reading of a resource's inputs, so that a rule never mistakes what it cannot read for what it looks
for.

Every function takes a mapping of inputs and a dotted path. A value that is not there is None (or empty). A
value that is unknown until the stack is built, secret, or of another type than asked for raises
`UndecidedError`, which becomes a finding that was not evaluated.
"""

from collections.abc import Mapping
from typing import Any

from estate.errors import UndecidedError
from estate.records.preview import SECRET, UNKNOWN

Inputs = Mapping[str, Any]


def value(inputs: Inputs, path: str) -> Any:
    """What stands at `path`; None where nothing does."""
    here: Any = inputs
    walked: list[str] = []
    for step in path.split("."):
        if here is None:
            return None
        if not isinstance(here, Mapping):
            raise _unexpected(".".join(walked), here, "a group of settings")
        walked.append(step)
        here = here.get(step)
        if _is_unknown(here):
            raise UndecidedError(
                f"{'.'.join(walked)} is only known once the stack is built", "check the built stack"
            )
    return here


def text(inputs: Inputs, path: str) -> str | None:
    """Text at `path`."""
    found = value(inputs, path)
    if found is None:
        return None
    if not isinstance(found, str):
        raise _unexpected(path, found, "text")
    if found == SECRET:
        raise UndecidedError(f"{path} is secret and was not looked at", "check it by hand")
    return found


def flag(inputs: Inputs, path: str) -> bool | None:
    """True or false at `path`."""
    found = value(inputs, path)
    if found is None or isinstance(found, bool):
        return found
    raise _unexpected(path, found, "true or false")


def number(inputs: Inputs, path: str) -> float | None:
    """A number at `path`."""
    found = value(inputs, path)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise _unexpected(path, found, "a number")
    return float(found)


def items(inputs: Inputs, path: str) -> tuple[Any, ...]:
    """A list at `path`; empty where there is none. Raises also where any item of it is unknown."""
    found = value(inputs, path)
    if found is None:
        return ()
    if not isinstance(found, list | tuple):
        raise _unexpected(path, found, "a list")
    for number_, item in enumerate(found):
        if _is_unknown(item):
            raise UndecidedError(
                f"{path}[{number_}] is only known once the stack is built", "check the built stack"
            )
    return tuple(found)


def groups(inputs: Inputs, path: str) -> tuple[Inputs, ...]:
    """A list of groups of settings at `path`, as the rules of a network security group."""
    found = items(inputs, path)
    for number_, item in enumerate(found):
        if not isinstance(item, Mapping):
            raise _unexpected(f"{path}[{number_}]", item, "a group of settings")
    return found


def named_groups(inputs: Inputs, path: str) -> Mapping[str, Inputs]:
    """Groups of settings by name at `path`, as the notifications of a budget; empty where there are none."""
    found = value(inputs, path)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise _unexpected(path, found, "groups of settings")
    for name, group in found.items():
        if _is_unknown(group):
            raise UndecidedError(f"{path}.{name} is only known once the stack is built", "check the built stack")
        if not isinstance(group, Mapping):
            raise _unexpected(f"{path}.{name}", group, "a group of settings")
    return found


def texts(inputs: Inputs, path: str) -> tuple[str, ...]:
    """A list of texts at `path`."""
    found = items(inputs, path)
    for number_, item in enumerate(found):
        if not isinstance(item, str):
            raise _unexpected(f"{path}[{number_}]", item, "text")
    return found


def is_set(inputs: Inputs, path: str) -> bool:
    """Whether anything stands at `path`, its value known or not."""
    head, _, last = path.rpartition(".")
    here = value(inputs, head) if head else inputs
    if here is None:
        return False
    if not isinstance(here, Mapping):
        raise _unexpected(head, here, "a group of settings")
    return here.get(last) is not None


def _is_unknown(found: object) -> bool:
    return isinstance(found, str) and found == UNKNOWN


def _unexpected(path: str, found: object, wanted: str) -> UndecidedError:
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}
    kind = next((name for type_, name in names.items() if isinstance(found, type_)), "a group of settings")
    return UndecidedError(f"{path or 'the inputs'} is {kind} where {wanted} was expected", "check the program")
