"""What discovery does on a server, as a page for whoever owns it. Made from the facts themselves."""

import json
from pathlib import Path
from typing import Any

from estate.secret_forms import FORMS, UNKNOWN, WINDOWS_FORMS
from inventory.facts import all_facts
from inventory.windows import windows_facts

LEAVES: dict[str, tuple[str, ...]] = {
    "the logs, which note the login, and sudo where it was used": (
        *("/var/log/auth.log", "/var/log/secure", "/var/log/syslog", "/var/log/messages", "/var/log/daemon.log"),
        *("/var/log/user.log", "/var/log/journal/*/*.journal", "/run/log/journal/*/*.journal", "/var/log/audit/*"),
        *("/var/log/wtmp", "/var/log/btmp", "/var/log/lastlog", "/run/utmp"),
    ),
    "what PAM and systemd keep of a session while it lasts, and some seconds more": (
        *("/run/motd.dynamic", "/run/systemd/sessions/*", "/run/systemd/users/*", "/run/systemd/transient/*"),
        *("/run/systemd/units/*", "/run/systemd/journal/streams/*", "/run/user/*"),
    ),
    "sudo's note of when a password was given, and that its lecture was": (
        *("/run/sudo/ts/*", "/var/lib/sudo/ts/*", "/var/lib/sudo/lectured/*", "/var/db/sudo/*"),
    ),
    "what PostgreSQL writes for itself at any query: statistics, caches of its catalogues, notes in its pages of what all "
    "may see (no row changes: a test compares dumps), and its log where it notes connections": (
        *("/run/postgresql/*.pg_stat_tmp/*", "/var/lib/postgresql/*/pg_internal.init", "/var/log/postgresql/*"),
        *(f"/var/lib/postgresql/*/{part}/*" for part in ("base", "global", "pg_wal", "pg_xact", "pg_stat")),
    ),
    "what MariaDB does: temporary tables while it answers (in its `tmpdir`, whose time of change stays), notes on tables "
    "that it opens, and its log": (
        *("/tmp/#sql*", "/var/log/mysql/*", "/var/lib/mysql/mysql/*.CSM"),  # noqa: S108 - the server's choice
        *("/var/lib/mysql/mysql/transaction_registry.ibd", "/var/lib/mysql/ib*", "/var/lib/mysql/aria_log*"),
    ),
}
"""What discovery may change on a server, by the reason; `*` is any part of a path."""

COSTS = Path(__file__).parent / "costs.json"

_HEAD = """\
# What discovery does on a server

`decant discover` logs in by SSH, sends a script for each tier to `sh` on a channel, and reads what it prints. It installs
nothing and writes no file. What changes on the server is what any login changes, and what its own services write
because they were asked, and nothing else: a test compares the whole file systems of servers before and after, beside
servers that nobody read meanwhile.

{leaves}

Times of access change where the server keeps them (`relatime`: once a day); where root reads large samples they do not.

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

It takes time in proportion to what it reads, whatever that is. It cannot know:

{unknown}

Do not put `--record` folders where others read them.

Nothing is kept of: the environment of processes and containers, the scripts that jobs start, jobs of `at` but for owner
and time, comments of keys, and files that no fact names (`.pgpass`, `.netrc`, keys …). Of `Environment=`, environment files
and the settings of applications, hosts, ports and names of databases alone leave the server (fact `endpoints`).

## What it costs a server

Processor time of everything that reading a fact starts, in milliseconds: each alone, on a practice host, less what
the shells and sudo cost. Facts of tier 1 share processes, so together they cost less than their sum: {together} ms
with shells and sudo. `{command}` measured it, one host at a time ({machine}; the least of {runs} runs); the
[benchmark](performance.md) measures the same script by itself, as the mean of many hosts at once, and as the processor's
speed depends on what else it does, the two differ. What a database server itself does to answer is not in it. Tier 2 has
a channel and a time limit of its own, so that what is slow there costs nothing of tier 1.

| fact | tier | CPU ms | reads, and with which right |
| --- | --- | --- | --- |
"""


_WINDOWS = """
## Windows Server

To a Windows server the script is one for PowerShell, on the standard input of `powershell.exe` as Windows brings it (3.0
to 5.1). **It was proved by transcripts only, written by hand from Microsoft's documentation: no Windows server was ever
read, and no PowerShell ever parsed the script.** Read a server of little weight first. How to set OpenSSH up, and how
Decant knows a Windows server, is in [inventory.md](inventory.md).

It installs nothing and writes no file of its own. What stays is what any such login leaves: logons in the Security log, the
OpenSSH log, the account's profile folder at its first login, PowerShell's own start-up profile in it
(`StartupProfileData-NonInteractive`), and, where script block logging is on, the script in PowerShell's log: it holds no
secret. The sizes of shares and sites are found by walking their folders, in tier 2 and for at most 45 seconds each fact.
What it costs a server in processor time was not measured.

There is no sudo: what asks for administrators is read where the account is a member of the local group Administrators,
and said to be unreadable where it is not. A fact of tier 1 has 15 seconds, one of tier 2 a minute. Command lines of
services, processes and tasks are redacted before they are kept. Passwords of application pools and tasks, all of
`web.config` but the names of servers, private keys and people's full names never leave the server.

| fact | tier | reads, and with which right |
| --- | --- | --- |
"""
_SNIPPETS_OF_WINDOWS = "Each snippet stands in `inventory/windows/<fact>.py`."


def markdown() -> str:
    """The page `docs/probes.md`."""
    measured: dict[str, Any] = json.loads(COSTS.read_text("utf-8"))
    costs = {fact: one["cpu_ms"] for fact, one in measured["facts"].items()}
    head = _HEAD.format(
        leaves="\n".join(f"- {why}: {', '.join(f'`{path}`' for path in paths)}" for why, paths in LEAVES.items()),
        forms=_forms(),
        unknown="\n".join(f"- {one};" for one in UNKNOWN).removesuffix(";") + ".",
        together=measured["tier_1_together_ms"],
        command=measured["command"],
        machine=measured["machine"],
        runs=measured["runs"],
    )
    rows = [
        f"| `{fact.id}` | {fact.tier} | {costs.get(fact.id, 'not measured')} | {fact.reads.replace('|', '&#124;')} |"
        for fact in all_facts().values()
    ]
    of_windows = [
        f"| `{fact.id}` | {fact.tier} | {fact.reads.replace('|', '&#124;')} |" for fact in windows_facts().values()
    ]
    linux = [head + "\n".join(rows), "", "Each snippet stands in `inventory/facts/<fact>.py`."]
    return "\n".join([*linux, _WINDOWS + "\n".join(of_windows), "", _SNIPPETS_OF_WINDOWS])


def _forms() -> str:
    groups: dict[str, list[str]] = {}
    for form in (*FORMS, *WINDOWS_FORMS):
        example = form.holding("SECRET").replace("\n", " ").replace("|", "&#124;")
        groups.setdefault(form.group, []).append(f"`{example}`")
    return "\n".join(f"| {group} | {', '.join(examples)} |" for group, examples in groups.items())
