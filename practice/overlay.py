"""Overlay mounts: layers below, one's own changes on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from practice import tool


@dataclass(frozen=True)
class Overlay:
    """Where one overlay keeps its parts, all inside `folder`."""

    folder: Path

    @property
    def upper(self) -> Path:
        """What was changed."""
        return self.folder / "upper"

    @property
    def work(self) -> Path:
        """The kernel's own."""
        return self.folder / "work"

    @property
    def root(self) -> Path:
        """The mount."""
        return self.folder / "root"

    def mount(self, layers: Sequence[Path]) -> None:
        """Mount it over `layers`, the topmost last.

        With an index, so that a hard link stays one file when it is written to.
        """
        for part in (self.upper, self.work, self.root):
            part.mkdir(parents=True, exist_ok=True)
        self.upper.chmod(0o755)
        lower = ":".join(str(layer) for layer in reversed(layers))
        options = f"lowerdir={lower},upperdir={self.upper},workdir={self.work},index=on"
        tool.run(["mount", "-t", "overlay", "overlay", "-o", options, str(self.root)], "mounting an overlay")

    def unmount(self) -> None:
        """Take the mount away."""
        tool.run(["umount", "--lazy", str(self.root)], "unmounting an overlay")
