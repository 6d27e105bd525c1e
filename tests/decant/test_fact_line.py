"""A fact is shown as one line of its values."""

from decant.journeys.fact_line import line


def test_values_are_named_and_lists_are_counted_or_named() -> None:
    payload = {
        "product": "mariadb",
        "total_bytes": 3 * 1024**3,
        "uptime_seconds": 90,
        "active": False,
        "version": None,
        "databases": [{"name": "shop"}],
        "accounts": ["a", "b", "c", "d"],
        "rules": [],
        "settings": {"x": 1, "y": 2},
    }
    assert line(payload) == (
        "product: mariadb; total: 3.0 GiB; uptime: 90.0 s; active: no; databases: shop; accounts: 4; …"
    )
    assert line({"rules": [], "settings": {"x": 1}}) == "rules: none; settings: x"


def test_a_payload_without_values_says_so() -> None:
    assert line({}) == "nothing"
    assert line(None) == "nothing"
