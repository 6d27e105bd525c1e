"""A system: workloads that serve one purpose and move together."""

from datetime import date
from typing import Literal

from estate.records.base import Record

SystemState = Literal["confirmed", "edited", "proposed"]


class System(Record):
    """One system. `proposed`: nobody but Decant says so; `edited`: a person changed it and has not confirmed it."""

    name: str
    state: SystemState
    owner: str | None = None
    confirmed_by: str = ""
    confirmed_on: date | None = None
    workloads: tuple[str, ...]
    """Ids of workloads, each in one system at most."""
    reasons: dict[str, str] = {}
    """Why a workload is thought to belong to it, by its id; of a person's system, where anything is known."""
    additions: dict[str, str] = {}
    """Workloads that a person has not placed and that seem to belong to this system of theirs, with why."""
    uses: dict[str, tuple[str, ...]] = {}
    """Workloads that it uses and does not hold, each with the names of the other systems that do or that hold it."""
    gone: tuple[str, ...] = ()
    """Workloads that the file names and that are no longer known."""


class Systems(Record):
    """Every workload of the council's, in one place: in a system, shared by several, or not placed."""

    systems: tuple[System, ...]
    shared: dict[str, tuple[str, ...]] = {}
    """Workloads of no system, each with the names of the systems that use it."""
    unplaced: tuple[str, ...] = ()
    """Jobs of which nothing tells what they work for."""
    unclear: tuple[str, ...] = ()
    """Talk of which it is not known which workloads are its ends, in words."""
