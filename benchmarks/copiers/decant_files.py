"""Decant's own move of a file tree, up to ready: copied, and every entry compared."""

from benchmarks.copiers.base import SOURCES, TARGET, Field
from benchmarks.measure import Used


class DecantFiles:
    """`decant move files-legacy/files/shared`."""

    name = "decant-files"
    kind = "files"
    _workload = f"{SOURCES['files']}/files/shared"

    def missing(self) -> str:
        """Nothing is."""
        return ""

    def prepare(self, field: Field) -> None:
        """The copy makes all that it needs."""

    def copy(self, field: Field) -> Used:
        """From nothing to ready."""
        return field.decant("move", self._workload, "--to", TARGET, "--yes")

    def again(self, field: Field) -> Used | None:
        """From ready to ready."""
        return field.decant("move", self._workload, "--to", TARGET, "--yes")

    def clear(self, field: Field) -> None:
        """Cancel the move, which removes the copy."""
        field.decant("cancel", self._workload, "--yes")


CONTESTANT = DecantFiles()
