"""Moving a file tree from a real server to Azurite and moto's server: whole moves, there and back, with a writer."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from estate.errors import HeldError, RefusedError, UnreachableError, UsageError
from estate.object_store import ContainerTransport
from estate.records.object_store import ObjectStore
from estate.records.verification import Verification
from migration.context import Context
from migration.files import gate
from migration.movers.objects import MOVER
from migration.objects.base import Remote
from migration.objects.sides import both
from migration.verify.objects import ObjectsVerifier
from practice.estate import Estate
from tests.migration.object_servers import Served, served
from tests.migration.trees import Trial, trial

pytestmark = pytest.mark.practice

REPOSITORY = Path(__file__).parents[2]

# Another Decant, with connections of its own, that is killed while it makes the first copy.
SEED = """
import json, sys
from pathlib import Path
from practice.estate import Estate
from estate.records.object_store import ObjectStore
from tests.migration.test_objects_move import Away
from tests.migration.trees import Trial, connected
estate, path, name, store, folder = Estate(sys.argv[1]), *sys.argv[2:6]
from migration.movers.objects import MOVER
MOVER.seed(Away(Trial(estate, path, name, connected(estate)), ObjectStore.model_validate_json(store), folder).ctx)
"""


@dataclass
class Away:
    """A trial whose target is a container."""

    tree: Trial
    store: ObjectStore
    folder: str
    serving: Any = "source"
    epoch: int = 1

    @property
    def ctx(self) -> Context:
        way = ContainerTransport(self.store)
        ctx = self.tree.context(self.epoch)
        move = ctx.move.model_copy(update={"kind": "objects", "target": self.store.name, "serving": self.serving})
        settings = {"parallel": 2, "object_stores": {self.store.name: self.store}, "objects_folder": self.folder}
        return replace(ctx, move=move, target=way, target_host=way.as_host, settings=settings)

    @property
    def remote(self) -> Remote:
        return both(self.ctx).remote

    def verified(self) -> Verification:
        return ObjectsVerifier().verify(self.ctx, frozen=True)

    def differing(self) -> list[tuple[str, str, str]]:
        return [(one.name, one.source, one.target) for one in self.verified().checks if not one.agrees]

    def cut_over(self) -> None:
        MOVER.freeze(self.ctx, "source", 120)
        while not MOVER.sync(self.ctx, "forward").zero:
            pass
        MOVER.finish(self.ctx, "forward")
        assert self.differing() == []
        MOVER.reverse(self.ctx)
        MOVER.hold(self.ctx, "source", 5)
        self.serving = "target"
        MOVER.thaw(self.ctx, "target")

    def put(self, name: str, data: bytes) -> None:
        """What an application writes, by the plainest call there is."""
        remote: Any = self.remote
        if self.store.kind == "azure":
            remote._container.upload_blob(self.store.prefix + name, data, overwrite=True)
        else:
            remote._client.put_object(Bucket=self.store.container, Key=self.store.prefix + name, Body=data)


@pytest.fixture(scope="module")
def servers(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("stores")) as made:
        yield made


@pytest.fixture
def tree(estate: Estate) -> Iterator[Trial]:
    with trial(estate) as made:
        made.on("source", f"rm {made.path}/a/pipe")
        try:
            yield made
        finally:
            made.on("source", f"systemctl stop writer-{made.name} open-{made.name} 2>/dev/null; true")


@pytest.fixture(params=["azure", "s3"])
def away(request: pytest.FixtureRequest, tree: Trial, servers: Served, tmp_path: Path) -> Away:
    return Away(tree, servers.store(request.param, "council/shared/"), str(tmp_path))


def test_a_whole_move_with_writes_all_along_and_back_again(away: Away) -> None:
    tree = away.tree
    said = MOVER.describe(away.ctx)
    assert said.bytes is not None
    assert said.bytes > 5_000_000
    assert any("access lists (" in line for line in said.warnings)
    assert tree.notes == []
    assert MOVER.residue(away.ctx) == ()
    MOVER.prepare(away.ctx)
    unit, log = f"writer-{tree.name}", f"/root/{tree.name}.log"
    one, kept = f"{tree.path}/t", f"{tree.path}/b/w$((n % 50))"
    write = f"n=0; while n=$((n+1)); do echo $n >{one} && mv {one} {kept} && echo $n >>{log}; done"
    tree.on("source", f"systemd-run -q --unit={unit} sh -c '{write.replace('$', '$$')}'")
    MOVER.seed(away.ctx)
    MOVER.sync(away.ctx, "forward")
    hold_open = f"bash -c 'exec 7>>{tree.path}/a/one; sleep 60'"
    tree.on("source", f"systemd-run -q --unit=open-{tree.name} {hold_open}; sleep 0.5")
    with pytest.raises(RefusedError, match=r"still open for writing|can still write"):
        MOVER.freeze(away.ctx, "source", 120)
    tree.on("source", f"systemctl stop open-{tree.name}")
    away.cut_over()
    acknowledged = [int(n) for n in tree.on("source", f"systemctl stop {unit}; cat {log}; rm {log}").split()]
    assert len(acknowledged) > 50
    for number, value in {n % 50: n for n in acknowledged}.items():
        held = away.remote.head(f"b/w{number}")
        assert held is not None
        assert int(away.remote.read(held, 0, held.size)) in (value, acknowledged[-1] + 1)
    _back_again(away)
    assert tree.on("source", f"cd {tree.path}; cat a/one new/late new/later; ls new | wc -l") == (
        "written after cutoverlatelater42\n"
    )
    tree.on("source", f"echo served >>{tree.path}/a/one")


def _back_again(away: Away) -> None:
    assert MOVER.healthy(away.ctx) == ""
    for number in range(40):
        away.put(f"new/{number}", str(number).encode())
    away.put("a/one", b"written after cutover")
    assert not MOVER.sync(away.ctx, "back").zero
    away.put("new/late", b"late")
    MOVER.freeze(away.ctx, "target", 120)
    while not MOVER.sync(away.ctx, "back").zero:
        pass
    MOVER.finish(away.ctx, "back")
    assert away.differing() == []
    away.put("new/later", b"later")
    with pytest.raises(RefusedError, match=r"somebody still writes to .* \(new/later\)") as refused:
        MOVER.hold(away.ctx, "target", 5)
    assert "stop the applications" in refused.value.remedy
    assert not MOVER.sync(away.ctx, "back").zero
    assert MOVER.sync(away.ctx, "back").zero
    MOVER.hold(away.ctx, "target", 5)
    away.serving = "source"
    MOVER.thaw(away.ctx, "source")
    MOVER.fold(away.ctx)
    assert MOVER.still(away.ctx) == ""
    away.put("after", b"after")
    assert "after the last comparison (after)" in MOVER.still(away.ctx)
    MOVER.clean(away.ctx, None)
    assert MOVER.residue(away.ctx) == ()
    assert away.tree.notes == []
    assert away.remote.empty()


def test_accepted_the_container_keeps_all_and_the_source_is_closed(away: Away) -> None:
    MOVER.prepare(away.ctx)
    MOVER.seed(away.ctx)
    away.cut_over()
    MOVER.clean(away.ctx, "target")
    assert MOVER.residue(away.ctx) == ()
    assert away.tree.notes == []
    assert away.tree.on("source", f"stat -c %a {away.tree.path}") == "0\n"
    assert away.remote.head("a/one") is not None
    away.tree.on("source", f"chmod 755 {away.tree.path}")


def test_killed_in_the_midst_nothing_is_sent_again_and_a_later_attempt_shuts_it_out(
    away: Away, estate: Estate
) -> None:
    tree = away.tree
    tree.on("source", f"head -c 100000000 /dev/urandom >{tree.path}/huge")
    MOVER.prepare(away.ctx)
    run = subprocess.Popen(
        [sys.executable, "-c", SEED, estate.name, tree.path, tree.name, away.store.model_dump_json(), away.folder],
        cwd=REPOSITORY,
    )
    sides = both(away.ctx)
    end = time.monotonic() + 60
    while sides.remote.head("b/large") is None:
        assert time.monotonic() < end
        assert run.poll() is None
        time.sleep(0.02)
    run.kill()
    run.wait()
    before = {held.name: held.etag for held in sides.remote.listing()}
    away.epoch = 2
    MOVER.seed(away.ctx)
    after = {held.name: held.etag for held in sides.remote.listing()}
    assert before.items() <= after.items()
    assert away.differing() == []
    away.epoch = 1
    with pytest.raises(HeldError, match="attempt 2 has been in"):
        MOVER.sync(away.ctx, "forward")
    away.epoch = 2
    MOVER.clean(away.ctx, None)
    assert away.remote.empty()
    assert gate.status(both(away.ctx).source).word == "none"


def test_what_cannot_go_is_refused_before_anything_is_touched(
    tree: Trial, servers: Served, tmp_path: Path
) -> None:
    away = Away(tree, servers.store("azure"), str(tmp_path))
    tree.on("source", f"cd {tree.path}; mkfifo pipe; echo x >.decant_mine")
    with pytest.raises(RefusedError, match=r"2 entries .* cannot be objects .*it is a pipe") as refused:
        MOVER.describe(away.ctx)
    assert "move them out of the tree" in refused.value.remedy
    tree.on("source", f"cd {tree.path}; rm pipe .decant_mine")
    away.put("theirs", b"x")
    with pytest.raises(RefusedError, match="holds something else already") as refused:
        MOVER.prepare(away.ctx)
    assert "another prefix" in refused.value.remedy
    MOVER.clean(away.ctx, None)  # cancelled before anything was made: theirs is not ours to remove
    assert away.remote.head("theirs") is not None
    plain = Away(tree, servers.store("s3", versions=False), str(tmp_path))
    with pytest.raises(RefusedError, match="keeps no versions") as refused:
        MOVER.describe(plain.ctx)
    assert "put-bucket-versioning" in refused.value.remedy
    gone = replace(away.ctx, settings={})
    with pytest.raises(UsageError, match="no object store is called azure-store"):
        MOVER.describe(gone)
    missing = Away(tree, away.store.model_copy(update={"container": "nothere"}), str(tmp_path))
    with pytest.raises(UnreachableError, match="make the container first"):
        MOVER.describe(missing.ctx)
    assert tree.notes == []
    assert tree.on("source", "ls -d /var/lib/decant_* 2>/dev/null || echo none") == "none\n"
