"""Names that are changed by a program of the council's own."""

import base64
import json
import sys
from pathlib import Path

import dns.tsig
import pytest

from estate.errors import RefusedError, UnreachableError, UsageError
from migration.switches.base import Answer
from migration.switches.command import CommandSwitch
from tests.migration.test_switch import Bind, bind  # noqa: F401 - a fixture
from tests.packages import ROOT as UNPACKED

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "names-by-nsupdate.sh"
KEEPER = """
import json, pathlib, sys
kept = pathlib.Path(sys.argv[1])
names = json.loads(kept.read_text())
if sys.argv[2] == "get":
    print(json.dumps(names.get(sys.argv[3], {"addresses": [], "ttl": 0})))
else:
    if sys.argv[3].startswith("locked"):
        sys.exit("password=hunter2 is not accepted for locked names")
    names[sys.argv[3]] = {"addresses": sys.argv[5:], "ttl": int(sys.argv[4])}
    kept.write_text(json.dumps(names))
"""
APP, OLD = "app.council.test", Answer(("192.0.2.1",), 300)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """What the program keeps, as a file."""
    one = {"addresses": ["192.0.2.1"], "ttl": 300}
    found = tmp_path / "names.json"
    found.write_text(json.dumps({APP: one, "locked.council.test": one}))
    return found


def switch(kept: Path) -> CommandSwitch:
    return CommandSwitch([sys.executable, "-c", KEEPER, str(kept)], "council.test", timeout=20)


def test_a_name_is_pointed_elsewhere_lowered_and_put_back(kept: Path) -> None:
    names = switch(kept)
    assert names.lower_ttl(APP, 5).after == Answer(("192.0.2.1",), 5)
    change = names.point(APP, "192.0.2.9", 5, expected=OLD)
    assert change.after == names.current(APP) == Answer(("192.0.2.9",), 5)
    assert not names.point(APP, "192.0.2.9", 5, expected=OLD).changed
    assert names.put_back(APP, OLD, expected=change.after).after == OLD
    new = names.point("new.council.test", "2001:db8::5", 5)
    assert new.before == Answer((), 0)
    assert names.put_back("new.council.test", new.before).after == Answer((), 0)


def test_somebody_else_s_change_is_refused(kept: Path) -> None:
    names = switch(kept)
    kept.write_text(json.dumps({APP: {"addresses": ["192.0.2.77"], "ttl": 60}}))
    with pytest.raises(RefusedError, match=r"192\.0\.2\.77"):
        names.point(APP, "192.0.2.9", 5, expected=OLD)
    with pytest.raises(RefusedError, match="a moment ago"):
        names.replace(APP, OLD, Answer(("192.0.2.9",), 5))
    assert names.current(APP).addresses == ("192.0.2.77",)


def test_a_program_that_refuses_is_quoted_without_its_secrets(kept: Path) -> None:
    with pytest.raises(RefusedError, match="is not accepted for locked names") as refused:
        switch(kept).point("locked.council.test", "192.0.2.9", 5)
    assert "hunter2" not in str(refused.value)


def test_a_program_that_takes_a_change_and_does_nothing_is_caught(kept: Path) -> None:
    said = kept.read_text()
    idle = f"import json, sys; print(json.dumps(json.loads({said!r})[{APP!r}]) if sys.argv[1] == 'get' else '')"
    with pytest.raises(
        RefusedError, match=r"was taken for app\.council\.test, and now it stands for 192\.0\.2\.1"
    ):
        CommandSwitch([sys.executable, "-c", idle], "council.test").point(APP, "192.0.2.9", 5)


@pytest.mark.parametrize(
    "printed", ["", "[]", "{}", '{"addresses": "192.0.2.1", "ttl": 5}', '{"addresses": ["x"], "ttl": 5}', "null"]
)
def test_what_a_program_prints_is_not_trusted(printed: str) -> None:
    with pytest.raises(RefusedError, match="did not print an object"):
        CommandSwitch(["sh", "-c", 'printf %s "$0"', printed], "council.test").current(APP)


def test_a_program_that_hangs_is_not_there_or_is_asked_for_another_zone() -> None:
    with pytest.raises(UnreachableError, match="did not end within"):
        CommandSwitch(["sh", "-c", "sleep 30"], "council.test", timeout=0.2).current(APP)
    with pytest.raises(UsageError, match="cannot be started"):
        CommandSwitch(["/nowhere/names"], "council.test").current(APP)
    with pytest.raises(UsageError, match="not in the zone"):
        CommandSwitch(["true"], "council.test").current("app.example.org")


def test_the_example_of_the_docs_changes_names_of_a_real_server(bind: Bind) -> None:  # noqa: F811
    tools = UNPACKED / "usr" / "bin"
    key: dns.tsig.Key = bind.key
    secret = base64.b64encode(key.secret).decode()
    program = [
        "env",
        "SERVER=127.0.0.1",
        f"DIG={tools}/dig -p {bind.port} -y hmac-sha256:switch:{secret}",
        f"NSUPDATE={tools}/nsupdate -p {bind.port} -y hmac-sha256:switch:{secret}",
        str(EXAMPLE),
    ]
    names = CommandSwitch(program, "council.test", timeout=20)
    both = "both.council.test"
    assert names.current(both) == bind.switch().current(both)
    assert names.lower_ttl(both, 5).after == Answer(("192.0.2.1", "2001:db8::1"), 5)
    change = names.point(APP, "192.0.2.9", 5)
    assert change.before == OLD
    assert bind.switch().current(APP) == Answer(("192.0.2.9",), 5)
    assert names.put_back(APP, change.before).after == OLD
    new = names.point("new.council.test", "192.0.2.8", 5)
    assert names.put_back("new.council.test", new.before).after == Answer((), 0)
    with pytest.raises(RefusedError, match="alias"):
        names.current("alias.council.test")
