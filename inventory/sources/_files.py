"""The files that a person named, folders opened, and what is none of a source's said."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from inventory.sources.base import Part


def files(paths: Sequence[Path], suffixes: Sequence[str], folders_whole: bool = False) -> Iterator[Path | Part]:
    """Each file to read, or a `Part` that says why not. A folder is one export where `folders_whole`."""
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.suffix.lower() in suffixes and one.is_file())
            if not inside:
                yield Part(
                    where=path.name, outcome="unreadable", notes=(f"it holds no {' or '.join(suffixes)} file",)
                )
            elif folders_whole and any(one.suffix.lower() == ".csv" for one in inside):
                yield path
                yield from (one for one in inside if one.suffix.lower() != ".csv")
            else:
                yield from inside
        elif not path.exists():
            yield Part(where=str(path), outcome="unreadable", notes=("there is no such file",))
        elif path.suffix.lower() not in suffixes:
            yield Part(where=path.name, outcome="unreadable", notes=(f"it is no {' or '.join(suffixes)} file",))
        else:
            yield path


def ordinary(row: str) -> tuple[str, str, str]:
    """Where, what and why, of a row that `rows` gave as text."""
    where, _, reason = row.partition("|")
    return where, "", reason
