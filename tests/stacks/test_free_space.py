"""A new stack gets addresses that nobody has, the template's own where they are free."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import UsageError
from stacks.addresses import free_space

WANTED = IPv4Network("10.90.0.0/20")
SPACES = st.builds(
    lambda number, bits: IPv4Network(((10 << 24) + (number << 10) & ~((1 << (32 - bits)) - 1), bits)),
    st.integers(0, (1 << 14) - 1),
    st.integers(16, 22),
)


@given(st.lists(SPACES, max_size=12), SPACES)
def test_what_is_given_overlaps_nothing_and_is_as_large_as_wanted(
    taken: list[IPv4Network], wanted: IPv4Network
) -> None:
    found = free_space(wanted, taken)
    assert found.prefixlen == wanted.prefixlen
    assert found.is_private
    assert not any(found.overlaps(one) for one in taken)
    assert found == wanted or any(wanted.overlaps(one) for one in taken)


def test_it_goes_on_from_what_was_wanted_and_round() -> None:
    assert free_space(WANTED, [IPv4Network("10.90.0.0/19")]) == IPv4Network("10.90.32.0/20")
    last = IPv4Network("10.255.240.0/20")
    assert free_space(last, [last]) == IPv4Network("10.0.0.0/20")
    assert free_space(IPv4Network("192.168.0.0/16"), [IPv4Network("192.168.4.0/22")]) == IPv4Network("10.0.0.0/16")


def test_where_nothing_is_free_it_says_so() -> None:
    with pytest.raises(UsageError, match="no /20 of"):
        free_space(WANTED, [IPv4Network("10.0.0.0/8")])
