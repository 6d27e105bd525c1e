"""Fact `cpu`: processors and load."""

from estate.records.facts.cpu import Cpu
from inventory.facts.base import Fact, Reading, Section, failed, known

SNIPPET = r"""
read -r v </proc/loadavg && printf 'load %s\n' "$v"
grep -E '^(processor|model name|Model|Hardware)[[:space:]]*:' /proc/cpuinfo
"""


def parse(section: Section) -> Reading:
    """Count the processors and read the load."""
    count, model, load = 0, "", [None, None, None]
    for line in section.lines:
        if line.startswith("load "):
            load = [float(word) for word in line.split()[1:4]]  # type: ignore[misc]  # three floats replace three None
        elif line.startswith("processor"):
            count += 1
        elif ":" in line and not model:
            model = " ".join(line.partition(":")[2].split())
    if not count:
        return failed("/proc/cpuinfo lists no processor")
    return known(Cpu(count=count, model=model, load_1=load[0], load_5=load[1], load_15=load[2]))


FACT = Fact(
    id="cpu", reads="/proc/cpuinfo and /proc/loadavg. Any account.", tool="grep", snippet=SNIPPET, parser=parse
)
