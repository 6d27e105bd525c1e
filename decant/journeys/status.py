"""Where a workspace stands: one line a stage, from what is stored."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decant.journeys import present
from decant.journeys.outdated import outdated
from decant.journeys.stack_files import names
from decant.journeys.stack_life import ending
from decant.journeys.stack_list import listing
from decant.journeys.unchecked import unchecked
from decant.journeys.without_wave import told, without_wave
from estate.documents.words import LONDON, count, some
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.finding import Status
from estate.records.move import ENDED, Move, Phase
from estate.records.plan import Plan
from estate.records.server import Server
from estate.records.workload import Workload
from migration.forecast import forecast
from migration.plan_file import slipped
from migration.planning.asked import states_of

if TYPE_CHECKING:
    from decant.app import App


_MOVE = "decant move WORKLOAD --to TARGET --describe"


@dataclass(frozen=True)
class Stage:
    """One stage of the journey; `state` is `done`, `partly` or `not yet`."""

    name: str
    state: str
    detail: str


@dataclass(frozen=True)
class Standing:
    """Every stage, and the one command that comes next, with the reason."""

    stages: tuple[Stage, ...]
    next: str
    why: str


def standing(app: "App") -> Standing:
    """Read the store and say where things stand. Changes nothing."""
    store = app.store
    servers, workloads = store.all(Server), store.all(Workload)
    missed = [server.id for server in servers if not server.reached]
    away = [server.id for server in servers if server.tried and not server.reached]
    untried = len(missed) - len(away)
    assessments, plans, previews = store.all(Assessment), store.all(Plan), present.previews(app)
    older = outdated(store, app.workspace)
    moves = store.moves()
    past = some([line for plan in plans for line in slipped(plan, now(), states_of(moves))], 1)
    left = told(without_wave(plans, assessments, {one.id for one in servers if one.role == "legacy"}))
    assessed = {one.server for one in assessments}
    unassessed = sum(one.role == "legacy" and one.id not in assessed for one in servers)
    judged, stacks = present.findings(app), listing(app)
    findings = Counter(finding.status for finding in judged)
    unjudged = unchecked(stacks, previews, judged, servers=bool(servers))
    open_moves = [move for move in moves if move.phase not in ENDED]
    soon = ending(app)
    over = [one["name"] for one in stacks if one["left_gbp"] is not None and one["left_gbp"] < 0]
    changed = [one["name"] for one in stacks if one["out_of_date"]]
    stages = (
        Stage(
            "discover",
            "not yet" if not servers else "partly" if missed else "done",
            f"{count(len(servers), 'server')}, {count(len(workloads), 'workload')}"
            + (f"; not reached: {', '.join(away)} (`decant doctor` says why)" if away else "")
            + (f"; {untried} known from imports alone" if untried else "")
            if servers
            else "nothing has been read yet",
        ),
        Stage(
            "assess",
            "partly" if assessments and unassessed else _state(assessments, older.assessments),
            _said(
                f"{count(len(assessments), 'server')} assessed"
                + (f", {unassessed} not" if unassessed else "")
                + _out_of_support(assessments)
                if assessments
                else "none yet",
                older.assessments,
            ),
        ),
        Stage(
            "plan",
            _state(plans, older.plan or past or left),
            _said(
                _said(count(sum(len(plan.waves) for plan in plans), "wave") if plans else "none yet", left),
                "; ".join(
                    [
                        *filter(None, [older.plan or past]),
                        *([f"`decant costs` is {older.costs}"] if older.costs else []),
                    ]
                ),
            ),
        ),
        Stage(
            "stacks",
            _state(previews, "not all" if changed or len(previews) < len(names(app)) else ""),
            _said(
                _previewed([one.stack for one in previews], names(app)),
                "; ".join(
                    [
                        *(one.told for one in soon),
                        *(f"{one} is over its budget" for one in over),
                        *([f"out of date: {', '.join(changed)}"] if changed else []),
                    ]
                ),
            ),
        ),
        Stage(
            "check",
            _state(findings, older.checks or unjudged.told),
            _said(
                f"{findings[Status.FAIL]} failing, {findings[Status.NOT_EVALUATED]} not evaluated"
                if findings
                else "nothing checked yet",
                "; ".join(filter(None, [older.checks, unjudged.told])) if findings else "",
            ),
        ),
        Stage(
            "move",
            "not yet" if not moves else "partly" if open_moves else "done",
            ", ".join(f"{move.id} {move.phase}" for move in moves) or "none started",
        ),
    )
    if not servers:
        command, why = _first(app)
    elif away and len(missed) == len(servers):
        command, why = "decant doctor", "no server could be read; it says why"
    else:
        checking = "decant check hosts" if older.checks else unjudged.next
        command, why = _next(stages, open_moves, made=not (older.plan or past), checking=checking)
    if not open_moves and any(one.left < 0 for one in soon):
        command, why = "decant stack reap", "a stack has expired: take it away, or extend it"
    elif not open_moves and over:
        command, why = f"decant stack preview {over[0]}", "it is over its budget; this says by how much"
    elif command == _MOVE and not app.hosts:
        command, why = _first(app)
    return Standing(stages, command, why)


def _out_of_support(assessments: list[Assessment]) -> str:
    """How many servers run something out of support now, and by the last day that is looked at."""
    seen = forecast(assessments, now().astimezone(LONDON).date()).horizons
    first, last = seen[0], seen[-1]
    if not last.out:
        return ""
    return f"; out of support: {len(first.out)} now, {len(last.out)} in {last.days} days"


def _previewed(done: list[str], there: list[str]) -> str:
    left = [one for one in there if one not in done]
    told = f"{', '.join(done)} previewed" if done else "none previewed"
    return told + (f"; not previewed: {', '.join(left)}" if left and done else "")


def _state(found: object, older: str = "") -> str:
    return "partly" if found and older else "done" if found else "not yet"


def _said(what: str, older: str) -> str:
    return f"{what}; {older}" if older else what


def _first(app: "App") -> tuple[str, str]:
    """What comes before anything was read: hosts to read, and keys to know them by."""
    if not app.hosts:
        return "decant doctor", f"when your servers are written into {app.workspace.hosts.name}"
    from estate.transport.hostkeys import known

    strange = [host.name for host in app.hosts.values() if not known(app.workspace.known_hosts, host)]
    if strange:
        return f"decant hosts trust {strange[0]}", "compare its key with the server's own, and accept it"
    return "decant discover", "find out what the servers hold"


def _next(stages: tuple[Stage, ...], moves: list[Move], made: bool, checking: str) -> tuple[str, str]:
    """What comes next. A plan that is `made` as far as it can be is not made again, though it leaves servers out.

    `checking` is the check that is due; empty where what is left cannot be checked yet.
    """
    by_phase = {move.phase: move for move in moves}
    if Phase.READY in by_phase:
        return f"decant approve {by_phase[Phase.READY].id}", "a second person approves the cutover"
    if Phase.SOAKING in by_phase:
        return (
            f"decant moves {by_phase[Phase.SOAKING].id}",
            "it soaks: look at it for some days, then accept or roll back",
        )
    if by_phase:
        return "decant moves", "a move is under way"
    older = {("assess", "partly"), ("plan", "partly"), ("check", "partly")}
    older -= ({("plan", "partly")} if made else set()) | (set() if checking else {("check", "partly")})
    missing = next(
        (one.name for one in stages if one.state == "not yet" or (one.name, one.state) in older), "report"
    )
    commands = {
        "assess": ("decant assess", "decide what becomes of each server"),
        "plan": ("decant plan", "put the moves in order"),
        "stacks": ("decant stack preview production", "see what would be built, and its cost"),
        "check": (checking, "hold servers and stacks against the rules"),
        "move": (_MOVE, "see what a move would do"),
        "report": ("decant report", "write it all down"),
    }
    return commands[missing]
