"""The stages of the demo on real servers: from bringing the estate up to the last look at what was written."""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from decant.journeys.commands import run
from decant.journeys.demo import APPROVER, SOAK_SECONDS, Demo, Done, Stage, counted, init, write
from decant.journeys.demo import play as run_stages
from estate.documents import words
from estate.records.base import now
from estate.transport.hostkeys import known
from migration.plan import OF_THE_SYSTEM, ON_TARGET
from practice.estate import Estate

ESTATE = "demo"
OPERATOR = "first.person"
DATABASE = "db-legacy/postgres/reports"
DRIVE = "files-legacy/files/shared"
TARGET = "data-target"


def stages(estate: Estate) -> tuple[Stage, ...]:
    """The whole journey, in order."""
    return (
        Stage("Bring up the practice estate, and start the writer", lambda demo: _up(demo, estate)),
        Stage("Make a workspace, and accept each host's key", lambda demo: _workspace(demo, estate)),
        Stage("Discover the legacy servers", discover),
        Stage("Assess each server", assess),
        Stage("Plan the waves", plan),
        Stage("Preview production and test", preview),
        Stage("Check stacks and hosts against the rules", check),
        Stage("Move the shared drive: first copy, in step", lambda demo: _move(demo, DRIVE)),
        Stage("Cut the shared drive over", lambda demo: _cutover(demo, DRIVE)),
        Stage("Move the database: first copy, in step", lambda demo: _move(demo, DATABASE, "db-legacy")),
        Stage("Cut the database over", lambda demo: _cutover(demo, DATABASE)),
        Stage("Soak: people use the new servers", _soak),
        Stage("Roll the database back, with what was written since", _rollback),
        Stage("Accept the shared drive: clean up", _accept),
        Stage("Compare every write with what is live", lambda demo: _compare(demo, estate)),
        Stage("Report, and check the evidence", report),
    )


def _up(demo: Demo, estate: Estate) -> str:
    demo.practice("up", "--estate", estate.name)
    demo.wrap = tuple(estate.command([]))
    demo.practice("load", "start", "--estate", estate.name, "--fresh")
    visit = ["curl", "-s", "-S", "-k", "-o", "/dev/null", "--retry", "5", "https://report-it.practice.test/health"]
    run([*demo.wrap, *estate.ssh("web-legacy", visit)], "a visit to the website", demo.tell)
    return "3 legacy servers, 2 targets, a DNS server; the writer runs"


def _workspace(demo: Demo, estate: Estate) -> str:
    init(demo, "Practice Borough Council")
    workspace = demo.workspace
    workspace.hosts.write_text(estate.hosts_toml(), "utf-8")
    settings = tomlkit.parse(workspace.settings.read_text("utf-8") + "\n" + estate.settings_toml())
    settings["workspace"]["operator"] = OPERATOR
    write(workspace.settings, tomlkit.dumps(settings))
    key = workspace.state / APPROVER
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", APPROVER, "-f", str(key)],
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    public = key.with_name(f"{APPROVER}.pub").read_text("utf-8").strip()
    workspace.allowed_signers.write_text(f'{APPROVER} namespaces="decant-approval" {public}\n', "utf-8")
    demo.decant("approvers", "record", "--yes", as_json=False)
    hosts = estate.hosts()
    for host in hosts:
        fingerprint = known(estate.known_hosts, host)[0].fingerprint
        demo.decant("hosts", "trust", host.name, "--fingerprint", fingerprint, as_json=False)
    return f"{workspace.root.name}; {len(hosts)} host keys accepted by their fingerprints"


def discover(demo: Demo, *options: str) -> str:
    """Read every host of the hosts file; `options` are further ones of the command."""
    found = demo.decant("discover", *options)
    own = [w for w in found["workloads"] if not w["os_owned"]]
    targets = {server["id"] for server in found["servers"] if server["role"] == "target"}
    there = sum(w["server"] in targets for w in own)
    return (
        f"{len(found['servers'])} servers read, {len(own)} workloads ({there} on a target already; "
        f"{len(found['workloads']) - len(own)} of the operating systems not counted), "
        f"{words.count(len(found['dependencies']), 'dependency', 'dependencies')}, "
        f"{words.count(len(found['not_seen']), 'fact')} not wholly seen"
    )


def assess(demo: Demo) -> str:
    """Assess every server."""
    found = demo.decant("assess")["assessments"]
    ended = sum(any(s["status"] == "ended" for s in one["support"]) for one in found)
    return f"{len(found)} servers assessed, {ended} run something out of support"


def plan(demo: Demo) -> str:
    """Make the plan."""
    plan = demo.decant("plan")
    moving = sum(len(wave["moves"]) for wave in plan["waves"])
    why = Counter(plan["not_moving"].values())
    on_target, of_system = why.pop(ON_TARGET, 0), why.pop(OF_THE_SYSTEM, 0)
    return (
        f"{moving} workloads in {len(plan['waves'])} waves, {why.total()} left out for a reason of their own; besides "
        f"{on_target} that are on targets already and {of_system} of the legacy operating systems"
    )


def preview(demo: Demo) -> str:
    """Preview both stacks."""
    parts = []
    for stack in ("production", "test"):
        seen = demo.decant("stack", "preview", stack)
        parts.append(
            f"{stack}: {seen['built']} resources, {words.pounds(seen['estimate']['monthly_gbp'])} a month"
        )
    return "; ".join(parts)


def check(demo: Demo) -> str:
    """Hold both stacks and every host against the rules."""
    stacks = [*demo.decant("check", "stack", "production")["findings"]]
    stacks += demo.decant("check", "stack", "test")["findings"]
    hosts = demo.decant("check", "hosts")["findings"]
    return f"stacks: {counted(stacks)}; hosts: {counted(hosts)}"


def _move(demo: Demo, workload: str, *restarts: str) -> str:
    confirm = [word for server in restarts for word in ("--confirm", server)]
    moved = demo.decant("move", workload, "--to", TARGET, "--yes", *confirm)["move"]
    demo.moves[workload] = moved["id"]
    sparse = " (if sparse files were full)" if moved["kind"] == "files" else ""
    return (
        f"{moved['phase']}; {words.size(moved['bytes'])}{sparse} copied while in use, lag {moved['lag']['text']}"
    )


def _cutover(demo: Demo, workload: str) -> str:
    move = demo.moves[workload]
    key = demo.workspace.state / APPROVER
    demo.decant("approve", move, "--key", str(key), "--as", APPROVER, as_json=False)
    return _after(demo.decant("cutover", move, f"--confirm={move}")["move"], "verified, name switched")


def _soak(demo: Demo) -> str:
    deadline = time.monotonic() + SOAK_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, 5))
    moves = demo.decant("moves")["moves"]
    return f"{SOAK_SECONDS:.0f} s in use: " + ", ".join(
        f"{m['workload'].split('/')[-1]} {m['phase']}" for m in moves
    )


def _rollback(demo: Demo) -> str:
    move = demo.moves[DATABASE]
    back = demo.decant("rollback", move, f"--confirm={move}")["move"]
    return _after(back, "verified, name switched back")


def _accept(demo: Demo) -> str:
    move = demo.moves[DRIVE]
    reference = f"practice restore of {now():%Y-%m-%d}"
    accepted = demo.decant("accept", move, f"--confirm={move}", "--backup-verified", reference)["move"]
    left = demo.decant("moves", "--residue")["moves"]
    residue = sum(len(one["residue"]) for one in left)
    return f"{accepted['phase']}; {residue} temporary things left on any host"


def _compare(demo: Demo, estate: Estate) -> str:
    demo.practice("load", "stop", "--estate", estate.name)
    seen = demo.practice("load", "verify", "--estate", estate.name, as_json=True)
    demo.lost = int(seen["lost"])
    gaps = ", ".join(f"{one['stream']} {_gap(one)}" for one in seen["streams"])
    written = sum(int(one["acknowledged"]) for one in seen["streams"])
    return f"{written:,} acknowledged writes, {demo.lost} lost; longest gaps: {gaps}"


def report(demo: Demo) -> str:
    """Anchor the ledger, write the report, verify the ledger."""
    demo.decant("evidence", "anchor", as_json=False)
    left_out = [word for line in demo.left_out for word in ("--left-out", line)]
    demo.report = str(demo.decant("report", *left_out)["path"])
    held = demo.decant("evidence", "verify")
    return f"{Path(demo.report).name}; the ledger holds: {held['entries']} entries, the report's own the last"


def _after(move: Mapping[str, Any], what: str) -> str:
    return f"{move['phase']}; frozen {words.seconds(move['frozen_seconds'])}, {what}"


def _gap(stream: Mapping[str, Any]) -> str:
    gap = stream["longest_gap"]
    return "none" if gap is None else words.seconds(gap["seconds"])


def can_run() -> str:
    """Empty where this machine can have a practice estate, else why not."""
    if not Path("/proc/version").exists():
        return "the practice estate needs Linux"
    if os.geteuid() != 0:
        return "the practice estate needs root"
    return ""


def play(demo: Demo, keep: bool) -> list[Done]:
    """The whole journey in an estate of the demo's own, taken down at the end unless `keep`.

    Raises `UnfinishedError` where a stage failed.
    """
    estate = Estate(ESTATE)

    def end() -> None:
        if keep:
            demo.tell(f"The estate stays up: `decant practice down --estate {ESTATE}` ends it.")
        else:
            demo.practice("down", "--estate", ESTATE)

    demo.practice("down", "--estate", ESTATE)
    return run_stages(demo, stages(estate), end)
