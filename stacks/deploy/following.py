"""What Pulumi's engine tells while it works, as steps of progress; and what went wrong, by resource."""

import threading
import time
from collections import Counter
from collections.abc import Mapping

from pulumi.automation import EngineEvent, OpType
from pulumi.automation.events import StepEventMetadata

from estate.documents.words import some
from estate.progress import Progress, Step

_DOING: Mapping[OpType, str] = {
    OpType.CREATE: "building",
    OpType.CREATE_REPLACEMENT: "building anew",
    OpType.UPDATE: "changing",
    OpType.DELETE: "taking away",
    OpType.DELETE_REPLACED: "taking away the old",
    OpType.READ: "reading",
    OpType.REFRESH: "looking at",
}
EVERY = 2.0
"""Seconds between two reports, but for the last: what is begun and what is done is told hundreds of times."""
_PROVIDER = "pulumi:providers:"
_SHOWN = 3


class Following:
    """Takes the engine's events, in any thread, and reports a step for each that is news.

    `task` names what is done, `total` is how many resources it is about, as far as that is known beforehand.
    """

    def __init__(self, task: str, total: int | None, progress: Progress, every: float = EVERY) -> None:
        self._task = task
        self._every = every
        self._told_at = -every
        self.changes: Counter[str] = Counter()
        """How many resources by what was done with them, as `create`."""
        self._total = total
        self._progress = progress
        self._under_way: dict[str, str] = {}
        self._done: set[str] = set()
        self._wrong: dict[str, str] = {}
        self._warnings: dict[str, None] = {}
        self._lock = threading.Lock()

    def __call__(self, event: EngineEvent) -> None:
        """Take note of one event."""
        with self._lock:
            if event.resource_pre_event is not None:
                self._begun(event.resource_pre_event.metadata)
            elif event.res_outputs_event is not None:
                self._ended(event.res_outputs_event.metadata)
            elif event.res_op_failed_event is not None:
                self._under_way.pop(event.res_op_failed_event.metadata.urn, None)
            elif event.diagnostic_event is not None:
                said = event.diagnostic_event
                self._told(said.severity, said.urn or "", said.message)
            elif event.policy_event is not None:
                broken = event.policy_event
                mandatory = broken.enforcement_level == "mandatory"
                text = f"{broken.policy_name}: {broken.message}"
                self._told("error" if mandatory else "warning", broken.resource_urn or "", text)

    def interrupted(self) -> None:
        """Tell that somebody ends it: what is under way in Azure is waited for."""
        self._progress(
            Step(
                self._task, len(self._done), self._total, "resources", "ending: Pulumi waits for what is under way"
            )
        )

    def why(self) -> str:
        """The first things that went wrong, each with the resource it was about; empty where none was told."""
        told = [f"{name}: {text}" if name else text for name, text in self._wrong.items()]
        return "; ".join(told[:_SHOWN]) + (f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else "")

    @property
    def warnings(self) -> list[str]:
        """What the engine, the provider or the rules warned of, each once."""
        with self._lock:
            return list(self._warnings)

    def _begun(self, what: StepEventMetadata) -> None:
        if _counts(what) and what.op in _DOING:
            self._under_way[what.urn] = f"{_DOING[what.op]} {_name(what.urn)}"
            self._report()

    def _ended(self, what: StepEventMetadata) -> None:
        self._under_way.pop(what.urn, None)
        if _counts(what):
            self._done.add(what.urn)
            self.changes[what.op.value] += 1
            self._report()

    def _told(self, severity: str, urn: str, message: str) -> None:
        text = next((line.strip() for line in message.splitlines() if line.strip()), "")
        text = text.removeprefix("error: ").removesuffix(".")
        name = _name(urn) if urn and "::pulumi:pulumi:Stack::" not in urn else ""
        if severity == "error" and text:
            self._wrong.setdefault(name, text)
        elif severity == "warning" and text:
            self._warnings[f"{name}: {text}" if name else text] = None

    def _report(self) -> None:
        done, at = len(self._done), time.monotonic()
        if at - self._told_at < self._every and done != self._total:
            return
        self._told_at = at
        total = max(done, self._total) if self._total is not None else None
        self._progress(Step(self._task, done, total, "resources", some(list(self._under_way.values()), 1)))


def _counts(what: StepEventMetadata) -> bool:
    """Whether it is a resource in Azure: components and providers are Pulumi's own."""
    state = what.new or what.old
    return state is not None and bool(state.custom) and not what.type.startswith(_PROVIDER)


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
