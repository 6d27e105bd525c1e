"""Builds the layers of root file systems, once; the next estate finds them in the cache."""

import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from estate.progress import Progress, Step, silent
from practice import container, lock, passwords, processes, tool
from practice.layer import Layer, chain, load
from practice.mirror import Mirror, Pair
from practice.overlay import Overlay
from practice.places import IMAGES

BUILD_SECONDS = 1800.0
"""How long one step of a build may take, a slow mirror included."""
WORKERS = 3
_TASK = "build images"


class Builder:
    """Builds layers from one mirror for one pair of releases."""

    def __init__(self, mirror: Mirror, pair: Pair, progress: Progress = silent) -> None:
        self._mirror = mirror
        self._pair = pair
        self._progress = progress
        self._counting = threading.Lock()
        self._done = 0
        self._total = 0

    def ensure(self, names: Sequence[str]) -> dict[str, list[Path]]:
        """Build what is not there of the named layers; gives each name's folders, the lowest first."""
        chains = {name: chain(name) for name in names}
        lacking = {one.name for layers in chains.values() for one in layers if not one.image(self._pair).is_dir()}
        self._total = len(lacking)
        if lacking:
            IMAGES.mkdir(parents=True, exist_ok=True)
            IMAGES.chmod(0o700)
            self._tell("Debian packages and synthetic data, once on this machine; some minutes")
            # Two passes: what others stand on first, so that no two threads wait for the same one.
            bases = [name for name in lacking if load(name).parent is None]
            with ThreadPoolExecutor(WORKERS) as pool:
                list(pool.map(self._ensure, bases))
                list(pool.map(self._ensure, sorted(lacking - set(bases))))
        return {name: [one.image(self._pair) for one in layers] for name, layers in chains.items()}

    def _ensure(self, name: str) -> None:
        layer = load(name)
        with lock.held(IMAGES / f"{name}.lock", f"the image {name}", BUILD_SECONDS, self._progress):
            if not layer.image(self._pair).is_dir():
                self._build(layer)
        with self._counting:
            self._done += 1
        self._tell(f"{name} is ready")

    def _build(self, layer: Layer) -> None:
        image = layer.image(self._pair)
        scratch = Overlay(IMAGES / f"{image.name}.building")
        clear(scratch.folder)
        scratch.folder.mkdir(mode=0o700)
        bundle = scratch.folder / "bundle"
        bundle.mkdir(mode=0o755)
        if layer.parent is None:
            scratch.upper.mkdir()
            self._bootstrap(layer, scratch.upper)
            below: list[Path] = []
            scratch.root.mkdir()
            tool.run(["mount", "--bind", str(scratch.upper), str(scratch.root)], "mounting a new image")
        else:
            below = [one.image(self._pair) for one in chain(layer.parent)]
            scratch.mount(below)
        try:
            self._fill(layer, scratch.root, bundle)
        finally:
            scratch.unmount()
        scratch.upper.rename(image)
        clear(scratch.folder)

    def _fill(self, layer: Layer, root: Path, bundle: Path) -> None:
        if layer.parent is not None:
            self._install(layer, root)
        if (layer.folder / "root").is_dir():
            tool.run(
                ["cp", "--recursive", "--preserve=mode", f"{layer.folder}/root/.", str(root)],
                f"copying the files of {layer.name}",
            )
        for account in layer.passwords:
            (bundle / account).write_text(passwords.of(account))  # the database's own account reads it
        for write in layer.writers():
            self._tell(f"data of {layer.name}")
            write(root, bundle)
        self._tell(f"setting up {layer.name}")
        container.inside(
            root,
            ["sh", "/run/layer/setup.sh"],
            f"setting up {layer.name}",
            {"/run/layer": layer.folder, "/run/bundle": bundle},
            network=False,
            timeout=BUILD_SECONDS,
        )
        if layer.parent is None:
            self._updates(layer, root)

    def _bootstrap(self, layer: Layer, root: Path) -> None:
        """A first root file system, of the release as it came out: its security updates stay to be done."""
        release = layer.debian(self._pair)
        self._tell(f"Debian {release.number} for {layer.name}")
        security = layer.release == "target" and self._mirror.has_security(release)
        sources = [f"deb {self._mirror.main} {release.codename} main"]
        if security:
            sources.append(f"deb {self._mirror.security} {release.codename}-security main")
        tool.run(
            [
                "mmdebstrap",
                "--quiet",
                "--variant=minbase",
                "--mode=root",
                "--format=directory",
                '--aptopt=Acquire::Check-Valid-Until "false"',
                "--dpkgopt=force-unsafe-io",
                f"--include={','.join(layer.packages)}",
                release.codename,
                str(root),
                *sources,
            ],
            f"making a Debian {release.number}",
            timeout=BUILD_SECONDS,
        )
        policy = root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)

    def _updates(self, layer: Layer, root: Path) -> None:
        """Every server knows its security archive and has its package lists, as of the day of the build."""
        release = layer.debian(self._pair)
        if self._mirror.has_security(release):
            line = f"deb {self._mirror.security} {release.codename}-security main\n"
            (root / "etc/apt/sources.list.d").mkdir(exist_ok=True)
            (root / "etc/apt/sources.list.d/security.list").write_text(line)
            main = f"deb {self._mirror.main} {release.codename} main\n"
            (root / "etc/apt/sources.list").write_text(main)
        (root / "etc/apt/apt.conf.d/90lists").write_text(
            'Acquire::Check-Valid-Until "false";\nAcquire::GzipIndexes "true";\nAcquire::Languages "none";\n'
        )
        container.inside(
            root,
            ["apt-get", "update", "-q"],
            f"package lists of {layer.name}",
            {},
            network=True,
            timeout=BUILD_SECONDS,
        )

    def _install(self, layer: Layer, root: Path) -> None:
        self._tell(f"packages of {layer.name}")
        script = (
            "apt-get update -q && apt-get install -q -y --no-install-recommends "
            '-o Dpkg::Options::=--force-unsafe-io "$@" && apt-get clean'
        )
        container.inside(
            root,
            ["sh", "-c", script, "sh", *layer.packages],
            f"installing the packages of {layer.name}",
            {},
            network=True,
            timeout=BUILD_SECONDS,
        )

    def _tell(self, note: str) -> None:
        self._progress(Step(_TASK, self._done, self._total, "images", note))


def clear(folder: Path) -> None:
    """Remove what an unfinished build left: its processes, its mount, its files."""
    if not folder.exists():
        return
    processes.end(processes.naming(f"--directory={folder}"))
    processes.unmount_below(folder)
    shutil.rmtree(folder)
