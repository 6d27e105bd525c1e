"""What discovery does on a server, as a page for whoever owns it. Made from the facts themselves."""

import json
from pathlib import Path
from typing import Any

from inventory.facts import all_facts

COSTS = Path(__file__).parent / "costs.json"

_HEAD = """\
# What discovery does on a server

`decant discover` logs in by SSH, sends a script for each tier to `sh` on a channel, and reads what it prints. It installs
nothing and writes no file. What it leaves is what any login leaves: entries in wtmp, btmp, lastlog and the journal
or auth log; with `sudo`, one entry for `sh` and sudo's own time stamp under `/run/sudo`; and, where a database
server logs connections, one for each that is made over its local socket.

A fact that gains from root is read through one `sudo -n` a script where the hosts file says `sudo = "nopasswd"`, or after
sudo's own prompt where it says `"password"`. Without root it is read as the login account, and what could not be
seen is said. Tier 1 is cheap. Tier 2 takes seconds: package lists, databases, folders.

What may hold a secret (arguments of processes, cron lines, units, configuration) is redacted before it is kept.
Hashes of passwords, private keys, passwords in the configuration of Redis, Tomcat and mail servers, and people's names
in `/etc/passwd` never leave the server.

## What it costs a server

Processor time of everything that reading a fact starts, in milliseconds: each alone, on a practice host, less what
the shells and sudo cost. Facts of tier 1 share processes, so together they cost less than their sum: {together} ms
with shells and sudo. `{command}` measured it ({machine}; the least of {runs} runs). What a database server itself
does to answer is not in it. Tier 2 has a channel and a time limit of its own, so that what is slow there costs nothing
of tier 1.

| fact | tier | CPU ms | reads, and with which right |
| --- | --- | --- | --- |
"""


def markdown() -> str:
    """The page `docs/probes.md`."""
    measured: dict[str, Any] = json.loads(COSTS.read_text("utf-8"))
    costs = {fact: one["cpu_ms"] for fact, one in measured["facts"].items()}
    head = _HEAD.format(
        together=measured["tier_1_together_ms"],
        command=measured["command"],
        machine=measured["machine"],
        runs=measured["runs"],
    )
    rows = [
        f"| `{fact.id}` | {fact.tier} | {costs.get(fact.id, 'not measured')} | {fact.reads.replace('|', '&#124;')} |"
        for fact in all_facts().values()
    ]
    return head + "\n".join(rows) + "\n\nEach snippet stands in `inventory/facts/<fact>.py`."
