"""Rows of `--json` outputs that are no record of the estate: commands build them, `schemas.py` publishes them."""

from datetime import date, datetime
from typing import Any, Literal

from typing_extensions import TypedDict

from estate.records.finding import Control
from estate.records.move import Lag, Phase, Residue
from estate.records.preview import StackKind
from estate.records.risk import Risk

SettingRow = TypedDict("SettingRow", {"setting": str, "value": Any, "from": str})
SettingRow.__doc__ = "One setting in force. `from` is the file that it was read in, `environment` or `default`."


class ErrorRow(TypedDict):
    """A failure: what happened to what, what to do next, and the process's exit code."""

    what: str
    remedy: str
    exit_code: int


class SchemaRow(TypedDict):
    """One published output."""

    name: str
    commands: list[str]
    about: str


class UnreachedRow(TypedDict):
    """A server that could not be read, and why."""

    server: str
    reason: str


class FreshRow(TypedDict):
    """A server that was left out, as it was read recently enough: the oldest of its facts is so old, in seconds."""

    server: str
    read_at: datetime
    age_seconds: int


class ObservedRow(TypedDict):
    """One server in one run of rounds. `away` says why the last try did not reach it. Of the rounds `missed`, `late` are
    those that began while it had still not answered when it was asked before, and `unasked` those in which its turn never
    came. `history` says why sysstat's was not read, or what it lacks."""

    server: str
    rounds: int
    missed: int
    late: int
    unasked: int
    away: str
    history: str


class ApproverRow(TypedDict):
    """A person who may approve, with the fingerprint of their SSH key."""

    name: str
    key_type: str
    fingerprint: str


class HostKeyRow(TypedDict):
    """A host key that a person accepted."""

    kind: str
    fingerprint: str


class HostRow(TypedDict):
    """One host of the hosts file."""

    name: str
    address: str
    port: int
    user: str
    jump: str | None
    role: str
    sudo: str
    legacy_ssh: bool
    host_keys: list[HostKeyRow]


class StackRow(TypedDict):
    """One stack of the workspace. `problem` says why its settings cannot be read; then `kind` is null. `left_gbp` is
    what is left of its budget, or its platform's, with all that draw on it; null where one of them was not previewed.
    `out_of_date` says why the cost is not of today; empty where it is. `state` is what Decant last did with it, and says
    nothing of what was built by other means."""

    name: str
    kind: StackKind | None
    platform: str
    budget_gbp: float | None
    monthly_gbp: float | None
    left_gbp: float | None
    expires_on: str | None
    days_left: int | None
    state: Literal["built", "begun", "taken away", "not built"]
    previewed_at: str | None
    out_of_date: str
    problem: str


class EnvironmentRow(TypedDict):
    """A platform and the workload stacks on it, which `made_of` names, the platform first."""

    name: str
    made_of: tuple[str, ...]


class RuleRow(TypedDict):
    """One rule. `looks_at` names facts for a rule over hosts, resource types otherwise."""

    id: str
    title: str
    severity: str
    enforcement: str
    over: str
    kinds: list[str]
    looks_at: list[str]
    rationale: str
    remedy: str
    controls: list[Control]


class RiskRow(TypedDict):
    """One server's risk. `lowest` and `highest` are what the score can be while criteria are open; `rating` is `open` where
    those decide whether it is red, and `legacy` null where they decide that."""

    risk: Risk
    lowest: float
    highest: float
    rating: Literal["red", "not red", "open"]
    legacy: bool | None


class PlaceRow(TypedDict):
    """One workload's place in the plan. `wave` is null where it does not move; `why` then says why not."""

    workload: str
    wave: int | None
    expected: date | None
    why: str


class MissingRow(TypedDict):
    """Something that nobody has made yet, and the command that makes it."""

    what: str
    command: str


class MoveRow(TypedDict):
    """Where one move stands. `frozen_since`: neither side takes writes since then; `frozen_seconds`: how long the last
    freeze lasted. `residue` is what it left for now; `residue_unknown` says why that is not known."""

    id: str
    workload: str
    kind: str
    source: str
    target: str
    phase: Phase
    serving: Literal["source", "target"]
    bytes: int
    lag: Lag | None
    frozen_since: datetime | None
    frozen_seconds: float | None
    verified: bool | None
    approved_by: str | None
    flow: str
    held_by: str
    residue: tuple[Residue, ...]
    residue_unknown: str
    note: str
    next: str


class PhaseRow(TypedDict):
    """One phase that a move went into."""

    phase: Phase
    since: datetime
    note: str


class FreezeRow(TypedDict):
    """One time that writes stopped on a side. `served_then` took them next; null while it lasts."""

    side: Literal["source", "target"]
    at: datetime
    ended: datetime | None
    seconds: float | None
    served_then: Literal["source", "target"] | None


class VerifiedRow(TypedDict):
    """One comparison of both sides. `frozen`: nobody wrote meanwhile, so that agreement is final."""

    at: datetime
    agrees: bool
    frozen: bool
    items: int
    method: str
    seconds: float | None


class MoveDetail(TypedDict):
    """All that the ledger has of one move, the oldest first."""

    phases: list[PhaseRow]
    freezes: list[FreezeRow]
    verifications: list[VerifiedRow]


class PracticeHostRow(TypedDict):
    """One host of a practice estate. `units` holds the state of each systemd unit that must be active."""

    name: str
    address: str
    running: bool
    answers: bool
    units: dict[str, str]
    memory_bytes: int
    ready: bool


class PaperRow(TypedDict):
    """One file of the committee's paper, with the digest that the ledger has too."""

    format: str
    path: str
    sha256: str
