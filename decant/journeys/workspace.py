"""Makes a workspace, and never overwrites what a person wrote."""

import json
import os
from pathlib import Path

from decant.templates import HOSTS_TEMPLATE, TEMPLATE
from estate import reading, writing
from estate.catalogue import rates
from estate.errors import UsageError
from estate.ledger import Ledger
from estate.paths import Workspace
from estate.printable import printable
from estate.store import Store
from migration.costing import assumptions
from migration.planning import file as planning_file
from migration.risk import questions
from stacks.kinds import KINDS
from stacks.settings.file import template

USUAL = ("production", "test")
"""The stacks of a new workspace."""

OVERRIDES_TEMPLATE = """\
# Dispositions that a person decided. Each goes into the ledger.
# [[override]]
# server = "db01"
# disposition = "retain"     # retire retain rehost relocate repurchase replatform refactor
# reason = "replaced by the new revenues system in March"
# who = "jsmith"
"""

SIGNERS_TEMPLATE = """\
# Who may approve a cutover, in OpenSSH's allowed_signers format:
# jsmith namespaces="decant-approval" ssh-ed25519 AAAA… J Smith
"""


def create(folder: Path, council: str = "", example: bool = False) -> tuple[Workspace, list[Path]]:
    """Make `folder` a workspace, or complete one; returns it and the files that were written.

    With `example`, it has a stack of every kind, of the kind's name; without, production and test.

    Raises `UsageError` where it lies inside another workspace or cannot be written, and for a name that no page can show.
    """
    if printable(council) != council:
        raise UsageError("the council's name holds a character that no page can carry", "give it without")
    root = folder.resolve()
    for above in root.parents:
        if (above / "decant.toml").is_file():
            raise UsageError(f"{root} lies inside the workspace {above}", "choose a folder outside of it")
    workspace = Workspace(root)
    texts = {
        workspace.settings: TEMPLATE.replace(
            'council = ""', f"council = {json.dumps(council, ensure_ascii=False)}"
        ),
        workspace.hosts: HOSTS_TEMPLATE,
        workspace.overrides: OVERRIDES_TEMPLATE,
        workspace.allowed_signers: SIGNERS_TEMPLATE,
        workspace.answers: questions.template(),
        workspace.assumptions: assumptions.template(),
        workspace.rates: rates.TEMPLATE,
        workspace.planning: planning_file.template(),
        **{workspace.stacks / f"{kind}.toml": template(kind, kind) for kind in (KINDS if example else USUAL)},
        root / ".gitignore": ".decant/\n",
    }
    made = []
    try:
        root.mkdir(parents=True, exist_ok=True)
        workspace.create()
        for path, text in texts.items():
            if _write_new(path, text):
                made.append(path)
    except OSError as wrong:
        raise UsageError(
            f"{root} cannot be made a workspace ({reading.reason(wrong)})", "choose a folder that you may write to"
        ) from None
    new = not workspace.ledger_key.exists()
    store = Store.of(workspace)
    try:
        ledger = Ledger(store, workspace)
        if new:
            ledger.append("workspace.created", [], {"council": council}, actor="decant init")
    finally:
        store.close()
    return workspace, made


def _write_new(path: Path, text: str) -> bool:
    try:
        descriptor = writing.create(path)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    return True
