"""Who may become whom by sudo."""

from estate.records.base import Record


class SudoRule(Record):
    """One rule. `who` is a user, `%group`, `#uid` or an alias."""

    who: str
    hosts: str = "ALL"
    run_as: str = ""
    """As written in the brackets; empty means root."""
    nopasswd: bool = False
    """Whether any of its commands asks for no password."""
    commands: str
    """Redacted."""
    file: str = ""


class Sudoers(Record):
    """Fact `sudoers`."""

    rules: tuple[SudoRule, ...]
    defaults: tuple[str, ...] = ()
