"""The room and its electricity; and what a server costs today where that is given as a whole."""

from collections.abc import Iterator, Sequence

from estate.catalogue.prices import Price
from estate.documents.words import count, some
from estate.errors import UsageError
from estate.records.cost import Amount, CostLine, NotPriced
from migration.costing.assumptions import Assumed
from migration.costing.base import Case, Found, Kind, Subject, line
from migration.costing.figure import Figure, assumed, number, priced

_HOURS = 8760


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    here = [one for one in case.subjects if not one.in_a_cloud and not case.price(f"today/{one.id}")]
    for subject in case.subjects:
        own = case.price(f"today/{subject.id}")
        if own is not None:
            yield _whole(subject, number(1, "year") * priced(own), "as the council pays for it", own)
        elif subject.in_a_cloud:
            yield NotPriced(
                subject=subject.id,
                what="what it costs today",
                why=f"it does not run in your own room: give today/{subject.id} in rates.toml, by the year",
            )
        elif (total := case.assumptions.given("on_premises_total")) is not None:
            figure = _rest(case, total).over(number(len(here), "servers"))
            yield _whole(subject, figure, f"its part of what {count(len(here), 'server')} cost")
        else:
            yield from _parts(case, subject)


def _rest(case: Case, total: Assumed) -> Figure:
    """What is left of the sum for all servers once those of the room with a cost of their own have theirs."""
    prices = {one.id: case.price(f"today/{one.id}") for one in case.subjects if not one.in_a_cloud}
    own = {name: price.gbp for name, price in prices.items() if price is not None}
    figure = assumed(total, "£ a year")
    if not own:
        return figure
    known = sum(own.values())
    if known > total.amount.low:
        raise UsageError(
            f"on_premises_total in assumptions.toml says that the servers cost £{total.amount.low:,.0f} or more, "
            f"but {some([f'today/{name}' for name in sorted(own)], 3)} in rates.toml alone come to £{known:,.0f}",
            "correct one of them, or leave on_premises_total out",
        )
    amount = total.amount
    rest = Amount(low=amount.low - known, likely=amount.likely - known, high=amount.high - known)
    given = "£" + f"{known:,.2f}".removesuffix(".00")
    return Figure(rest, f"{figure.text} − {given} given by server", figure.keys, is_sum=True)


def _whole(subject: Subject, figure: Figure, what: str, price: Price | None = None) -> CostLine:
    return line(subject.id, f"all that it costs today, {what}", "on-premises", "premises", figure, price=price)


def _parts(case: Case, subject: Subject) -> Iterator[Found]:
    if subject.server.power != "off":
        watts = drawn(case, subject)
        year = watts * number(_HOURS, "hours") * case.assumed("pue") * case.assumed("electricity_gbp")
        figure = year.over(number(1000))
        yield line(subject.id, "electricity, with cooling", "on-premises", "premises", figure, part="electricity")
    yield line(subject.id, "its part of the room", "on-premises", "premises", _room(case, subject), part="room")


def _room(case: Case, subject: Subject) -> Figure:
    """Where nothing tells what it is: a virtual machine's part, or as much as one of its own."""
    room = case.assumed("room_gbp_physical")
    part = room.over(case.assumed("servers_per_host"))
    if subject.virtual is None:
        return Figure(part.amount.model_copy(update={"high": room.amount.high}), part.text, part.keys)
    return part if subject.virtual else room


def drawn(case: Case, subject: Subject) -> Figure:
    """Watts that it draws. Where nothing tells what it is: those of a virtual machine, or as many as of one of its own."""
    virtual, own = case.assumed("watts_virtual"), case.assumed("watts_physical")
    if subject.virtual is None:
        amount = virtual.amount.model_copy(update={"high": max(virtual.amount.high, own.amount.high)})
        return Figure(amount, virtual.text, (*virtual.keys, *own.keys))
    return virtual if subject.virtual else own


KIND = Kind("premises", _reckon)
