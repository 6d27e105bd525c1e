"""A layer of a root file system: what `layers/<name>/` says, and the key that stands for all that goes into it."""

import hashlib
import importlib
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal, cast

from estate.errors import DecantError
from practice import passwords
from practice.mirror import Pair, Release
from practice.places import IMAGES, LAYERS

Writer = Callable[[Path, Path], None]


@dataclass(frozen=True)
class Layer:
    """One folder of `layers/`.

    `packages` are installed, then `root/` is copied over, then each module of `data` writes, then `setup.sh`
    runs inside, with the layer's folder at /run/layer and the bundle (tables, passwords) at /run/bundle.
    """

    name: str
    release: Literal["legacy", "target"]
    parent: str | None = None
    packages: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where it is described."""
        return LAYERS / self.name

    def writers(self) -> Iterator[Writer]:
        """The functions that write its data."""
        for name in self.data:
            yield cast(Writer, importlib.import_module(f"practice.data.{name}").write)

    def debian(self, pair: Pair) -> Release:
        """The release of Debian it is made of."""
        return pair.legacy if self.release == "legacy" else pair.target

    def key(self, pair: Pair) -> str:
        """A hash over everything that goes into it and into the layers below."""
        parts = hashlib.sha256()
        below = load(self.parent).key(pair) if self.parent else self.debian(pair).codename
        parts.update(below.encode())
        for file in sorted(self.folder.rglob("*")):
            if file.is_file():
                executable = bool(file.stat().st_mode & 0o100)
                parts.update(f"{file.relative_to(self.folder)} {executable}".encode() + file.read_bytes())
        if self.data:
            parts.update(metadata.version("faker").encode())
            for name in ("people", *self.data):
                parts.update((Path(__file__).parent / "data" / f"{name}.py").read_bytes())
        if self.passwords:
            parts.update(passwords.digest(self.passwords).encode())
        return parts.hexdigest()[:16]

    def image(self, pair: Pair) -> Path:
        """Where it is cached once it is built."""
        return IMAGES / f"{self.name}-{self.key(pair)}"


def load(name: str) -> Layer:
    """The layer of that name. Raises `DecantError` where its description does not hold."""
    described = tomllib.loads((LAYERS / name / "layer.toml").read_text())
    parent = described.pop("parent", None)
    try:
        return Layer(
            name=name,
            parent=parent,
            release=load(parent).release if parent else described.pop("release"),
            packages=tuple(described.pop("packages", ())),
            data=tuple(described.pop("data", ())),
            passwords=tuple(described.pop("passwords", ())),
            **described,
        )
    except (KeyError, TypeError) as error:
        raise DecantError(f"layers/{name}/layer.toml does not hold ({error})", "mend that file") from error


def chain(name: str) -> list[Layer]:
    """The layer and all below it, the lowest first."""
    layer = load(name)
    return [*(chain(layer.parent) if layer.parent else []), layer]
