"""Writes the paper that a committee gets: from the plan, its business case, costs, assessments and risk."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from decant.journeys.business import Made, drawings, make_case
from decant.journeys.outdated import outdated
from decant.journeys.paper_public import Names, neutral
from estate import signers, writing
from estate.documents.paper import deadlines
from estate.documents.paper.compose import compose
from estate.documents.paper.matter import Fix, Matter, PersonalPlaces
from estate.documents.paper.model import Chart, Column, Edition, Table
from estate.documents.paper.model import Paper as Model
from estate.documents.words import day
from estate.errors import RefusedError, UsageError
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.dependency import Dependency
from estate.records.finding import Finding, Status
from estate.records.personal import PersonalData
from estate.records.risk import Risk
from estate.records.server import Server
from estate.records.workload import Workload
from inventory.systems_file import load, with_systems

if TYPE_CHECKING:
    from decant.app import App
    from estate.documents.charts.drawn import Cell
    from estate.documents.charts.drawn import Chart as Drawn

Format = Literal["html", "docx", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
WRITTEN = "paper.written"
_PRESSING = ("critical", "high")
_ROLES = re.compile(r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*")')
"""Of the parts of a drawing: it is one picture, told in words as a whole."""
_LONG = 24
"""Rows above which a chart's data are given only where they change."""


@dataclass(frozen=True)
class Paper:
    """One file that was written."""

    format: Format
    path: Path
    sha256: str


@dataclass(frozen=True)
class Papers:
    """All of them, and how much a person has still to write."""

    edition: Edition
    files: tuple[Paper, ...]
    blanks: int
    possible: bool
    """Whether the plan keeps every rule."""


def paths(app: "App", formats: Collection[Format], edition: Edition, folder: Path | None) -> dict[Format, Path]:
    """Where each file goes, one a format.

    In a folder of the user's the names are always the same; in `.decant/reports/` they carry the moment.
    """
    stem = f"committee-{edition}" if folder else f"committee-{edition}-{now():%Y%m%dT%H%M%SZ}"
    return {one: (folder or app.workspace.reports) / f"{stem}.{one}" for one in FORMATS if one in formats}


def write(app: "App", edition: Edition, to: Mapping[Format, Path]) -> Papers:
    """Make the business case anew, draw the paper in every format asked for, and note each file in the ledger.

    Raises `UsageError` where nothing was assessed, costed or planned yet, a file of the workspace is not right, or a
    file cannot be written; `RefusedError` where one is the workspace's own.
    """
    for path in to.values():
        if app.workspace.is_own(path):
            raise RefusedError(
                f"{path} is the workspace's own, and is not to be written over", "choose another --output"
            )
    made = make_case(app)
    matter = gather(app, made)
    if edition == "public":
        names = Names(matter, _others(app, made), _publishable(app, made))
        matter = neutral(matter, names)
        charts = {name: None if _named(one, names) else one for name, one in _charts(made, matter, names).items()}
    else:
        charts = dict(_charts(made, matter, None))
    paper = compose(matter, charts)
    files = []
    for form, path in to.items():
        content = _drawn(form, matter, paper)
        writing.replace(path, content, writing.PRIVATE, "name a folder that is there with --output")
        files.append(Paper(form, path, sha256(content).hexdigest()))
        app.ledger.append(
            WRITTEN,
            [path.name],
            {"edition": edition, "format": form, "sha256": files[-1].sha256},
            actor=app.actor,
        )
    return Papers(edition, tuple(files), len(paper.blanks), matter.possible)


def _drawn(form: Format, matter: Matter, paper: Model) -> bytes:
    if form == "html":
        from estate.documents.paper.html import html

        return html(paper).encode()
    if form == "docx":
        from estate.documents.paper.docx import docx

        return docx(paper)
    from estate.documents.workbook import workbook

    return workbook(
        matter.plan,
        matter.case,
        matter.costs,
        matter.assessments,
        council=matter.council,
        at=matter.at,
        servers=deadlines.by_server(matter),
        products=deadlines.by_product(matter),
        public=matter.public,
    )


def gather(app: "App", made: Made) -> Matter:
    """Everything that the paper says, with every name."""
    store = app.store
    file = load(app.workspace.systems)
    servers = tuple(store.all(Server))
    workloads = with_systems(store.all(Workload), file)
    legacy = {one.id for one in servers if one.role == "legacy"}
    sampled = [one for one in store.all(PersonalData) if one.server in legacy]
    return Matter(
        edition="full",
        council=app.settings.workspace.council,
        plan=made.given.plan,
        case=made.case,
        costs=made.given.costs,
        assessments=tuple(store.all(Assessment)),
        risks=tuple(store.all(Risk)),
        servers=servers,
        workloads=tuple(workloads),
        dependencies=tuple(store.all(Dependency)),
        fixes=_fixes(store.all(Finding), legacy),
        personal=PersonalPlaces(holding=sum(bool(one.places) for one in sampled), looked_at=len(sampled)),
        connections_known=len(_looked_at(servers, store.all(Dependency)) & legacy),
        unconfirmed_systems=sum(not one.confirmed_by for one in file.entries),
        outdated=outdated(store, app.workspace),
        ledger_entries=app.ledger.count(),
        ledger_head=app.ledger.verify(app.anchors_elsewhere).head,
        at=now(),
    )


def _looked_at(servers: Sequence[Server], dependencies: Sequence[Dependency]) -> set[str]:
    """The servers that were read, and those of which an import says with what they talk."""
    ends = {end.partition("/")[0] for one in dependencies for end in (one.client, one.server)}
    return {one.id for one in servers if one.reached or one.id in ends}


def _fixes(findings: Sequence[Finding], legacy: Collection[str]) -> tuple[Fix, ...]:
    """What rules find wrong on most servers, the gravest of them first where they are equal."""
    from policies.current import current

    held: dict[str, list[Finding]] = defaultdict(list)
    for one in current(findings):
        if (
            one.scope == "host"
            and one.status is Status.FAIL
            and one.subject in legacy
            and one.severity in _PRESSING
        ):
            held[one.rule].append(one)
    ordered = sorted(
        held.values(), key=lambda group: (-len(group), _PRESSING.index(group[0].severity), group[0].rule)
    )
    return tuple(
        Fix(what=group[0].title, remedy=group[0].remedy, severity=group[0].severity, servers=len(group))
        for group in ordered
    )


def _publishable(app: "App", made: Made) -> dict[str, str]:
    """Systems that a person lets be published, each with the name that stands in public papers.

    Raises `UsageError` where such a name names a server, or a person who answers for something.
    """
    found = {one.name: one.public_name for one in load(app.workspace.systems).entries if one.public_name}
    servers = [name for one in app.store.all(Server) for name in (one.id, one.hostname, one.address) if name]
    people = [one.name for one in made.planning.person]
    for system, name in found.items():
        for hidden in (*servers, *people):
            if re.search(rf"(?<![\w-]){re.escape(hidden)}(?![\w-])", name, re.IGNORECASE):
                raise UsageError(
                    f"{app.workspace.systems.name} lets {system} be published as {name!r}, which names {hidden}",
                    "give it a public_name that names no server and no person, or none",
                )
    return found


def _others(app: "App", made: Made) -> set[str]:
    """Names that the workspace's files hold besides the estate's own."""
    workspace, signers_file = app.settings.workspace, app.workspace.allowed_signers
    approvers = signers.read(signers_file) if signers_file.exists() else []
    services = {name for one in app.settings.service for name in (one.name, one.workload)}
    people = {workspace.operator, *(one.name for one in approvers), *(one.name for one in made.planning.person)}
    entries = load(app.workspace.systems).entries
    systems = {name for one in entries for name in (one.name, one.owner, one.confirmed_by)}
    return {name for name in services | people | systems if name}


def _charts(made: Made, matter: Matter, names: Names | None) -> dict[str, Chart]:
    found = drawings(made, public=True, names=names.holds) if names else drawings(made)
    source = f"Source: the plan and its business case of {day(matter.case.at)}."
    return {name: _chart(one, source) for name, one in found.items()}


def _chart(drawn: "Drawn", source: str) -> Chart:
    rows = _changing(drawn.table.rows)
    if len(rows) < len(drawn.table.rows):
        source = f"Only rows in which a figure changes, and the last. {source}"
    numbers = [
        all(isinstance(row[place], int | float) or row[place] is None for row in rows)
        for place in range(len(drawn.table.columns))
    ]
    return Chart(
        title=drawn.title,
        svg=_ROLES.sub("", drawn.svg),
        png=drawn.png(),
        alt=drawn.alt,
        table=Table(
            caption=f"Data: {drawn.title}",
            columns=tuple(
                Column(title=title, number=number, width=1 if number else 1.6)
                for title, number in zip(drawn.table.columns, numbers, strict=True)
            ),
            rows=tuple(tuple(_cell(cell) for cell in row) for row in rows),
            source=source,
        ),
    )


def _changing(rows: "Sequence[tuple[Cell, ...]]") -> "list[tuple[Cell, ...]]":
    """All of a short table; of a long one, such as of every month, the rows in which something changes, and the last."""
    if len(rows) <= _LONG:
        return list(rows)
    kept = [row for before, row in pairwise([(), *rows]) if row[1:] != before[1:]]
    return kept if kept[-1] == rows[-1] else [*kept, rows[-1]]


def _cell(cell: "Cell") -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return f"{cell:,.0f}" if float(cell).is_integer() or abs(cell) >= 100 else f"{cell:,.1f}"


def _named(chart: Chart, names: Names) -> bool:
    """Whether a chart names anything in its words, its drawing or its data."""
    rows = chart.table.rows if chart.table else ()
    told = [chart.title, chart.alt, chart.svg, *(cell for row in rows for cell in row)]
    return any(map(names.holds, told))
