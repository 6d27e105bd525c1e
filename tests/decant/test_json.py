"""Every `--json` output is what its published schema says, key by key."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from decant import __main__ as face
from decant import reference
from decant.journeys.without_servers import transcripts
from decant.schema_page import WITHOUT_JSON
from decant.schemas import OUTPUTS, json_schema
from estate.records.move import Description, Lag, Move, Phase, Residue
from estate.store import Store, sqlite_url
from practice.handover import hosts_toml, settings_toml
from tests.decant.face import decant
from tests.decant.published import closed, held
from tests.inventory.sources.exports import machine, workbook

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DATABASE = "db-legacy/postgres/reports"
EARLIER = "earlier.json"
REGISTER = 'name = "register"\n[columns]\nname = "Name"\nmemory = "RAM"\nowner = "Owner"\n'

HERE: dict[str, tuple[tuple[str, ...], ...]] = {
    "approvers list": ((),),
    "assess": ((), ("db-legacy",)),
    "check hosts": ((), ("db-legacy",)),
    "check stack": (("test",),),
    "config show": ((),),
    "costs": ((), ("--by", "server")),
    "costs show": (("db-legacy",), ("estate",)),
    "discover": (("--replay", str(transcripts()), "db-legacy"),),
    "doctor": (("--offline",),),
    "estate changes": (("--since", "2026-01-01"),),
    "estate conflicts": ((), ("db-legacy",)),
    "estate list": ((), ("--owner", "Revenues")),
    "estate map": ((),),
    "estate show": (("db-legacy",), ("web-legacy",)),
    "evidence anchor": ((),),
    "evidence verify": ((),),
    "hosts list": ((),),
    "lifecycle show": ((), ("postgresql",)),
    "import azure-migrate": (("azure.csv", "--dry-run"),),
    "import csv": (("register.csv", "--mapping", "register.toml", "--dry-run"),),
    "import rvtools": (("vmware.xlsx", "--dry-run"),),
    "moves": ((), ("reports_1",)),
    "move": ((DATABASE, "--to", "data-target", "--describe"),),
    "plan": ((),),
    "plan report": (("--format", "html"),),
    "plan show": (("--rules",),),
    "plan what-if": (("--moves-per-window", "8"), ("--deadline", "db-legacy=2026-11-30")),
    "plan why": ((DATABASE,),),
    "practice status": (("--estate", "jsonnever"),),
    "report": ((), ("--public",)),
    "risk": ((), ("db-legacy", "--ask")),
    "rules list": ((),),
    "rules show": (("NET-01",),),
    "schema list": ((),),
    "stack list": ((),),
    "stack preview": (("test", "--against", EARLIER),),
    "stack separation": (("test", "production"),),
    "status": ((),),
    "systems list": ((),),
    "systems propose": ((),),
    "systems show": (("report-it",),),
    "why": (("db-legacy",),),
}
"""What each command is given, in a workspace that was filled from transcripts. No server is reached."""

ON_SERVERS = {
    "accept", "cancel", "costs refresh", "cutover", "import aws", "lifecycle refresh",
    "observe", "practice load verify", "rollback",
}  # fmt: skip
"""`test_import_aws.py` reads an account, and `test_lifecycle.py` a stand-in for the API of support dates,
`test_costs.py` one for that of prices;
`test_observe.py` looks at a server; `test_json_on_servers.py` runs `move` and
`cancel`, by whose function the other commands on moves print too, and `tests/practice/test_load_estate.py` the
comparison of writes."""

NOT_HERE = {"stack outputs": "needs the Pulumi CLI and an Azure account; only its error is looked at"}


MAY_BE_EMPTY = {
    "accepted", "broken", "carbon", "changes",
    "conflicts", "costs", "dependencies", "differences", "doubts", "faults", "findings", "fresh", "kept", "left_out",
    "lookalikes", "missing", "moved", "not_seen", "not_seen_again", "notes", "outputs", "paths", "personal_data",
    "said", "shared", "unclear", "uncovered", "unpriced", "unreached", "warnings",
}  # fmt: skip
"""Keys that hold nothing in this workspace, and rightly so."""


def as_json() -> dict[str, click.Command]:
    """Every command with `--json`, by its words."""
    return {
        words: command
        for words, command in reference.commands()
        if any("--json" in option.opts for option in command.params)
    }


def filled(root: Path) -> None:
    """Fill a workspace from the transcripts of the practice estate."""
    assert decant("init", str(root), "--council", "Anytown Council", at=root.parent).code == 0
    ssh_key = root / "id_ops"
    ssh_key.write_text("no server is reached with it\n")
    ssh_key.chmod(0o600)
    (root / "hosts.toml").write_text(hosts_toml(ssh_key))
    key = root / "tsig.key"
    key.write_text('key "practice" { algorithm hmac-sha256; secret "bm90IGEgc2VjcmV0IGF0IGFsbA=="; };\n')
    key.chmod(0o600)
    with (root / "decant.toml").open("a") as settings:
        settings.write("\n" + settings_toml(key))
    blob = base64.b64encode(b"\0\0\0\x0bssh-ed25519" + bytes(36)).decode()
    (root / "allowed_signers").write_text(f"bob ssh-ed25519 {blob}\n")
    for words in (
        ("discover", "--replay", str(transcripts())),
        ("assess",),
        ("plan",),
        ("costs",),
        ("check", "hosts"),
    ):
        said = decant(*words, at=root)
        assert said.code in (0, 1), said.err
    (root / "register.toml").write_text(REGISTER)
    (root / "register.csv").write_text("Name,RAM,Owner\ndb-legacy,64,Revenues\n,1,x\napp07,4,Revenues\n")
    (root / "azure.csv").write_text("Server name,Cores,OS name\napp08,4,Ubuntu 20.04\n")
    workbook(root / "vmware.xlsx", {"vInfo": [machine(1), machine(2, Template="True")]})
    assert decant("import", "csv", "register.csv", "--mapping", "register.toml", at=root).code == 0
    said = decant("stack", "preview", "test", "--json", at=root)
    assert said.code == 0, said.err
    before = said.json
    gone = next(one for one in before["resources"] if one["type"].startswith("azure-native:"))
    before["resources"].remove(gone)
    (root / EARLIER).write_text(json.dumps(before))
    store = Store.open(sqlite_url(root / ".decant" / "estate.db"))
    store.create_move(
        Move(
            id="reports_1",
            workload=DATABASE,
            kind="postgres",
            source="db-legacy",
            target="data-target",
            phase=Phase.READY,
            description=Description(
                workload=DATABASE,
                target="data-target",
                kind="postgres",
                method="logical replication",
                steps=("copy", "follow"),
                bytes=5_000_000,
                expected_seconds=12.0,
                expected_frozen_seconds=None,
                rights=("superuser on both",),
                changes=("a slot",),
                lossless_rollback=True,
            ),
            lag=Lag(bytes=0, text="nothing", zero=True),
            residue=(Residue(host="db-legacy", kind="slot", name="decant_reports_1", at=AT),),
            created_at=AT,
            changed_at=AT,
        )
    )
    store.close()


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of which every room knows something."""
    root = tmp_path_factory.mktemp("council") / "anytown"
    filled(root)
    return root


def test_every_command_with_json_has_a_schema_and_is_run_here() -> None:
    published = {command.partition(" --")[0] for output in OUTPUTS.values() for command in output.commands}
    assert set(as_json()) == published
    assert set(as_json()) == {*HERE, *ON_SERVERS, *NOT_HERE}


def test_every_command_without_json_says_why() -> None:
    without = {words for words, command in reference.commands() if not isinstance(command, click.Group)}
    assert without - set(as_json()) == set(WITHOUT_JSON)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "words"), [(command, words) for command, runs in HERE.items() for words in runs]
)
def test_what_a_command_prints_is_what_its_schema_says(
    council: Path, command: str, words: tuple[str, ...]
) -> None:
    said = decant(*command.split(), *words, "--json", at=council)
    assert said.code in (0, 1), said.err
    described = " ".join([command, *(word for word in words if word in ("--describe", "--public"))])
    printed = held(said.json, described)
    empty = {key for key, value in printed.items() if value in ([], {})}
    assert not empty - MAY_BE_EMPTY, "what holds nothing proves nothing of what is inside"


@pytest.mark.slow
def test_a_failing_command_prints_an_error_and_nothing_else(council: Path) -> None:
    environment = {"PATH": str(council)}
    said = decant("stack", "outputs", "test", "--json", at=council, environment=environment)
    assert said.code == 3
    assert json_error(said.out)["exit_code"] == 3


@pytest.mark.parametrize("command", sorted(as_json()))
def test_bad_use_is_an_error_in_json_for_every_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert face.run([*command.split(), "--json", "--no-such-option"]) == 2
    assert json_error(capsys.readouterr().out)["exit_code"] == 2


def json_error(text: str) -> dict[str, Any]:
    document = json.loads(text)
    jsonschema.validate(document, closed(json_schema("decant.error/1")))
    error: dict[str, Any] = document["error"]
    assert error["what"]
    assert error["remedy"]
    return error


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_published_schema_is_one_and_lets_keys_be_added(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert face.run(["schema", "show", name]) == 0
    shown = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(shown)
    assert '"additionalProperties": false' not in json.dumps(shown)
    assert shown["properties"]["schema"]["const"] == name


def test_a_schema_refuses_what_is_not_as_it_says() -> None:
    good = {"schema": "decant.error/1", "error": {"what": "a", "remedy": "b", "exit_code": 2}}
    jsonschema.validate(good, json_schema("decant.error/1"))
    jsonschema.validate(good | {"later": 1}, json_schema("decant.error/1"))
    for bad in (
        {"schema": "decant.error/1"},
        good | {"schema": "decant.error/2"},
        good | {"error": {"what": "a", "remedy": "b"}},
        good | {"error": {"what": "a", "remedy": "b", "exit_code": "2"}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, json_schema("decant.error/1"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(good | {"later": 1}, closed(json_schema("decant.error/1")))
