"""Real servers whose target is lost: the source alone ends the flow back, and is cleaned, with no word to the target."""

import os
from collections.abc import Sequence
from dataclasses import replace

import pytest
from postgres_drive import SOURCE, TARGET, Drive

from estate.errors import UnreachableError
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Result
from migration.context import Context
from migration.movers.files import MOVER as FILES
from migration.movers.postgres import MOVER as POSTGRES
from migration.verify.postgres import VERIFIER
from practice.estate import Estate
from tests.migration.trees import Trial

pytestmark = [pytest.mark.practice, pytest.mark.slow]


class Lost:
    """A host that is out of reach."""

    host = TARGET

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        raise UnreachableError(f"{self.host} did not answer ({argv[0]})", "see that it runs")

    def close(self) -> None:
        """There is nothing to close."""


def without_target(context: Context) -> Context:
    return replace(context, target=Lost())


def test_a_tree_is_opened_again_and_a_target_that_comes_back_writes_nothing_into_it(tree: Trial) -> None:
    tree.copied().cut_over()
    shadow = f"/var/lib/decant_{tree.name.replace('-', '_')}/gate/tree"
    tree.on(
        "source",
        f"cd {shadow} && cp /bin/sleep /run/rsync && (setsid /run/rsync 300 >/dev/null 2>&1 </dev/null &)",
    )
    FILES.sever(without_target(tree.context()))
    assert tree.on("source", "pgrep -x rsync || echo none") == "none\n"
    FILES.thaw(without_target(tree.context()), "source")
    tree.on(
        "target",
        f"echo late >{tree.path}/late; systemctl start 'decant_{tree.name.replace('-', '_')}_back.service' || true",
    )
    assert tree.on("source", f"echo mine >{tree.path}/mine; ls {tree.path}").split().count("late") == 0
    FILES.forsake(without_target(tree.context()))
    FILES.forsake(without_target(tree.context()))
    assert {note.host for note in tree.notes} == {TARGET}
    assert {left.host for left in FILES.residue(tree.context())} == {TARGET}


def test_a_database_is_opened_again_and_follows_no_target_that_comes_back(estate: Estate) -> None:
    drive = Drive(estate, f"lost_{os.getpid()}")
    try:
        drive.until_ready()
        assert VERIFIER.ahead(drive.ctx) is not None
        VERIFIER.forget(without_target(drive.ctx))
        assert {left.host for left in VERIFIER.residue(drive.ctx)} == {TARGET}
        VERIFIER.forget(drive.ctx)
        assert VERIFIER.residue(drive.ctx) == ()
        drive.cut_over()
        POSTGRES.sever(without_target(drive.ctx))
        POSTGRES.thaw(without_target(drive.ctx), "source")
        assert drive.sql(SOURCE, "SELECT count(*) FROM pg_subscription") == "0"
        POSTGRES.forsake(without_target(drive.ctx))
        POSTGRES.forsake(without_target(drive.ctx))
        assert drive.as_application(SOURCE, "SELECT 1").stdout.strip() == b"1"
        assert {note.host for note in drive.notes} == {TARGET}
        assert SOURCE not in {left.host for left in POSTGRES.residue(drive.ctx)}
    finally:
        drive.epoch = 1000
        POSTGRES.clean(drive.ctx, "source")
        drive.sql(TARGET, f"DROP DATABASE IF EXISTS {drive.database} WITH (FORCE)", "postgres")
        roles = "SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname ~ '^reports_' \\gexec"
        drive.sql(TARGET, roles, "postgres")
