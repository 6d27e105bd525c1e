"""The hosts file: what a person mistypes is refused in one sentence that names the file and the host."""

from pathlib import Path

import pytest

from estate.errors import UsageError
from inventory.hosts_file import load

GOOD = """
[[host]]
name = "db01"
address = "10.0.0.12"
user = "svc"
key = "file:/home/me/.ssh/id_ed25519"
sudo = "nopasswd"
owner = "Revenues"
contract_end = 2027-03-31
jump = "gate"

[[host]]
name = "gate"
address = "gate.example"
role = "target"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "hosts.toml"
    path.write_text(text)
    return path


def test_a_good_file_gives_its_hosts_in_order(tmp_path: Path) -> None:
    hosts = load(written(tmp_path, GOOD))
    assert list(hosts) == ["db01", "gate"]
    assert hosts["db01"].jump == "gate"
    assert hosts["db01"].contract_end is not None
    assert hosts["gate"].role == "target"


def test_an_empty_file_has_no_hosts(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")) == {}


HOST = '[[host]]\nname = "db01"\naddress = "10.0.0.12"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HOST + 'adress = "x"\n', "host db01: adress is no setting of a host: did you mean address?"),
        (HOST + 'colour = "x"\n', "host db01: colour is no setting of a host: known are name, address"),
        (HOST + "port = 70000\n", "host db01: port must be 65535 or less"),
        (HOST + 'sudo = "always"\n', "host db01: sudo must be 'none', 'nopasswd' or 'password'"),
        (HOST + 'sudo = "password"\n', 'host db01: sudo = "password" lacks its sudo_password'),
        (HOST + 'contract_end = "soon"\n', "host db01: contract_end must be a date"),
        (HOST + HOST, "two hosts called db01"),
        ('[[host]]\naddress = "x"\n', "host number 1: name is missing"),
        ('[[host]]\nname = "a b"\naddress = "x"\n', "letters, digits, full stops"),
        ('[[host]]\nname = "a"\naddress = "10.0.0.300"\n', "'10.0.0.300' is neither an IP address"),
        ('[[host]]\nname = "a"\naddress = "ops@db01:22"\n', "write the address alone"),
        ("[host]\nname = 'x'\n", "does not list its hosts"),
        ("[hosts]\n", "unknown table hosts"),
        ("host = 3\n", "does not list its hosts"),
        ("[[host]\n", "is not valid TOML"),
        (
            HOST + 'jump = "gat"\n[[host]]\nname = "gate"\naddress = "x"\n',
            "gat is not in the file: did you mean gate?",
        ),
        (HOST + 'jump = "nowhere"\n', "jump host nowhere is not in the file"),
        (HOST + 'jump = "db01"\n', "lead in a circle (db01 > db01)"),
        (
            HOST + 'jump = "b"\n[[host]]\nname = "b"\naddress = "x"\njump = "db01"\n',
            "lead in a circle (db01 > b > db01)",
        ),
        (HOST + 'key = "env:KEY"\n', "host db01: key must be a file"),
    ],
)
def test_what_is_wrong_is_said_of_the_file_and_the_host(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("field", ["key", "password", "sudo_password"])
@pytest.mark.parametrize("secret", ["hunter2", "-----BEGIN OPENSSH PRIVATE KEY-----", "pass:hunter2", ""])
def test_a_secret_written_out_is_refused_and_not_repeated(tmp_path: Path, field: str, secret: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(written(tmp_path, HOST + f'{field} = "{secret}"\n'))
    assert f"host db01: {field} is not a reference to a secret" in str(caught.value)
    assert not secret or secret not in str(caught.value) + repr(caught.value)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no hosts file"):
        load(tmp_path / "hosts.toml")
    (tmp_path / "hosts.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not text in UTF-8"):
        load(tmp_path / "hosts.toml")


def test_a_host_says_its_system_or_leaves_it_to_be_found(tmp_path: Path) -> None:
    assert {host.system for host in load(written(tmp_path, GOOD)).values()} == {None}
    said = GOOD.replace('user = "svc"', 'user = "svc"\nsystem = "windows"')
    assert load(written(tmp_path, said))["db01"].system == "windows"
    with pytest.raises(UsageError, match="system"):
        load(written(tmp_path, said.replace('"windows"', '"vms"')))


def test_a_missing_address_is_to_be_written_and_not_to_be_mended(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as wrong:
        load(written(tmp_path, '[[host]]\nname = "db01"\n'))
    assert wrong.value.remedy == "write it into that [[host]] table"
