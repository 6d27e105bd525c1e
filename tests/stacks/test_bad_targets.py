"""What is wrong in a target's settings, or in how long names are, is one sentence that names the setting."""

import pytest

from estate.catalogue.databases import table
from estate.errors import UsageError
from stacks.kinds import KINDS
from stacks.naming import RULES, Names, refuse_long_names
from stacks.preview.stack import preview_stack
from stacks.settings.compute import sizes_of
from stacks.settings.file import load
from tests.stacks.conftest import WriteSettings

PLAIN = 'name = "app1"'


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        ("production", "Standard_D4s_v3", "Standard_D5s_v3", "none that a GeneralPurpose PostgreSQL server takes"),
        ("production", "Standard_D4s_v3", "Standard_B1ms", "is one of the tier Burstable, and tier is GeneralPurpose"),
        ("production", "Standard_D2ads_v5", "Standard_Q2ads_v5", "mysql 1: size 'Standard_Q2ads_v5'"),
        ("production", "Standard_D2ads_v5", "Standard_D2ds_v5", "none that a GeneralPurpose MySQL server takes"),
        ("production", "storage_gib = 64\ndatabases = [\"reports\"]", "storage_gib = 65", "storage_gib must be 32, 64"),
        ("production", "storage_gib = 64\ndatabases = [\"website\"]", "storage_gib = 10", "storage_gib must be 20 or more"),
        ("production", 'databases = ["reports"]', 'databases = ["a", "a"]', "two entries are called 'a'"),
        ("production", 'databases = ["website"]', 'databases = ["a", "a"]', "two entries are called 'a'"),
        ("production", 'databases = ["reports"]', 'databases = ["a b"]', "postgres 1, databases 1"),
        ("production", 'databases = ["reports"]', 'extensions = ["postgiss"]', "did you mean postgis"),
        ("production", "data_gib = 64", "data_gib = 4", "mariadb 1, data_gib must be 8 or more"),
        ("production", "gib = 512", "gib = 2", "gib must be 4 or more"),
        ("production", "gib = 512", "gib = 32768", "gib must be 32767 or less"),
        ("production", "disks = [{", 'disks = [{ name = "shared", gib = 8 }, {', "two entries are called 'shared'"),
        ("production", 'subnet = "app"', 'subnet = "databases"', "vm 1, subnet must be 'app'"),
        ("production", 'image = "ubuntu-24.04"', 'image = "ubuntu-14.04"', "vm 1, image must be 'debian-12'"),
        ("production", PLAIN, f'{PLAIN}\nzone = "4"', "vm 1, zone must be '1'"),
        ("production", PLAIN, f"{PLAIN}\nos_disk_gib = 10", "os_disk_gib must be 30 or more"),
        ("production", PLAIN, f'{PLAIN}\nos_disk_kind = "Ultra"', "os_disk_kind must be"),
        ("production", PLAIN, 'name = "App_1"', "vm 1, name"),
        ("production", "first_password = \"env:", "first_password = \"hunter2:", "first_password: must be a reference"),
        ("production", "monthly_gbp = 2000", "monthly_gbp = inf", "budget.monthly_gbp must be a number"),
        ("production", "monthly_gbp = 2000", "monthly_gbp = -1", "budget.monthly_gbp must be more than 0"),
        ("production", "log_gb = 20", "log_gb = inf", "assumptions.log_gb must be a number"),
        ("production", "egress_gb = 50", "egress_gb = -1", "assumptions.egress_gb must be 0 or more"),
    ],
)  # fmt: skip
def test_a_wrong_target_is_named(write: WriteSettings, kind: str, old: str, new: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        load(write(kind, (old, new)))
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_standby_wants_more_than_a_burstable_server(write: WriteSettings) -> None:
    small = ('tier = "GeneralPurpose"\nsize = "Standard_D4s_v3"', 'tier = "Burstable"\nsize = "Standard_B1ms"')
    with pytest.raises(UsageError, match="a Burstable PostgreSQL server takes no standby"):
        load(write("production", small))
    assert load(write("production", small, ("high_availability = true", "high_availability = false")))


def test_mariadb_wants_a_way_to_its_packages(write: WriteSettings) -> None:
    own = '[[mariadb]]\nname = "db1"\nsystem = "report-it"\nsize = "Standard_D2as_v5"\n\n[[vm]]'
    with pytest.raises(UsageError, match="fetch no packages, so MariaDB cannot be set up: take mariadb out"):
        load(write("rehearsal", ("[[vm]]", own)))


def test_every_size_that_a_plan_takes_is_one_that_a_stack_takes() -> None:
    for one in table().sizes:
        for product in one.products:
            assert one.sku in sizes_of(product, one.tier)


def test_a_target_that_moves_and_is_none_is_told_before_the_program_starts(write: WriteSettings) -> None:
    with pytest.raises(UsageError) as refused:
        preview_stack(write("production", ("moving = [] ", 'moving = ["repots"] ')))
    assert "the program" not in str(refused.value)
    assert "did you mean reports" in refused.value.remedy


LONGEST = {"service": "c" * 10, "stack": 30}


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_names_that_fit_do_and_one_more_letter_names_the_setting(
    write: WriteSettings, kind: str
) -> None:
    """A stack's own name: as long as each kind of resource lets it be."""
    path = write(kind, ('service = "council"', f'service = "{LONGEST["service"]}"'))
    settings = load(path)

    def refusal(length: int) -> str:
        try:
            refuse_long_names("s" * length, settings)
        except UsageError as wrong:
            return str(wrong)
        return ""

    refused = {length: refusal(length) for length in range(2, 60)}
    most = max(length for length, why in refused.items() if not why)
    assert most >= (30 if KINDS[kind].lasts else 25)  # type: ignore[index]
    for length, why in refused.items():
        assert bool(why) is (length > most)
        assert not why or (f"the stack's name '{'s' * length}' is too long" in why and "Azure takes" in why)
    names = Names.of("s" * most, settings)
    for sort, rule in RULES.items():
        assert rule.shortest <= len(names.name(sort)) <= rule.longest


@pytest.mark.parametrize(
    ("kind", "section", "old"),
    [("production", "vm 1", PLAIN), ("production", "mariadb 1", 'name = "library1"'),
     ("rehearsal", "postgres 1", 'name = "reports"'), ("production", "mysql 1", '[[mysql]]\nname = "website"')],
)  # fmt: skip
def test_a_target_s_name_is_as_long_as_azure_lets_it_be(
    write: WriteSettings, kind: str, section: str, old: str
) -> None:
    stack = "s" * 22

    def refusal(length: int) -> str:
        head = old.rpartition('"')[0].rpartition('"')[0]
        try:
            refuse_long_names(stack, load(write(kind, (old, f'{head}"{"t" * length}"'))))
        except UsageError as wrong:
            return str(wrong)
        return ""

    refused = {length: refusal(length) for length in range(2, 41)}
    most = max(length for length, why in refused.items() if not why)
    for length, why in refused.items():
        assert bool(why) is (length > most)
        assert not why or f"{section}, name '{'t' * length}' is too long in the stack {stack}" in why
    if section.startswith(("vm", "mariadb")):
        assert most < 40
