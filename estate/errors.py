"""Every error that Decant raises, as one tree. Each says what happened, to what, and what to do next.

::

    DecantError                  exit 5  something in Decant itself is wrong
    ├── UsageError               exit 2  the command, a file or a setting is not right
    ├── UnreachableError         exit 3  a host, a service or a tool could not be reached
    │   ├── HostKeyError         exit 4  a host showed another key than the one known
    │   ├── OutOfTimeError       exit 3  a command did not end in time
    │   └── ToolMissingError     exit 3  a program that is needed is not installed
    ├── RefusedError             exit 4  going on would not be safe
    │   └── HeldError            exit 4  somebody else holds it
    ├── EvidenceError            exit 1  the ledger does not hold
    ├── UndecidedError           exit 1  a rule cannot tell: too little is known
    ├── UnfinishedError          exit 1  work stopped part-way and can be resumed
    └── InterruptedRunError      exit 130  a person stopped it, cleanly; the remedy resumes it

The number is the process's exit code. Where several hold, 5 beats 4 beats 2 beats 3 beats 1 (`worst`).
"""

from collections.abc import Iterable

EXIT_DONE = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3
EXIT_REFUSED = 4
EXIT_INTERNAL = 5
EXIT_INTERRUPTED = 130

_ORDER = (
    EXIT_INTERRUPTED,
    EXIT_INTERNAL,
    EXIT_REFUSED,
    EXIT_USAGE,
    EXIT_UNREACHABLE,
    EXIT_FINDINGS,
    EXIT_DONE,
)


def worst(codes: Iterable[int]) -> int:
    """The exit code that stands for several; `EXIT_DONE` for none."""
    return min(codes, key=_ORDER.index, default=EXIT_DONE)


class DecantError(Exception):
    """An error with a remedy.

    `what` is one sentence on what happened and to what, without a secret in it; `remedy` says what to do
    next, as an instruction.
    """

    exit_code = EXIT_INTERNAL

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what.rstrip('.')}: {self.remedy}"


class UsageError(DecantError):
    """The command line, a file or a setting is not right."""

    exit_code = EXIT_USAGE


class UnreachableError(DecantError):
    """A host, a service or a tool could not be reached."""

    exit_code = EXIT_UNREACHABLE


class HostKeyError(UnreachableError):
    """A host showed another key than the one known, or one that was never accepted."""

    exit_code = EXIT_REFUSED


class OutOfTimeError(UnreachableError):
    """A command did not end in time; `stdout` is what it had printed until then."""

    def __init__(self, what: str, remedy: str, stdout: bytes = b"") -> None:
        super().__init__(what, remedy)
        self.stdout = stdout


class ToolMissingError(UnreachableError):
    """A program that is needed is not installed."""


class RefusedError(DecantError):
    """Going on would not be safe."""

    exit_code = EXIT_REFUSED


class HeldError(RefusedError):
    """Somebody else holds it; `what` says who and since when, `remedy` how it ends."""


class EvidenceError(DecantError):
    """The ledger does not hold; `what` names the first entry that does not."""

    exit_code = EXIT_FINDINGS


class UndecidedError(DecantError):
    """A rule cannot tell: too little is known. `what` says what is missing, `remedy` how it would be known.

    It becomes a finding that was not evaluated, and never a pass.
    """

    exit_code = EXIT_FINDINGS


class UnfinishedError(DecantError):
    """Work stopped part-way; `remedy` is the command that resumes it."""

    exit_code = EXIT_FINDINGS


class InterruptedRunError(DecantError):
    """A person stopped the run; the current step was finished or undone, and `remedy` resumes it."""

    exit_code = EXIT_INTERRUPTED
