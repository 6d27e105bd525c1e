"""What discovery does on a server, as a page for whoever owns it. Made from the facts themselves."""

import json
from pathlib import Path
from typing import Any

from estate.secret_forms import FORMS
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

## What is redacted, and what is not

What a server says passes one redaction before it is stored or recorded, and so do errors. It knows these forms,
`SECRET` being what goes (`estate/secret_forms.py`; a test plants each of them in arguments of processes, cron lines, unit
files and sudo rules of real servers, and searches every file that Decant wrote):

| what | for example |
| --- | --- |
{forms}

It cannot know: a secret that is a bare word (`/usr/bin/app hunter2`) or part of a path or a name; one under a name that does
not say so (`PIN=`); what stands behind the first space of a secret in a process's arguments, since `ps` shows no quotes; one
that is encoded. Do not put `--record` folders where others read them.

Nothing is kept of: the environment of processes and containers, `Environment=` of units, the scripts that jobs start,
jobs of `at` but for owner and time, comments of keys, and files that no fact names (`.pgpass`, `my.cnf`, `wp-config.php` …).

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
        forms=_forms(),
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


def _forms() -> str:
    groups: dict[str, list[str]] = {}
    for form in FORMS:
        example = form.holding("SECRET").replace("\n", " ").replace("|", "&#124;")
        groups.setdefault(form.group, []).append(f"`{example}`")
    return "\n".join(f"| {group} | {', '.join(examples)} |" for group, examples in groups.items())
