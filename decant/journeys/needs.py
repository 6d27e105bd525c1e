"""One thing that Decant needs, and whether it is there: what `decant doctor` lists."""

from dataclasses import dataclass

from estate.errors import EXIT_DONE, EXIT_FINDINGS, DecantError


@dataclass(frozen=True)
class Check:
    """One thing that Decant needs. `ok` is None where it could not be looked at."""

    what: str
    needed_for: str
    ok: bool | None
    found: str
    remedy: str = ""
    code: int = EXIT_DONE
    """The exit code that it asks for where it is missing."""
    optional: bool = False
    """Whether a council's own journey comes to its end without it."""


def there(what: str, needed_for: str, ok: bool, found: str, remedy: str, optional: bool = False) -> Check:
    """A thing that was looked at."""
    code = EXIT_DONE if ok else EXIT_FINDINGS
    return Check(what, needed_for, ok, found, "" if ok else remedy, code, optional)


def wrong(what: str, needed_for: str, error: DecantError) -> Check:
    """A thing that is missing or not right, as the error says."""
    return Check(what, needed_for, False, error.what, error.remedy, error.exit_code)
