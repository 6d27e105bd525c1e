"""Many servers for trials of scale: the transcripts of the practice estate, copied under other names and addresses.

Each group of five talks among itself as the five that were recorded do, so an estate of any size has the workloads
and dependencies of the practice estate as many times over.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from estate.records.host import Host
from practice import handover, spec

TRANSCRIPTS = Path(__file__).parent / "transcripts"
"""What the five servers answered once."""
_KEPT = ("stdout", "stderr")


def write(folder: Path, count: int) -> list[Host]:
    """Write `count` servers' transcripts into `folder/transcripts`, and `folder/hosts.toml` that lists them."""
    recorded = [one for one in spec.HOSTS if one.role != "infrastructure"]
    hosts = list(_hosts(recorded, count))
    (folder / "hosts.toml").write_text(
        handover.tables("host", [one.model_dump(exclude_defaults=True) for one in hosts])
    )
    answers = {one.name: _read(one.name) for one in recorded}
    for number, host in enumerate(hosts):
        group, which = divmod(number, len(recorded))
        changes = {one.name: _name(one, group) for one in recorded}
        changes |= {one.address: _address(place, group) for place, one in enumerate(recorded)}
        pattern = re.compile("|".join(rf"(?<![\w.-]){re.escape(text)}(?![\w-])" for text in changes))
        place = folder / "transcripts" / host.name
        place.mkdir(parents=True)
        for name, kept in answers[recorded[which].name].items():
            texts = {key: pattern.sub(partial(_other, changes), kept[key]) for key in _KEPT if key in kept}
            (place / name).write_text(json.dumps({**kept, **texts}, ensure_ascii=False))
    return hosts


def _hosts(recorded: list[spec.PracticeHost], count: int) -> Iterator[Host]:
    for number in range(count):
        group, which = divmod(number, len(recorded))
        one = recorded[which]
        yield Host(
            name=_name(one, group),
            address=_address(which, group),
            user=spec.OPERATOR,
            sudo="nopasswd",
            role="target" if one.role == "target" else "legacy",
            owner=one.owner,
            authority=one.authority,
            contract_end=one.contract_end,
        )


def _other(changes: Mapping[str, str], found: re.Match[str]) -> str:
    return changes[found[0]]


def _name(one: spec.PracticeHost, group: int) -> str:
    return f"{one.name}-{group + 1:04}"


def _address(which: int, group: int) -> str:
    return f"10.{group // 250 + 1}.{group % 250}.{which + 11}"


def _read(name: str) -> dict[str, dict[str, str]]:
    return {file.name: json.loads(file.read_text()) for file in sorted((TRANSCRIPTS / name).glob("*.json"))}
