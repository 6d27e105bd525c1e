"""A move to an object store by the engine, as the commands run it: the container stands where a server would."""

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from estate import approvals
from estate.errors import RefusedError, UsageError
from estate.ledger import Ledger
from estate.object_store import ContainerTransport
from estate.paths import Workspace
from estate.progress import silent
from estate.records.base import now
from estate.records.move import Phase
from estate.records.object_store import ObjectStore
from estate.records.workload import Workload
from estate.store import Store, sqlite_url
from migration.engine import Engine
from migration.movers.objects import MOVER
from migration.objects.azure import Azure
from migration.services import Services
from migration.verify.objects import VERIFIER
from migration.work import Tools
from practice.estate import Estate
from tests.migration.object_servers import Served, served
from tests.migration.trees import SOURCE, Trial, trial

pytestmark = pytest.mark.practice


@pytest.fixture
def tree(estate: Estate) -> Iterator[Trial]:
    with trial(estate) as made:
        made.on("source", f"rm {made.path}/a/pipe")
        yield made


@pytest.fixture(scope="module")
def servers(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("stores")) as made:
        yield made


class Council:
    """A workspace with two people, one workload and one container."""

    def __init__(self, tree: Trial, store: ObjectStore, root: Path) -> None:
        self.tree = tree
        workspace = Workspace(root)
        workspace.create()
        self.store = Store.open(sqlite_url(workspace.database))
        self.ledger = Ledger(self.store, workspace)
        for kind, name in (("files", tree.name), ("postgres", "reports")):
            self.store.put(
                Workload(
                    id=f"{SOURCE}/{kind}/{name}",
                    server=SOURCE,
                    kind=kind,
                    name=name,
                    detail={"path": tree.path},
                    seen_at=now(),
                )
            )
        self.key = root / "bob"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        workspace.allowed_signers.write_text(f"bob {self.key.with_suffix('.pub').read_text()}")
        approvals.record_signers(self.ledger, "ann")
        self.container = ContainerTransport(store)
        ways = {**tree.transports, store.name: self.container}
        hosts = {host.name: host for host in tree.estate.hosts()}
        self.tools = Tools(
            store=self.store,
            ledger=self.ledger,
            hosts={**hosts, store.name: self.container.as_host},
            connect=lambda name: ways[name],
            services=Services(None),
            movers={"objects": MOVER},
            verifiers={"objects": VERIFIER},
            progress=silent,
            operator="ann",
            actor="ann@here",
            settings={
                "freeze_seconds": 300.0,
                "parallel": 2,
                "object_stores": {store.name: store},
                "objects_folder": str(workspace.objects),
            },
            stop=threading.Event(),
        )
        self.engine = Engine(self.tools, sqlite_url(workspace.workflows))


def test_the_engine_moves_to_a_container_and_back(tree: Trial, servers: Served, tmp_path: Path) -> None:
    council = Council(tree, servers.store("azure", "shared/"), tmp_path)
    engine, workload, target = council.engine, f"{SOURCE}/files/{tree.name}", "azure-store"
    try:
        with pytest.raises(UsageError, match=r"azure-store is an object store, and .*reports is no file tree"):
            engine.describe(f"{SOURCE}/postgres/reports", target)
        said = engine.describe(workload, target)
        assert said.kind == "objects"
        assert any("clients must be told" in line for line in said.warnings)
        move = engine.start(workload, target)
        assert (move.phase, move.kind, move.verified) == (Phase.READY, "objects", True)
        with pytest.raises(RefusedError):
            engine.cutover(move.id)
        approvals.approve(council.ledger, engine.find(move.id), "cutover", council.key, "bob", "bob")
        assert engine.cutover(move.id).phase is Phase.SOAKING
        assert engine.standings()[0].flow == "whole"
        seen = Azure(council.tools.settings["object_stores"][target])
        seen.put("b/written", b"while it soaked", {}, None)
        assert engine.start(workload, target).phase is Phase.SOAKING
        seen.put("b/later", b"just before", {}, None)
        back = engine.rollback(move.id)
        assert (back.phase, back.note) == (Phase.ROLLED_BACK, "")
        assert engine.residue(move.id) == ()
        assert seen.empty()
        assert tree.on("source", f"cd {tree.path}/b; cat written later") == "while it soakedjust before"
        again = engine.start(workload, target)
        assert engine.cancel(again.id).phase is Phase.CANCELLED
        assert seen.empty()
    finally:
        engine.close()
        council.container.close()
        council.store.close()
