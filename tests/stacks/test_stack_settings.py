"""A settings file is refused with the key that is wrong and what to do, before anything is made of it."""

import pytest

from estate.errors import UsageError
from stacks.settings.example import is_example
from stacks.settings.file import load, template
from tests.stacks.conftest import WriteSettings


@pytest.mark.parametrize("kind", ["production", "test"])
def test_what_init_writes_is_valid_and_says_what_is_to_be_filled_in(write: WriteSettings, kind: str) -> None:
    settings = load(write(kind))
    assert settings.kind == kind
    assert set(settings.unfilled()) == {
        "subscription",
        "tenant",
        "access.admins.object_id",
        "access.ssh_public_key",
        "budget.contacts",
        "tags.cost_centre",
        *(["server_room.gateway", "server_room.domains"] if kind == "production" else []),
    }


@pytest.mark.parametrize("kind", ["production", "test"])
def test_a_stack_is_an_example_until_somebody_sizes_it(write: WriteSettings, kind: str) -> None:
    assert is_example(load(write(kind)))
    assert is_example(load(write(kind, ('cost_centre = "0000"', 'cost_centre = "1234"'))))
    assert not is_example(load(write(kind, ("storage_gib = ", "storage_gib = 2048 # "))))


def test_two_test_stacks_have_names_of_their_own() -> None:
    assert template("test", "test") != template("test", "test")


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        ("production", "bastion = true", "bastoin = true", "access.bastoin"),
        ("production", 'region = "uksouth"', 'region = "westeurope"', "region"),
        ("production", "10.40.0.0/16", "8.8.0.0/16", "not in a private range"),
        (
            "production",
            "10.40.0.0/16",
            "10.40.0.0/24",
            "must be a /16 to a /22: 10.40.0.0/24 is too small: an eighth of it is for",
        ),
        ("production", "10.40.0.0/16", "10.40.0.1/16", "network.address_space"),
        ("production", "Standard_D2as_v5", "Standard_D2as_v6", "not in the size catalogue"),
        ("production", "monthly_gbp = 2000", "monthly_gbp = 0", "budget.monthly_gbp"),
        ("production", "ict@example.gov.uk", "nobody", "not an e-mail address"),
        ("production", 'system = "files"', 'system = "fils"', "not in systems"),
        ("production", 'name = "files1"', 'name = "app1"', "two entries are called 'app1'"),
        ("production", "personal_data = false", "personal_data = true", "ropa_ref"),
        ("production", '"OFFICIAL" #', '"OFFICIAL-SENSITIVE" #', "disk_encryption_set"),
        ("production", "database_backup_days = 35", "database_backup_days = 7", "database_backup_days"),
        ("production", 'ssh_public_key = ""', 'ssh_public_key = "hunter2"', "not an SSH public key"),
        ("production", 'service = "council"', 'service = "The Council"', "service"),
        ("production", 'version = "16"', 'version = "11"', "version"),
        ("test", 'kind = "synthetic"', 'kind = "masked"', "masking_run"),
        ("test", 'kind = "synthetic"', 'kind = "production"', "data.kind"),
        ("test", "expires_on = ", "# expires_on = ", "needs expires_on"),
        ("test", "suffix = ", "# suffix = ", "needs suffix"),
        ("test", 'time = "19:00"', 'time = "25:00"', "shutdown.time"),
        ("test", 'kind = "synthetic"', 'kind = "real"', "takes synthetic or masked data"),
        ("rehearsal", 'kind = "real"', 'kind = "synthetic"', "takes real data"),
        ("rehearsal", "personal_data = true", "personal_data = false", "personal-data register"),
        ("incident", "people = ", "# people = ", "needs access.people"),
        ("incident", "people = ", 'admins = { name = "All", object_id = "$nobody" } #', "an id such as"),
        (
            "production",
            "bastion = true",
            'bastion = true\npeople = [{name = "j", object_id = "x"}]',
            "an id such as",
        ),
    ],
)
def test_a_wrong_value_is_named(write: WriteSettings, kind: str, old: str, new: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        load(write(kind, (old, new)))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_key_comes_with_the_nearest_valid_one(write: WriteSettings) -> None:
    with pytest.raises(UsageError) as refused:
        load(write("production", ("storage_gib = 64", "storage_gb = 64")))
    assert "postgres[1].storage_gb" in refused.value.what
    assert "storage_gib" in refused.value.remedy


def test_a_secret_is_never_a_setting(write: WriteSettings) -> None:
    path = write("production", ("[budget]", '[state]\npassphrase = "correct horse battery"\n\n[budget]'))
    with pytest.raises(UsageError) as refused:
        load(path)
    assert "must be a reference" in str(refused.value)
    assert "correct horse" not in str(refused.value)


def test_a_file_that_is_not_toml_or_not_there_is_a_sentence(write: WriteSettings) -> None:
    path = write()
    path.write_text("kind = ", "utf-8")
    with pytest.raises(UsageError, match="not valid TOML"):
        load(path)
    with pytest.raises(UsageError, match="cannot be read"):
        load(path.with_name("nowhere.toml"))


def test_a_reference_that_still_says_fill_in_is_none(write: WriteSettings) -> None:
    assert "tags.ropa_ref" in load(write("rehearsal")).unfilled()
    assert "data.masking_run" in load(write("incident")).unfilled()
    assert "tags.ropa_ref" not in load(write("rehearsal", ("ROPA-FILL-IN", "ROPA-0042"))).unfilled()


def test_an_incident_stack_holds_one_system(write: WriteSettings) -> None:
    with pytest.raises(UsageError, match="an incident stack holds one system: make a stack for each of"):
        load(write("incident", ("systems = [", 'systems = ["another", ')))


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        (
            "production",
            'service = "council"',
            'service = "Anytown Council"',
            "is not 2 to 10 lower-case letters or digits",
        ),
        ("test", 'time = "19:00"', 'time = "7pm"', "is not a time of day such as 19:00"),
        ("production", 'gateway = "192.0.2.1"', 'gateway = "vpn"', "must be an IPv4 address, as"),
        ("production", "[tags]", '[state]\nbackend = "s3://x"\n\n[tags]', "is not azblob://CONTAINER"),
    ],
)
def test_a_value_of_the_wrong_form_is_told_the_right_one(
    write: WriteSettings, kind: str, old: str, new: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        load(write(kind, (old, new)))


def test_why_a_way_out_is_needed_wants_more_than_a_word(write: WriteSettings) -> None:
    way = '[[way_out]]\nname = "licence"\nwhy = "licence"\nto = "203.0.113.7/32"\nports = ["443"]\n\n[[vm]]'
    with pytest.raises(UsageError, match="why must have at least 10 characters"):
        load(write("incident", ("[[vm]]", way)))
    with pytest.raises(UsageError, match="to must be a range of IPv4 addresses"):
        load(
            write(
                "incident",
                (
                    "[[vm]]",
                    way.replace("203.0.113.7/32", "vendor.example.com").replace(
                        '"licence"\nto', '"it asks its licence"\nto'
                    ),
                ),
            )
        )


def test_what_is_most_likely_not_meant_is_told(write: WriteSettings) -> None:
    closed = load(write("incident", ("bastion = true ", "bastion = false ")))
    assert closed.doubts() == [
        "nobody can reach the machines: access.bastion is off, and there is no other way in"
    ]
    assert load(write("test")).doubts() == []


GROUP = "/subscriptions/8a6e0804-2bd0-4672-b79d-d97027f9071a/resourceGroups/rg"
DES = f"{GROUP}/providers/Microsoft.Compute/diskEncryptionSets/des"


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        (
            "production",
            'address_space = "10.40.0.0/16"',
            'address_space = "127.0.0.0/20"',
            "not in a private range",
        ),
        (
            "production",
            'address_space = "10.40.0.0/16"',
            'address_space = "169.254.0.0/20"',
            "not in a private range",
        ),
        ("production", 'gateway = "192.0.2.1"', 'gateway = "10.1.2.3"', "is no public address"),
        ("production", '["192.168.0.0/16"]', '["192.168.0.0/16", "192.168.0.0/24"]', "have addresses in common"),
        ("production", 'region = "uksouth"', 'region = "ukwest"', "ukwest has no zones"),
        (
            "production",
            'service = "council"',
            'service = "council"\ndisk_encryption_set = "rubbish"',
            "is not an id as",
        ),
        ("production", 'databases = ["website"]', 'databases = ["sys"]', "the database sys is the server's own"),
        ("production", 'databases = ["website"]', 'databases = ["shop", "Shop"]', "two entries are called 'shop'"),
        ("production", 'databases = ["reports"]', 'databases = ["azure_sys"]', "azure_sys is the server's own"),
        (
            "production",
            "[network]",
            '[network]\nprivate_domain = "privatelink.blob.core.windows.net"',
            "is Azure's own",
        ),
        ("production", 'owner = "', f'owner = "{"o" * 300}', "must have at most 256 characters"),
    ],
)
def test_what_azure_would_refuse_is_refused_here(
    write: WriteSettings, kind: str, old: str, new: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        load(write(kind, (old, new)))


def test_a_disk_encryption_set_is_an_id(write: WriteSettings) -> None:
    given = write("production", ('service = "council"', f'service = "council"\ndisk_encryption_set = "{DES}"'))
    assert load(given).disk_encryption_set == DES


def test_ways_out_are_no_more_than_there_are_priorities_and_their_reasons_fit(write: WriteSettings) -> None:
    def ways(number: int, why: str = "it asks its licence") -> str:
        one = '[[way_out]]\nname = "way{}"\nwhy = "{}"\nto = "203.0.113.{}/32"\nports = ["443"]\n\n'
        return "".join(one.format(at, why, at) for at in range(number)) + "[[vm]]"

    assert len(load(write("incident", ("[[vm]]", ways(80)))).way_out) == 80
    with pytest.raises(UsageError, match="81 ways out are more than the 80"):
        load(write("incident", ("[[vm]]", ways(81))))
    with pytest.raises(UsageError, match="why must have at most 140 characters"):
        load(write("incident", ("[[vm]]", ways(1, "w" * 141))))
