"""The matter of a paper, as records made by hand: eight servers, four waves, three options."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from estate.documents.paper.matter import DO_NOTHING, Fix, Matter, PersonalPlaces
from estate.documents.paper.model import Chart, Column, Table
from estate.records.assessment import Assessment, Disposition, Size, Support
from estate.records.business_case import BusinessCase, MonthOfWork, Option, Sensitivity, YearCost
from estate.records.cost import Amount, Carbon, CostLine, Costs, NotPriced
from estate.records.plan import Conflict, Plan, PlannedMove, Reached, Wave
from estate.records.risk import Risk, Score
from estate.records.server import Server
from estate.records.workload import Kind, Workload

AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
YEARS = ("2026/27", "2027/28", "2028/29", "2029/30", "2030/31", "2031/32")
HOSTS: Sequence[tuple[str, str | None, date | None, tuple[tuple[str, Kind], ...]]] = (
    ("revdb01", "Revenues", date(2027, 3, 31), (("council-tax", "postgres"), ("benefits", "postgres"))),
    ("revapp01", "Revenues", None, (("council-tax-web", "website"), ("letters", "schedule"))),
    ("housing01", "Housing", date(2027, 6, 30), (("rents", "sqlserver"),)),
    ("files01", "Corporate Services", None, (("shared", "files"), ("homes", "files"))),
    ("planning01", "Planning", date(2027, 1, 31), (("maps", "mariadb"),)),
    ("cctv01", None, None, (("cctv01", "machine"),)),
    ("intranet01", "Communications", None, (("intranet", "website"),)),
    ("oldpay01", "Human Resources", None, ()),
)
SYSTEMS = {"revdb01": "Revenues system", "revapp01": "Revenues system", "housing01": "Housing rents"}


def matter(**changes: Any) -> Matter:
    """All of it; `changes` replace fields."""
    servers = tuple(_server(place, *one[:3]) for place, one in enumerate(HOSTS))
    workloads = tuple(
        Workload(
            id=f"{host}/{kind}/{name}",
            server=host,
            kind=kind,
            name=name,
            bytes=None if kind in ("machine", "schedule") else (place + 3) << 30,
            system=SYSTEMS.get(host),
            seen_at=AT,
        )
        for place, (host, _, _, held) in enumerate(HOSTS)
        for name, kind in held
    )
    given = {
        "edition": "full",
        "council": "Anytown & District <Council>",
        "plan": plan(),
        "case": case(),
        "costs": costs(),
        "assessments": tuple(_assessment(place, one[0]) for place, one in enumerate(HOSTS)),
        "risks": tuple(_risk(one[0]) for one in HOSTS[:3]),
        "servers": servers,
        "workloads": workloads,
        "fixes": (
            Fix(
                what="Security updates install by themselves",
                remedy="Set up unattended-upgrades.",
                severity="high",
                servers=6,
            ),
            Fix(
                what="SSH takes no passwords", remedy="Set PasswordAuthentication no.", severity="high", servers=4
            ),
        ),
        "personal": PersonalPlaces(holding=3, looked_at=5),
        "unconfirmed_systems": 2,
        "ledger_entries": 41,
        "ledger_head": "9f" * 32,
        "at": AT,
    }
    return Matter.model_validate({**given, **changes})


def plan(**changes: Any) -> Plan:
    """Four waves, the first a pilot."""
    waves = (
        _wave(1, "intranet", date(2027, 1, 16), ("intranet01/website/intranet",), pilot=True),
        _wave(2, "maps", date(2027, 2, 6), ("planning01/mariadb/maps",)),
        _wave(
            3,
            "Revenues system",
            date(2027, 4, 24),
            (
                "revdb01/postgres/council-tax",
                "revdb01/postgres/benefits",
                "revapp01/website/council-tax-web",
                "revapp01/schedule/letters",
            ),
        ),
        _wave(
            4, "files and rents", date(2027, 6, 12),
            ("files01/files/shared", "files01/files/homes", "housing01/sqlserver/rents", "cctv01/machine/cctv01"),
        ),
    )  # fmt: skip
    given = {
        "id": "plan",
        "waves": waves,
        "not_moving": {"revdb01/schedule/logrotate": "it is part of the operating system"},
        "reached": (
            Reached(objective="lateness", value=30, bound=24),
            Reached(objective="exposure", value=812, bound=800.2),
            Reached(objective="dual running", value=140, bound=140),
            Reached(objective="cut", value=3, bound=None),
        ),
        "at": AT,
    }
    return Plan.model_validate({**given, **changes})


def impossible() -> Matter:
    """The same, with rules that cannot all hold."""
    conflict = Conflict(
        rules=(
            "the contract of planning01 ends on 31 January 2027, and is marked hard",
            "nothing moves from 4 January 2027 to 5 February 2027 (year end)",
        )
    )
    return matter(
        plan=plan(conflicts=(conflict,), changes=("extend the contract of planning01 to 6 February 2027",))
    )


def _wave(number: int, name: str, on: date, workloads: Sequence[str], pilot: bool = False) -> Wave:
    start = datetime(on.year, on.month, on.day, 20, tzinfo=UTC)
    return Wave(
        number=number,
        name=name,
        moves=tuple(
            PlannedMove(
                workload=one,
                target="data-target" if "machine" not in one else None,
                bytes=None if "machine" in one or "schedule" in one else 5 << 30,
                how="decant" if "postgres" in one or "files/" in one else "by hand",
                why="its server is out of support",
            )
            for one in workloads
        ),
        window_start=start,
        window_end=start + timedelta(hours=8),
        expected=on,
        pilot=pilot,
    )


def amount(likely: float, spread: float = 0.2) -> Amount:
    """A range around a likely figure."""
    return Amount(low=round(likely * (1 - spread), 2), likely=likely, high=round(likely * (1 + 2 * spread), 2))


def case() -> BusinessCase:
    """Doing nothing, moving all, moving the worst."""
    return BusinessCase(
        id="case",
        options=(
            _option(DO_NOTHING, "Do nothing", 0, [210_000.0] * 6, 212_000),
            _option("plan", "Move as planned", 184_000, [214_000, 171_000, 122_000, 122_000, 122_000, 122_000], 0, True),
            _option("worst-first", "Move only what is out of support", 96_000, [212_000, 190_000] + [168_000.0] * 4, 90_000),
        ),
        sensitivity=(
            Sensitivity(
                assumption="Prices in Azure", from_value="as priced", to_value="20% higher",
                net_present_cost=1_071_000, difference=74_000,
            ),
            Sensitivity(
                assumption="The end of the plan", from_value="12 June 2027", to_value="12 December 2027",
                net_present_cost=1_031_000, difference=34_000,
            ),
        ),
        people=(
            MonthOfWork(month="2027-01", skill="databases", days=6.5, available=8),
            MonthOfWork(month="2027-01", skill="applications", days=9, available=6),
            MonthOfWork(month="2027-04", skill="servers", days=4, available=None),
        ),
        rule="It has the lowest net present cost, and the fewest days out of support.",
        conventions=("Costs are in pounds of 2026/27, without inflation.", "Year 0 begins on 22 November 2026."),
        shares={"Anytown & District": 0.7, "Othertown": 0.3},
        moving_once=184_000,
        priced_at=date(2026, 11, 1),
        at=AT,
    )  # fmt: skip


def _option(
    identity: str, name: str, once: float, running: Sequence[float], refresh: float, preferred: bool = False
) -> Option:
    none = Amount(low=0, likely=0, high=0)
    years = tuple(
        YearCost(
            year=year,
            capital=amount(refresh) if place == 2 and refresh else none,
            one_off_revenue=amount(once / 2) if place < 2 and once else none,
            annual_revenue=amount(running[place]),
            dual_running=amount(9_000) if place == 1 and once else none,
            discount_factor=round(1 / 1.035**place, 6),
            staying_hardware=amount(refresh) if place == 2 and refresh else none,
        )
        for place, year in enumerate(YEARS)
    )
    present = sum(
        (one.capital.likely + one.one_off_revenue.likely + one.annual_revenue.likely) * one.discount_factor
        for one in years
    )
    return Option(
        id=identity,
        name=name,
        what=f"{name}: what is done, in a sentence of the option’s own.",
        years=years,
        net_present_cost=amount(round(present)),
        optimism_bias=92_000 if once else 0,
        exposure=812 if once else 14_600,
        for_it=("It needs no one-off money now.",) if not once else ("Nothing is left out of support.",),
        against=("The hardware must be bought anew in 2028/29.",) if not once else ("It takes people’s time.",),
        preferred=preferred,
    )


def costs() -> Costs:
    """A few lines on both sides, one thing without a price, and carbon."""
    return Costs(
        id="costs",
        lines=(
            CostLine(
                id="azure/compute/revdb01", subject="revdb01", what="Standard_D2as_v5, 3 years reserved", side="azure",
                category="compute", nature="annual", accounting="revenue", amount=amount(681),
                reckoning="730 hours × 12 × £0.0778", source="price book: libcloud", priced_at=date(2026, 11, 1),
            ),
            CostLine(
                id="on-premises/hardware/revdb01", subject="revdb01", what="its part of a host", side="on-premises",
                category="hardware", nature="annual", accounting="revenue", amount=amount(4_100),
                reckoning="£4,100 a year", source="rates.toml",
            ),
        ),
        unpriced=(
            NotPriced(subject="cctv01", what="running in Azure", why="its size is not known"),
            NotPriced(subject="housing01", what="licences of SQL", why="rates.toml has none for revdb01 or housing01"),
        ),
        carbon=(
            Carbon(
                server="revdb01", on_premises_kg=amount(812), azure_kg=amount(240),
                reckoning="W × hours × grid", source="UK Government GHG Conversion Factors 2025",
            ),
            Carbon(server="cctv01", on_premises_kg=amount(900), azure_kg=None, reckoning="no size", source="the same"),
        ),
        assumptions={"people.day_rate": "£420 a day (assumptions.toml)", "dual_running.weeks": "4 weeks (Decant)"},
        sources=("price book: libcloud, of 1 November 2026", "rates.toml, of 12 November 2026"),
        at=AT,
    )  # fmt: skip


def _server(place: int, name: str, owner: str | None, contract: date | None) -> Server:
    reached = name != "cctv01"
    return Server(
        id=name,
        address=f"10.99.1.{place + 11}",
        hostname=f"{name}.anytown.internal",
        owner=owner,
        authority="Anytown & District",
        contract_end=contract,
        os_name="Windows Server 2016" if name == "housing01" else "Debian GNU/Linux 11 (bullseye)",
        os_id="windows" if name == "housing01" else "debian",
        reached=reached,
        unreached_reason="" if reached else "cctv01: it does not answer on port 22",
        seen_at=AT,
    )


def _assessment(place: int, server: str) -> Assessment:
    ended = Support(
        product="Debian", version="11", status="ended", ends=date(2026, 8, 31), table_date=date(2026, 10, 22),
        source="endoflife.date",
    )  # fmt: skip
    soon = Support(
        product="Windows Server", version="2016", status="ends soon", ends=date(2027, 1, 12),
        table_date=date(2026, 10, 22), source="endoflife.date",
    )  # fmt: skip
    unknown = server == "cctv01"
    return Assessment(
        server=server,
        support=() if unknown else ((soon,) if server == "housing01" else (ended,)),
        disposition=None if unknown else (Disposition.RETIRE if server == "oldpay01" else Disposition.REPLATFORM),
        readiness="unknown" if unknown else ("ready", "ready with conditions", "not ready")[place % 3],
        reasons=(f"{server} is reached by nobody",) if unknown else ("Debian 11: support has ended",),
        conditions=() if unknown or place % 3 != 1 else ("websites are moved by hand",),
        size=None if unknown else Size(
            sku="Standard_D2as_v5", vcpus=2, memory_bytes=8 << 30, basis="as it is: nothing was observed"
        ),
        at=AT,
    )  # fmt: skip


def _risk(server: str) -> Risk:
    return Risk(
        subject=server,
        likelihood=(Score(criterion="support", points=4, basis="measured", why=f"{server} runs what has ended"),),
        impact=(Score(criterion="service", points=None, basis="open", why="ask whose service it is"),),
        framework="Legacy IT Risk Assessment Framework, 2023",
        at=AT,
    )


def charts() -> dict[str, Chart]:
    """One drawing under each name: a bar, as an SVG and as the smallest PNG there is."""
    import vl_convert

    svg = (
        '<svg role="img" aria-label="Bars" xmlns="http://www.w3.org/2000/svg" width="600" height="220">'
        '<rect x="10" y="20" width="400" height="60" fill="#12436D"/><text x="20" y="130" font-size="20">Bars</text></svg>'
    )
    table = Table(
        caption="The data",
        columns=(Column(title="Year"), Column(title="Pounds", number=True)),
        rows=(("2026/27", "£1"),),
        source="Source: made by hand.",
    )
    png = vl_convert.svg_to_png(svg, scale=2)
    return {
        name: Chart(title=f"Chart of {name}", svg=svg, png=png, alt=f"A bar for each: {name}.", table=table)
        for name in ("roadmap", "people", "years", "options", "sensitivity", "support")
    }
