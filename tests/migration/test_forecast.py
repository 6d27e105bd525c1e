"""How many servers are out of support today, in 90 and in 180 days."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from estate.records.assessment import Assessment, Support
from migration.forecast import forecast

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def support(until: date | None, status: str = "supported", product: str = "PHP") -> Support:
    values = {"product": product, "version": "8.2", "status": status, "until": until}
    return Support.model_validate({**values, "table_date": date(2026, 8, 22), "source": "test"})


def assessed(server: str, *found: Support) -> Assessment:
    return Assessment(server=server, readiness="ready", reasons=("because",), support=found, at=AT)


def test_the_last_day_of_support_still_counts_as_supported() -> None:
    on_the_day, before = TODAY + timedelta(days=90), TODAY + timedelta(days=89)
    found = forecast([assessed("a", support(on_the_day)), assessed("b", support(before))], TODAY)
    assert [one.out for one in found.horizons] == [(), ("b",), ("a", "b")]
    assert [one.days for one in found.horizons] == [0, 90, 180]


def test_what_ends_is_listed_by_day_with_its_servers() -> None:
    end = date(2026, 12, 31)
    found = forecast(
        [assessed("a", support(end)), assessed("b", support(end)), assessed("c", support(None))], TODAY
    )
    assert [(one.until, one.what, one.servers) for one in found.endings] == [(end, "PHP 8.2", ("a", "b"))]


def test_what_has_ended_is_out_today_also_where_no_day_is_known() -> None:
    found = forecast(
        [assessed("a", support(None, "ended")), assessed("b", support(date(2020, 1, 1), "ended"))], TODAY
    )
    assert found.horizons[0].out == ("a", "b")
    assert found.endings == ()


def test_a_server_of_which_nothing_is_known_is_never_counted_as_supported() -> None:
    found = forecast([assessed("a"), assessed("b", support(None, "unknown"), support(None))], TODAY)
    assert found.unknown == ("a", "b")
    assert (found.of, found.table_date) == (2, date(2026, 8, 22))


def test_an_estate_without_servers_has_a_forecast_without_servers() -> None:
    found = forecast([], TODAY)
    assert (found.of, found.unknown, found.table_date) == (0, (), None)
    assert not any(one.out for one in found.horizons)


@given(
    st.lists(
        st.lists(
            st.builds(
                support, st.none() | st.dates(), st.sampled_from(["supported", "ends soon", "ended", "unknown"])
            ),
            max_size=3,
        ),
        max_size=6,
    )
)
def test_nobody_comes_back_into_support_by_waiting(found: list[list[Support]]) -> None:
    made = forecast([assessed(str(number), *one) for number, one in enumerate(found)], TODAY)
    outs = [set(one.out) for one in made.horizons]
    assert outs[0] <= outs[1] <= outs[2]
    assert all(TODAY <= one.until < made.horizons[-1].on for one in made.endings)
