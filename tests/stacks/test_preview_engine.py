"""The offline engine: what a program registers is kept whole, and a program that misbehaves is one sentence."""

import json
import time
from pathlib import Path

import pytest

from estate.errors import UnfinishedError, UsageError
from estate.progress import Step
from estate.records.preview import SECRET, UNKNOWN
from stacks.preview.monitor import Recording
from stacks.preview.run import record

CANARY = "canary-5f1c7a90"


def run(
    tmp_path: Path, program: str, time_limit: float = 60, secrets: dict[str, str] | None = None, **config: str
) -> Recording:
    path = tmp_path / "program.py"
    path.write_text("import pulumi\nfrom pulumi import ResourceOptions as Options\n" + program, "utf-8")
    return record(
        path,
        project="lab",
        stack="dev",
        config={f"lab:{key}": value for key, value in config.items()},
        secrets=secrets,
        time_limit=time_limit,
    )


THING = """
class Thing(pulumi.CustomResource):
    answer: pulumi.Output[str]
    def __init__(self, name, opts=None, kind="lab:index:Thing", **inputs):
        super().__init__(kind, name, {"answer": None, **inputs}, opts)
"""


def test_a_registration_is_kept_with_all_that_pulumi_keeps(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        THING
        + """
class Part(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("lab:index:Part", "part")
part = Part()
options = Options(parent=part, protect=True, aliases=[pulumi.Alias(name="uno")])
one = Thing("one", options, count=3, nested={"a": [1, "b"]})
two = Thing("two", Options(depends_on=[one]), of=one.answer, text=pulumi.Output.concat("id ", one.id))
pulumi.export("answer", two.answer)
pulumi.export("plain", "text")
""",
    )
    one = next(r for r in recording.resources.values() if r.name == "one")
    two = next(r for r in recording.resources.values() if r.name == "two")
    assert one.urn == "urn:pulumi:dev::lab::lab:index:Part$lab:index:Thing::one"
    assert one.parent == "urn:pulumi:dev::lab::lab:index:Part::part"
    assert one.protect
    assert one.aliases
    assert "uno" in one.aliases[0]
    assert one.inputs["count"] == 3
    assert one.inputs["nested"] == {"a": [1, "b"]}
    assert two.inputs["of"] == UNKNOWN
    assert two.inputs["text"] == UNKNOWN
    assert two.property_dependencies["of"] == (one.urn,)
    assert one.urn in two.dependencies
    assert recording.outputs == {"answer": UNKNOWN, "plain": "text"}


def test_a_secret_is_marked_by_its_path_and_never_kept(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        THING
        + """
password = pulumi.Config("lab").require_secret("password")
made_of_it = pulumi.Output.concat("x", password)
login = {"name": "me", "password": password}
one = Thing("one", login=login, hosts=[{"key": made_of_it}], alone=password, open="yes")
pulumi.export("password", password)
""",
        secrets={"lab:password": CANARY},
    )
    kept = json.dumps([r.model_dump(mode="json") for r in recording.resources.values()]) + json.dumps(
        recording.outputs
    )
    assert CANARY not in kept
    one = next(r for r in recording.resources.values() if r.name == "one")
    assert one.inputs["alone"] == SECRET
    assert one.inputs["open"] == "yes"
    assert {path.split(".")[0].split("[")[0] for path in one.secrets} == {"alone", "login", "hosts"}
    assert recording.outputs["password"] == SECRET


def test_a_program_that_raises_is_one_sentence_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as failed:
        run(tmp_path, "\n\nraise ValueError('there is no such system')\n")
    assert "there is no such system" in failed.value.what
    assert "program.py line 5" in failed.value.what
    assert "Traceback" not in str(failed.value)
    assert "\n" not in str(failed.value)


def test_the_place_is_ours_also_when_a_library_raises(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as failed:
        run(tmp_path, "import json\njson.loads('{')\n")
    assert "program.py line 4" in failed.value.what


def test_an_error_does_not_carry_a_secret(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as failed:
        run(
            tmp_path,
            "raise ValueError('wrong: ' + pulumi.runtime.get_config('lab:password'))",
            secrets={"lab:password": CANARY},
        )
    assert CANARY not in str(failed.value)
    assert SECRET in str(failed.value)


def test_two_resources_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two resources are called one"):
        run(tmp_path, THING + "Thing('one')\nThing('one')\n")


def test_the_same_name_of_another_type_is_fine(tmp_path: Path) -> None:
    recording = run(tmp_path, THING + "Thing('one')\nThing('one', kind='lab:index:Other')\n")
    assert len(recording.resources) == 3


@pytest.mark.parametrize(
    "hanging",
    ["import time\ntime.sleep(60)", "import asyncio\nThing('late', x=pulumi.Output.from_input(asyncio.Future()))"],
    ids=["sleeps", "waits for ever"],
)
def test_a_program_that_hangs_is_ended(tmp_path: Path, hanging: str) -> None:
    begun = time.monotonic()
    with pytest.raises(UnfinishedError, match="still running after 3 seconds"):
        run(tmp_path, THING + "Thing('early')\n" + hanging, time_limit=3)
    assert time.monotonic() - begun < 15


def test_a_question_to_azure_is_refused_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"lab:index:getThing.*cannot answer"):
        run(tmp_path, "pulumi.runtime.invoke('lab:index:getThing', {})\n")


def test_the_network_is_out_of_reach(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"offline.*192\.0\.2\.1"):
        run(tmp_path, "import socket\nsocket.create_connection(('192.0.2.1', 443), timeout=2)\n")


def test_the_program_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARM_CLIENT_SECRET", CANARY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    recording = run(tmp_path, "import os\npulumi.export('seen', sorted(os.environ))\n")
    assert set(recording.outputs["seen"]) <= {"HOME", "LANG", "LC_CTYPE", "PATH", "TMPDIR"}


def test_an_error_that_the_program_logs_is_a_failure_and_a_warning_is_not(tmp_path: Path) -> None:
    assert run(tmp_path, "pulumi.log.warn('rather large')\n").warnings == ["rather large"]
    with pytest.raises(UsageError, match="far too large"):
        run(tmp_path, "pulumi.log.error('far too large')\n")


def test_progress_counts_registrations(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text("import pulumi\n" + THING + "Thing('one')\nThing('two')\n", "utf-8")
    steps: list[Step] = []
    record(path, project="lab", stack="dev", config={}, progress=steps.append)
    assert steps[-1].done == steps[-1].total == 3
    assert [step.done for step in steps] == sorted(step.done for step in steps)
