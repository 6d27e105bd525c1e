"""What the SSH server really does: its effective settings."""

from estate.records.base import Record


class Sshd(Record):
    """Fact `sshd`, from `sshd -T`. Keys are lower case; a keyword given several times has several values."""

    settings: dict[str, tuple[str, ...]]

    def value(self, key: str) -> str | None:
        """The setting's value (the first, where there are several); None where it is not there."""
        values = self.settings.get(key.lower())
        return values[0] if values else None
