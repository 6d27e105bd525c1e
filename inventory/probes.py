"""What discovery does on a server, as a page for whoever owns it. Made from the facts themselves."""

from inventory.facts import all_facts

_HEAD = """\
# What discovery does on a server

`decant discover` logs in by SSH, sends one script to `sh` on one channel, and reads what it prints. It installs
nothing and writes no file. What it leaves is what any login leaves: entries in wtmp, btmp, lastlog and the journal
or auth log; with `sudo`, one entry for `sh` and sudo's own time stamp under `/run/sudo`; and, where a database
server logs connections, one for each that is made over its local socket.

A fact that gains from root is read through one `sudo -n` where the hosts file says `sudo = "nopasswd"`, or after
sudo's own prompt where it says `"password"`. Without root it is read as the login account, and what could not be
seen is said. Tier 1 is cheap. Tier 2 takes seconds: package lists, databases, folders.

What may hold a secret (arguments of processes, cron lines, units, configuration) is redacted before it is kept.
Hashes of passwords, private keys and people's names in `/etc/passwd` never leave the server.

| fact | tier | reads, and with which right |
| --- | --- | --- |
"""


def markdown() -> str:
    """The page `docs/probes.md`."""
    rows = [
        f"| `{fact.id}` | {fact.tier} | {fact.reads.replace('|', '&#124;')} |" for fact in all_facts().values()
    ]
    return _HEAD + "\n".join(rows) + "\n\nEach snippet stands in `inventory/facts/<fact>.py`."
