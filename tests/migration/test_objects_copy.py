"""Copying a tree to a container and back, against Azurite and moto's server: what is sent, resumed, brought back."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import RefusedError, UnfinishedError
from estate.object_names import object_name, tree_path
from estate.records.base import now
from estate.records.host import Host
from estate.records.move import Move
from estate.records.object_store import ObjectStore
from estate.records.workload import Workload
from estate.transport.local import LocalTransport
from migration import fence
from migration.context import Context
from migration.files.sides import Place
from migration.objects.azure import Azure
from migration.objects.back import Back
from migration.objects.base import BLOCK, Remote
from migration.objects.forward import Carried, Forward
from migration.objects.index import Index
from migration.objects.s3 import S3
from migration.objects.tree import Tree
from migration.verify.objects import ObjectsVerifier
from tests.migration.object_servers import Served, served

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="owners are given by root alone")

MAKE = r"""
set -eu
mkdir -p a/deep b "with space" empty; echo one >a/one; echo two >a/deep/two; : >b/nothing
printf 'x' >"$(printf 'with space/new\nline')"; printf 'y' >"$(printf 'b/caf\351')"
printf 'z' >"b/it's \"quoted\" * \\ \$(id)"; echo p >'b/100%41.txt'; echo d >b/dot.; echo u >'b/Größe £5'
ln a/one b/also-one; ln -s ../b/nothing a/link; ln -s nowhere a/dangling; ln -s /etc b/away
head -c 9000000 /dev/urandom >b/large; truncate -s 3M b/holes
chown nobody:daemon b/large; chown 4242:4243 a/deep/two; chmod 4755 a/deep/two; chmod 2775 b
touch -d '1965-06-01 01:02:03.123456789' a/deep/two
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("stores")) as made:
        yield made


@dataclass
class Trial:
    top: Path
    store: ObjectStore
    index: Index = field(default_factory=lambda: Index(None))
    serving: Any = "source"

    @property
    def remote(self) -> Remote:
        return Azure(self.store) if self.store.kind == "azure" else S3(self.store)

    @property
    def context(self) -> Context:
        moment = now()
        host = Host(name="old", address="127.0.0.1")
        move = Move(
            id=f"objects-{os.getpid()}", workload="old/files/t", kind="objects", source="old", target=self.store.name,
            epoch=1, serving=self.serving, created_at=moment, changed_at=moment,
        )  # fmt: skip
        return Context(
            move=move,
            workload=Workload(
                id="old/files/t", server="old", kind="files", name="t", detail={"path": str(self.top)}, seen_at=moment
            ),
            source=LocalTransport(), target=LocalTransport(), source_host=host, target_host=host,
            progress=lambda _: None, record=lambda _: None, forget=lambda _: None, known=lambda: (),
            settings={"object_stores": {self.store.name: self.store}},
        )  # fmt: skip

    @property
    def tree(self) -> Tree:
        return Tree(Place(self.context, "source"), str(self.top))

    def forward(self, remote: Remote | None = None) -> Carried:
        remote = remote or self.remote
        self.index.refresh(remote, 4)
        return Forward(self.tree, remote, self.index, 2, lambda _: None).run()

    def back(self) -> Carried:
        return Back(self.tree, self.remote, self.index, lambda _: None).run()

    def differing(self) -> dict[str, str]:
        checks = ObjectsVerifier().verify(self.context, frozen=False).checks
        return {check.name: check.note for check in checks if not check.agrees and check.name != "every object"}

    def sh(self, script: str) -> str:
        done = subprocess.run(["sh", "-c", script], cwd=self.top, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout


@pytest.fixture(params=["azure", "s3"])
def trial(request: pytest.FixtureRequest, servers: Served, tmp_path: Path) -> Iterator[Trial]:
    made = Trial(tmp_path / "tree", servers.store(request.param, "shared/"))
    made.top.mkdir(mode=0o755)
    yield made
    shutil.rmtree(fence.folder(made.context.move.id), ignore_errors=True)


def test_a_tree_goes_across_whole_and_a_second_pass_sends_nothing(trial: Trial) -> None:
    trial.sh(MAKE)
    first = trial.forward()
    assert first.bytes > 12_000_000
    assert first.left == 0
    assert trial.differing() == {}
    held = trial.index.get(object_name(b"b/caf\351"))
    assert held is not None
    assert held.name == "b/caf%E9"
    assert trial.forward() == Carried()
    trial.index = Index(None)  # lost: learnt from the service
    assert trial.forward() == Carried()

    trial.sh(
        "echo more >>a/one; rm b/dot.; chmod 600 b/large; touch b/holes; mkdir n; echo n >'n/new'; ln -sf x a/link"
    )
    assert trial.differing().keys() >= {"a/one", "b/dot%2E", "b/large", "n/new"}
    delta = trial.forward()
    assert delta.bytes < 100  # a change of mode or time sends no content
    assert trial.differing() == {}

    put_foreign(trial, "theirs", b"not ours")
    assert trial.differing() == {"theirs": "only in the container"}
    with pytest.raises(RefusedError, match="holds what this move did not copy \\(theirs\\)") as refused:
        trial.forward()
    assert "move it away" in refused.value.remedy
    trial.remote.purge("theirs")
    assert trial.remote.empty()


def test_a_large_file_goes_on_where_it_was_cut_off_and_is_not_mixed_with_an_earlier_state(trial: Trial) -> None:
    trial.sh("head -c 20000000 /dev/urandom >large")
    cut = Counted(trial.remote, fail_after=1)
    with pytest.raises(UnfinishedError, match="cut"):
        trial.forward(cut)
    again = Counted(trial.remote)
    assert trial.forward(again).changes == 1
    assert cut.blocks + again.blocks == 3  # of 8 MiB, each sent once
    assert trial.differing() == {}

    trial.sh("head -c 20000000 /dev/urandom >other")
    with pytest.raises(UnfinishedError, match="cut"):
        trial.forward(Counted(trial.remote, fail_after=1))
    trial.sh("printf changed | dd of=other conv=notrunc bs=1 seek=100 status=none")
    trial.forward()
    assert trial.differing() == {}


def test_what_applications_write_comes_back_and_nothing_else_is_touched(trial: Trial) -> None:
    trial.sh(MAKE)
    trial.forward()
    before = trial.sh("stat -c '%n %Y %Z' a/one b/large")
    assert trial.back() == Carried()
    trial.serving = "target"
    put_foreign(trial, "a/deep/two", b"written by an application")
    put_foreign(trial, "b/fresh/folder/new", b"new")
    put_foreign(trial, object_name(b"b/odd\377name"), b"odd")
    put_foreign(trial, "big", os.urandom(BLOCK + 12345))
    for gone in ("b/nothing", "a/dangling", object_name(b"b/caf\351")):
        held = trial.remote.head(gone)
        assert held is not None
        trial.remote.delete(gone, held.etag)
    assert trial.back().changes == 7
    assert trial.differing() == {}
    assert trial.sh("cat a/deep/two b/fresh/folder/new") == "written by an applicationnew"
    assert trial.sh("stat -c '%u %g %a' a/deep/two") == "4242 4243 4755\n"
    assert trial.sh("stat -c '%n %Y %Z' a/one b/large") == before
    assert (trial.top / os.fsdecode(b"b/odd\377name")).read_bytes() == b"odd"
    assert not (trial.top / ".decant_partial").exists()
    assert trial.back() == Carried()
    trial.index = Index(None)  # lost: what is there already is known by its content and not written again
    kept = trial.sh("stat -c '%n %Y %Z' a/one b/large")
    trial.back()
    assert trial.sh("stat -c '%n %Y %Z' a/one b/large") == kept
    assert trial.differing() == {}
    # A link whose place an application's folder takes is not followed.
    held = trial.remote.head("b/away")
    assert held is not None
    put_foreign(trial, "b/away/decant-test", b"inside")
    with pytest.raises(RefusedError, match="names that no file of the tree can have \\(b/away/decant-test\\)"):
        trial.back()
    trial.remote.delete("b/away", held.etag)
    trial.back()
    assert trial.sh("cat b/away/decant-test") == "inside"
    assert not Path("/etc/decant-test").exists()
    put_foreign(trial, "b//up", b"bad")
    with pytest.raises(RefusedError, match="rename or delete"):
        trial.back()


def test_the_verifier_sees_a_byte_and_what_an_object_says(trial: Trial) -> None:
    trial.sh("echo one >one; echo two >two; echo three >three; ln -s one link")
    trial.forward()
    for name, change in (("one", {"mode": "777"}), ("two", {"owner": "nobody"}), ("link", {"link": "else"})):
        held = trial.remote.head(name)
        assert held is not None
        assert held.about is not None
        trial.remote.say(name, {**held.about.metadata(), **change}, held.etag)
    held = trial.remote.head("three")
    assert held is not None
    assert held.about is not None
    trial.remote.put("three", b"thRee\n", held.about.metadata(), held.etag)
    assert trial.differing() == {"one": "mode", "two": "owner", "link": "link", "three": "sha256"}


def test_nothing_is_written_over_what_somebody_else_wrote_meanwhile(trial: Trial) -> None:
    trial.sh("echo one >one")
    trial.forward()
    put_foreign(trial, "one", b"another's")
    known = trial.index.get("one")
    assert known is not None
    with pytest.raises(UnfinishedError):
        trial.remote.put("one", b"ours", {}, known.etag)
    with pytest.raises(UnfinishedError):
        trial.remote.put("one", b"ours", {}, None)
    held = trial.remote.head("one")
    assert held is not None
    assert trial.remote.read(held, 0, held.size) == b"another's"


@given(st.binary(min_size=1, max_size=60).filter(lambda b: not set(b) & {0, 47} and b not in (b".", b"..")))
def test_every_name_comes_back_byte_for_byte(name: bytes) -> None:
    assert tree_path(object_name(name)) == name
    assert tree_path(object_name(b"folder/" + name)) == b"folder/" + name


def put_foreign(trial: Trial, name: str, data: bytes) -> None:
    """What an application writes, by the plainest call there is."""
    remote: Any = trial.remote
    if trial.store.kind == "azure":
        remote._container.upload_blob(trial.store.prefix + name, data, overwrite=True)
    else:
        remote._client.put_object(Bucket=trial.store.container, Key=trial.store.prefix + name, Body=data)


class Counted:
    """A container that counts blocks, and whose line is cut after some."""

    def __init__(self, remote: Remote, fail_after: int = 1000) -> None:
        self._remote = remote
        self._left = fail_after
        self.blocks = 0

    def send(self, upload: Any, number: int, data: bytes) -> None:
        if self._left == 0:
            raise UnfinishedError("the line was cut", "mend it")
        self._left -= 1
        self._remote.send(upload, number, data)
        self.blocks += 1

    def __getattr__(self, name: str) -> "Callable[..., Any]":
        found: Callable[..., Any] = getattr(self._remote, name)
        return found
