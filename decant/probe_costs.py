"""What each fact costs a host: `python -m decant.probe_costs --estate NAME > inventory/costs.json`.

Runs each fact's script alone inside hosts of a practice estate that is up, as the operator with sudo, and takes the
processor time of all that it starts, less that of a script without facts: the least of many runs, as whatever else the
machine does only adds to it. Needs root. What a database server does to answer is its own process's time, and is not
in it.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
from collections.abc import Sequence

from inventory import script
from inventory.facts import all_facts
from inventory.facts.base import Fact
from practice.estate import Estate

RUNS = 20
LIGHT = "f1"
HOLDERS = {
    "activity": "db-legacy",
    "postgresql": "db-legacy",
    "mariadb": "db-legacy",
    "shares": "files-legacy",
}
"""Where a tier 2 fact has something to read; the others are measured on `WEB`."""
WEB = "web-legacy"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what `inventory.probes` reads."""
    parser = argparse.ArgumentParser(prog="python -m decant.probe_costs")
    parser.add_argument("--estate", default="practice", help="a practice estate with at least one light host")
    parser.add_argument("--runs", type=int, default=RUNS)
    chosen = parser.parse_args(arguments)
    estate = Estate(chosen.estate)
    entries: dict[str, dict[str, object]] = {}
    for fact in all_facts().values():
        host = LIGHT if fact.tier == 1 else HOLDERS.get(fact.id, WEB)
        ms = _alone([*estate.inside(host), "sh"], [fact], chosen.runs)
        entries[fact.id] = {"cpu_ms": round(max(0.0, ms), 1), "host": host}
        sys.stderr.write(f"{fact.id}: {ms:.1f} ms on {host}\n")
    cheap = [fact for fact in all_facts().values() if fact.tier == 1]
    together = _together([*estate.inside(LIGHT), "sh"], cheap, chosen.runs)
    measured = {
        "command": "python -m decant.probe_costs",
        "machine": f"{platform.machine()}, Linux {platform.release().partition('-')[0]}",
        "runs": chosen.runs,
        "tier_1_together_ms": round(together, 1),
        "facts": entries,
    }
    sys.stdout.write(json.dumps(measured, indent=1) + "\n")
    return 0


def _alone(start: Sequence[str], facts: Sequence[Fact], runs: int) -> float:
    """Milliseconds above a script without facts of the same kind, so that sudo and the shells do not count."""
    kind = facts[0].run_as
    empty = Fact(id="nothing", reads="", tool="", parser=facts[0].parser, snippet="true", run_as=kind)
    return _least(start, facts, runs) - _least(start, [empty], runs)


def _together(start: Sequence[str], facts: Sequence[Fact], runs: int) -> float:
    """Milliseconds above a shell that does nothing: sudo, the shells and all facts."""
    return _least(start, facts, runs) - min(_spent(start, b":\n") for _ in range(runs))


def _least(start: Sequence[str], facts: Sequence[Fact], runs: int) -> float:
    text = script.compose(facts, sudo=True).text.encode()
    return min(_spent(start, text) for _ in range(runs))


def _spent(start: Sequence[str], text: bytes) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(list(start), input=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


if __name__ == "__main__":
    sys.exit(main())
