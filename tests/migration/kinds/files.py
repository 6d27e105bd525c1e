"""A file tree: every word is a file."""

from collections.abc import Iterator
from contextlib import contextmanager

from migration.context import Side
from migration.files.sides import sides
from migration.movers.files import MOVER
from migration.verify.files import VERIFIER
from practice.estate import Estate
from tests.migration import trees


class FilesTrial(trees.Trial):
    """See `Trial`."""

    mover = MOVER
    verifier = VERIFIER

    def write(self, side: Side, word: str) -> bool:
        """As an unprivileged program does."""
        script = (
            f"runuser -u nobody -- sh -c 'echo {word} >{self.path}/words/{word}' 2>/dev/null && echo taken || :"
        )
        return self.on(side, script) == "taken\n"

    def words(self, side: Side) -> set[str]:
        """The names of the files."""
        return set(self.on(side, f"ls {self.path}/words 2>/dev/null || :").split())

    def plant(self, side: Side) -> str:
        """A content that keeps its size and time, written below what closes the tree."""
        place = f"/tmp/{self.name}"
        beneath = f"mkdir {place}; mount --bind -o rw {{}} {place}; mount -o remount,rw,bind {place}"
        change = f"cd {place}/words; touch -r first keep; echo wrong >first; touch -r keep first; rm keep"
        tree = self.path if side == "source" else sides(self.context()).target.shadow
        self.on(side, f"{beneath.format(tree)}; {change}; cd /; umount {place}; rmdir {place}")
        return "words/first"


class Files:
    """See `Kind`."""

    kind = "files"

    @contextmanager
    def trial(self, estate: Estate) -> Iterator[FilesTrial]:
        """A tree of the size of a hand."""
        with trees.trial(estate) as made:
            own = FilesTrial(estate, made.path, made.name, made.transports, made.notes, made.steps)
            own.on("source", f"mkdir -m 777 {own.path}/words; chmod 755 {own.path}")
            assert own.write("source", "first")
            yield own


TRIAL = Files()
