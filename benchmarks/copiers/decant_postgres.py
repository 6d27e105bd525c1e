"""Decant's own move of a database, up to ready: copied, followed, and every row compared."""

from benchmarks.copiers.base import DATABASE, SOURCES, TARGET, Field
from benchmarks.measure import Used


class DecantPostgres:
    """`decant move db-legacy/postgres/bench`."""

    name = "decant-postgres"
    kind = "postgres"
    _workload = f"{SOURCES['postgres']}/postgres/{DATABASE}"

    def missing(self) -> str:
        """Nothing is."""
        return ""

    def prepare(self, field: Field) -> None:
        """The copy makes all that it needs."""

    def copy(self, field: Field) -> Used:
        """From nothing to ready."""
        return field.decant(
            "move", self._workload, "--to", TARGET, "--yes", "--confirm", SOURCES["postgres"], "--confirm", TARGET
        )

    def again(self, field: Field) -> Used | None:
        """It follows the source: there is no second pass."""
        del field
        return None

    def clear(self, field: Field) -> None:
        """Cancel the move, which removes the copy."""
        field.decant("cancel", self._workload, "--yes")


CONTESTANT = DecantPostgres()
