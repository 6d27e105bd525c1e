"""Programs that back up, guard or watch the host for somebody."""

from typing import Literal

from estate.records.base import Record


class Agent(Record):
    """One such program, as installed."""

    name: str
    """As its maker calls it: `Veeam Agent`, `ClamAV`."""
    kind: Literal["backup", "antivirus", "monitoring", "management", "log"]
    unit: str = ""
    """Its unit or init script, without an ending; empty where only its files were found."""
    path: str
    """What shows that it is there."""
    active: bool | None = None
    """Whether it runs; None where there is no systemd to say."""


class Agents(Record):
    """Fact `agents`: those of a list that Decant knows. Another product is not seen."""

    agents: tuple[Agent, ...]
