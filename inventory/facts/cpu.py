"""Fact `cpu`: processors and load."""

from collections.abc import Iterator

from estate.records.facts.cpu import Cpu
from inventory.facts._machine import SNIPPET
from inventory.facts.base import Fact, Reading, Section, failed, known, values_of

MOST = 1 << 16


def parse(section: Section) -> Reading:
    """Count the processors that are online, as `0-3,6`, and read model and load."""
    values = values_of(section.pairs)
    count = sum(len(part) for part in _ranges(values.get("/sys/devices/system/cpu/online", "")))
    if not 0 < count < MOST:
        return failed("the kernel does not say which processors are online")
    models = [line.partition(":")[2] for line in section.lines if ":" in line and not line.startswith("flags")]
    load = [float(word) for word in values.get("/proc/loadavg", "").split()[:3]]
    one, five, fifteen = load if len(load) == 3 else (None, None, None)
    return known(
        Cpu(
            count=count,
            model=" ".join(models[0].split()) if models else "",
            load_1=one,
            load_5=five,
            load_15=fifteen,
        )
    )


def _ranges(text: str) -> Iterator[range]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first:
            yield range(int(first), int(last or first) + 1)


FACT = Fact(
    id="cpu",
    reads="the first entry of /proc/cpuinfo, /sys/devices/system/cpu/online and /proc/loadavg. Any account.",
    tool="grep",
    snippet=SNIPPET,
    files=("/sys/devices/system/cpu/online", "/proc/loadavg"),
    parser=parse,
    section="machine",
)
