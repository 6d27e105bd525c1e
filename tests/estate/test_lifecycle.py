"""Support dates: what the table says, what it does not, and what a distribution keeps alive."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.catalogue import lifecycle
from estate.catalogue.lifecycle import product_of_os, product_of_package, support_of, support_of_package

NOVEMBER_2026 = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("product", "version", "status", "release"),
    [
        ("debian", "11", "ended", "11"),
        ("debian", "11.9", "ended", "11"),
        ("debian", "12", "supported", "12"),
        ("ubuntu", "18.04", "ended", "18.04"),
        ("ubuntu", "24.04.1", "supported", "24.04"),
        ("rhel", "7.9", "ended", "7"),
        ("postgresql", "13.14 (Debian 13.14-0+deb11u1)", "ended", "13"),
        ("postgresql", "9.6.3", "ended", "9.6"),
        ("postgresql", "15", "supported", "15"),
        ("mariadb", "1:10.5.23-0+deb11u1", "ended", "10.5"),
        ("windows-server", "2012-r2", "ended", "2012-r2"),
        ("php", "8.2.7", "ends soon", "8.2"),
    ],
)
def test_a_version_is_judged_by_the_release_it_belongs_to(product, version, status, release):
    support = support_of(product, version, NOVEMBER_2026)
    assert (support.status, support.version) == (status, release)
    assert support.table_date == lifecycle.shipped().as_of
    assert support.source == "endoflife.date open data"


def test_the_last_day_of_support_still_counts_and_the_next_does_not():
    assert support_of("postgresql", "14", date(2026, 11, 12)).status == "ends soon"
    assert support_of("postgresql", "14", date(2026, 11, 13)).status == "ended"


def test_an_extension_for_everyone_counts_as_support():
    support = support_of("debian", "11", date(2025, 1, 1))
    assert support.status == "supported"
    assert "extension for everyone ends on 31 August 2026" in support.reason


def test_an_extension_that_has_to_be_bought_is_named_and_does_not_count():
    support = support_of("ubuntu", "18.04", NOVEMBER_2026)
    assert support.status == "ended"
    assert "1 April 2028 has to be bought" in support.reason


@pytest.mark.parametrize(
    ("product", "version"), [("debian", "99"), ("debian", "sid"), ("cobol", "1"), ("php", "")]
)
def test_what_the_table_lacks_is_unknown_and_never_supported(product, version):
    support = support_of(product, version, NOVEMBER_2026)
    assert support.status == "unknown"
    assert "the table has no" in support.reason


def test_an_old_table_says_so():
    assert "is old" in support_of("debian", "12", lifecycle.shipped().as_of + timedelta(days=366)).reason


@pytest.mark.parametrize(
    ("package", "product"),
    [
        ("postgresql-13", "postgresql"),
        ("postgresql-client-13", None),
        ("postgresql13-server", "postgresql"),
        ("mariadb-server-10.5", "mariadb"),
        ("nginx-core:amd64", "nginx"),
        ("php7.4-fpm", "php"),
        ("python3.9", "python"),
        ("python3-requests", None),
        ("httpd", "apache-http-server"),
        ("bash", None),
    ],
)
def test_packages_are_mapped_to_products(package, product):
    assert product_of_package(package) == product


def test_every_product_that_is_mapped_to_is_in_the_table():
    mapped = set(lifecycle.OS_PRODUCTS.values()) | {p for _, p in lifecycle._PACKAGE_PRODUCTS}
    assert mapped <= set(lifecycle.shipped().products)
    assert product_of_os("Debian") == "debian"
    assert product_of_os("templeos") is None


@pytest.mark.parametrize(
    ("version", "by_distribution"),
    [
        ("1.18.0-6.1+deb11u3", True),
        ("13.14-0+deb11u1", True),
        ("3.9.2-3", True),
        ("2.4.37-51.el8", True),
        ("8.0.36-0ubuntu0.22.04.1", True),
        ("13.14-1.pgdg110+1", False),
        ("16.20.1-deb-1nodesource1", False),
        ("7.4.33-8+0~20230904.89+debian11~1.gbp8c3e0b", False),
        ("1:10.11.6+maria~deb11", False),
        ("1.30.1-1~bookworm", False),
    ],
)
def test_a_package_tells_who_built_it(version, by_distribution):
    assert lifecycle.from_distribution(version) is by_distribution


def test_a_distribution_in_support_keeps_its_own_packages_alive():
    debian = support_of("debian", "12", NOVEMBER_2026)
    support = support_of_package("nginx", "1.22.1-9+deb12u1", debian, NOVEMBER_2026)
    assert support is not None
    assert support.status == "supported"
    assert "Debian 12 built it and carries fixes until 30 June 2028" in support.reason
    foreign = support_of_package("nginx", "1.22.1-1~bookworm", debian, NOVEMBER_2026)
    assert foreign is not None
    assert foreign.status == "ended"


def test_a_distribution_out_of_support_keeps_nothing_alive():
    debian = support_of("debian", "11", NOVEMBER_2026)
    support = support_of_package("postgresql-13", "13.14-0+deb11u1", debian, NOVEMBER_2026)
    assert support is not None
    assert support.status == "ended"
    assert support_of_package("bash", "5.1-2", debian, NOVEMBER_2026) is None


@given(st.text(max_size=40), st.text(max_size=40), st.dates())
def test_any_name_and_version_get_an_answer(product, version, today):
    support = support_of(product, version, today)
    assert support.status in ("supported", "ends soon", "ended", "unknown")
    assert support.reason


@given(st.sampled_from(sorted(lifecycle.shipped().products)), st.data())
def test_support_never_comes_back_once_it_ended(product, data):
    release = data.draw(st.sampled_from(sorted(lifecycle.shipped().products[product].releases)))
    day = data.draw(st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 1, 1)))
    if support_of(product, release, day).status == "ended":
        assert support_of(product, release, day + timedelta(days=1)).status == "ended"
