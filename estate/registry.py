"""One new thing is one new file: a folder of things is loaded here, and a mismatch fails at load."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from types import MappingProxyType, ModuleType
from typing import TypeVar

from estate.errors import DecantError

T = TypeVar("T")


def load(package: ModuleType, attribute: str, kind: type[T], id_of: Callable[[T], str]) -> Mapping[str, T]:
    """Load `attribute` from every module of `package`, by id, in the order of the file names.

    Modules whose name starts with an underscore, and `base`, are not things and are passed over. Raises
    `DecantError` where a module lacks the attribute, it is of another kind, or its id is not the file's name
    (hyphens in an id stand for underscores in the name).
    """
    things: dict[str, T] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        if info.name.startswith("_") or info.name == "base" or info.ispkg:
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        where = f"{package.__name__}.{info.name}"
        thing = getattr(module, attribute, None)
        if not isinstance(thing, kind):
            raise DecantError(
                f"{where} defines no {attribute} of kind {kind.__name__}", f"define {attribute} in that file"
            )
        if id_of(thing).replace("-", "_").lower() != info.name.lower():
            raise DecantError(f"{where} holds the id {id_of(thing)!r}", "give the file and the id the same name")
        if id_of(thing) in things:
            raise DecantError(f"{where} repeats the id {id_of(thing)!r}", "give each thing an id of its own")
        things[id_of(thing)] = thing
    return MappingProxyType(things)
