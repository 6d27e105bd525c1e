"""Builds the layers of root file systems, once; the next estate finds them in the cache."""

import itertools
import shutil
import threading
import time
from collections.abc import Container, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from estate.errors import HeldError
from estate.progress import Progress, Step, silent
from practice import container, lock, passwords, processes, tool
from practice.debian import BUILD_SECONDS, Debian
from practice.layer import Layer, chain, load
from practice.mirror import BULLSEYE, Mirror, Pair, choose, of_machine, usual
from practice.overlay import Overlay
from practice.places import IMAGES

WORKERS = 3
KEEP_DAYS = 7
_TASK = "build images"


def layers(names: Sequence[str], progress: Progress, legacy: str = BULLSEYE.codename) -> dict[str, list[Path]]:
    """Each named layer's folders, the lowest first; what is not in the cache is built.

    The mirror is asked only where something is to be built, so that an estate of cached images needs no network.
    Raises `UsageError` for a release that is no choice, `UnreachableError` where the mirror does not answer.
    """
    pair = usual(legacy)
    chains = {name: chain(name) for name in names}
    if not all(one.image(pair).is_dir() for below in chains.values() for one in below):
        mirror = of_machine()
        pair = choose(mirror, legacy)
        builder = Builder(mirror, pair, progress)
        if pair.notice:
            builder.tell(pair.notice)
        builder.build(chains.values())
    for one in itertools.chain(*chains.values()):
        _stamp(one.image(pair)).touch()
    return {name: [one.image(pair) for one in below] for name, below in chains.items()}


class Builder:
    """Builds layers from one mirror for one pair of releases."""

    def __init__(self, mirror: Mirror, pair: Pair, progress: Progress = silent) -> None:
        self._mirror = mirror
        self._pair = pair
        self._progress = progress
        self._counting = threading.Lock()
        self._done = 0
        self._total = 0

    def build(self, chains: Iterable[Sequence[Layer]]) -> None:
        """Build what is not in the cache of these layers, each with those below it."""
        wanted = {one.name: one for one in itertools.chain(*chains)}
        lacking = {name for name, one in wanted.items() if not one.image(self._pair).is_dir()}
        self._total = len(lacking)
        if not lacking:
            return
        IMAGES.mkdir(parents=True, exist_ok=True)
        IMAGES.chmod(0o700)
        self.tell("Debian packages and synthetic data, once on this machine; some minutes")
        # Two passes: what others stand on first, so that no two threads wait for the same one.
        bases = [name for name in lacking if wanted[name].parent is None]
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(self._ensure, bases))
            list(pool.map(self._ensure, sorted(lacking - set(bases))))
        prune({one.image(self._pair) for one in wanted.values()})

    def _ensure(self, name: str) -> None:
        layer = load(name)
        with lock.held(IMAGES / f"{name}.lock", f"the image {name}", BUILD_SECONDS, self._progress):
            if not layer.image(self._pair).is_dir():
                self._build(layer)
        with self._counting:
            self._done += 1
        self.tell(f"{name} is ready")

    def _build(self, layer: Layer) -> None:
        image = layer.image(self._pair)
        scratch = Overlay(IMAGES / f"{image.name}.building")
        clear(scratch.folder)
        scratch.folder.mkdir(mode=0o700)
        bundle = scratch.folder / "bundle"
        bundle.mkdir(mode=0o755)
        if layer.parent is None:
            scratch.upper.mkdir()
            self.tell(f"Debian for {layer.name}")
            self._debian(layer).bootstrap(scratch.upper, layer.packages, updated=layer.release == "target")
            scratch.root.mkdir()
            tool.run(["mount", "--bind", str(scratch.upper), str(scratch.root)], "mounting a new image")
        else:
            scratch.mount([one.image(self._pair) for one in chain(layer.parent)])
        try:
            self._fill(layer, scratch.root, bundle)
        finally:
            scratch.unmount()
        scratch.upper.rename(image)
        clear(scratch.folder)

    def _fill(self, layer: Layer, root: Path, bundle: Path) -> None:
        if layer.parent is not None:
            self.tell(f"packages of {layer.name}")
            self._debian(layer).install(root, layer.packages)
        if (layer.folder / "root").is_dir():
            tool.run(
                ["cp", "--recursive", "--preserve=mode", f"{layer.folder}/root/.", str(root)],
                f"copying the files of {layer.name}",
            )
        for account in layer.passwords:
            (bundle / account).write_text(passwords.of(account))  # the database's own account reads it
        for write in layer.writers():
            self.tell(f"data of {layer.name}")
            write(root, bundle)
        self.tell(f"setting up {layer.name}")
        container.inside(
            root,
            ["sh", "/run/layer/setup.sh"],
            f"setting up {layer.name}",
            {"/run/layer": layer.folder, "/run/bundle": bundle},
            network=False,
            timeout=BUILD_SECONDS,
        )
        if layer.parent is None:
            self._debian(layer).take_lists(root)

    def _debian(self, layer: Layer) -> Debian:
        return Debian(self._mirror, layer.debian(self._pair))

    def tell(self, note: str) -> None:
        """Say how far it is, and what goes on."""
        self._progress(Step(_TASK, self._done, self._total, "images", note))


def sweep() -> None:
    """Remove what builds left that were killed; a build that is under way is left alone."""
    for folder in IMAGES.glob("*.building"):
        layer = folder.name.rpartition("-")[0]
        try:
            with lock.held(IMAGES / f"{layer}.lock", f"the image {layer}", 0.0, silent):
                clear(folder)
        except HeldError:
            continue


def clear(folder: Path) -> None:
    """Remove what an unfinished build left: its mount and its files. Its processes ended with their parent."""
    if folder.exists():
        processes.unmount_below(folder)
        shutil.rmtree(folder)


def prune(kept: Container[Path]) -> None:
    """Remove images of older recipes that nothing stands on and nobody asked for in `KEEP_DAYS`."""
    standing = Path("/proc/self/mounts").read_text()
    for image in IMAGES.iterdir():
        if not image.is_dir() or image in kept or image.suffix == ".building" or f"{image}" in standing:
            continue
        if time.time() - _stamp(image).stat().st_mtime > KEEP_DAYS * 86400:
            shutil.rmtree(image)
            _stamp(image).unlink()


def _stamp(image: Path) -> Path:
    """Says by its time when an image was last asked for."""
    stamp = image.with_suffix(".used")
    if not stamp.exists():
        stamp.touch()
    return stamp
