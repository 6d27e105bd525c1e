"""The layout of a workspace, every path named once.

::

    council/                     the workspace: what people write
        decant.toml              settings of this workspace
        hosts.toml               the servers to discover, and the targets
        plan.toml                the waves, after `decant plan`; people edit it
        systems.toml             workloads that move together, as people confirmed them
        overrides.toml           dispositions that a person decided, with reasons
        answers.toml             what only people know of the risk of a legacy system
        planning.toml            windows, limits, blackouts, budgets, people and partners of the plan
        assumptions.toml         what costs, carbon and durations are reckoned with
        rates.toml               the council's own prices, before any list price
        stacks/production.toml   settings of one stack
        processing/              drafts for the record of processing; people complete them
        allowed_signers          who may approve, with their SSH public keys
        .decant/                 state, mode 0700
            estate.db            the store
            workflows.db         durable workflows
            known_hosts          host keys accepted for this estate
            ledger.key           the key that signs the ledger (0600)
            ledger.pub           its public half; keep a copy elsewhere
            anchors.jsonl        heads of the ledger that were anchored
            reports/             what `decant report` wrote
            previews/            the last preview of each stack
            catalogue/           support dates and prices fetched since this Decant was made
            objects/             what is known of containers that moves go to
            logs/                one file a run
"""

import os
from dataclasses import dataclass
from pathlib import Path

from estate.errors import UsageError

MARKER = "decant.toml"


@dataclass(frozen=True)
class Workspace:
    """Every path of one workspace; `root` is an absolute folder."""

    root: Path

    @property
    def settings(self) -> Path:
        """`decant.toml`."""
        return self.root / MARKER

    @property
    def hosts(self) -> Path:
        """`hosts.toml`."""
        return self.root / "hosts.toml"

    @property
    def plan(self) -> Path:
        """`plan.toml`."""
        return self.root / "plan.toml"

    @property
    def systems(self) -> Path:
        """`systems.toml`."""
        return self.root / "systems.toml"

    @property
    def overrides(self) -> Path:
        """`overrides.toml`."""
        return self.root / "overrides.toml"

    @property
    def answers(self) -> Path:
        """`answers.toml`."""
        return self.root / "answers.toml"

    @property
    def planning(self) -> Path:
        """`planning.toml`."""
        return self.root / "planning.toml"

    @property
    def assumptions(self) -> Path:
        """`assumptions.toml`."""
        return self.root / "assumptions.toml"

    @property
    def rates(self) -> Path:
        """`rates.toml`."""
        return self.root / "rates.toml"

    @property
    def register(self) -> Path:
        """`processing/`: drafts for the record of processing, a file for each source of personal data."""
        return self.root / "processing"

    @property
    def stacks(self) -> Path:
        """The folder of stack settings."""
        return self.root / "stacks"

    @property
    def allowed_signers(self) -> Path:
        """Who may approve, in OpenSSH's format."""
        return self.root / "allowed_signers"

    @property
    def state(self) -> Path:
        """`.decant/`, mode 0700."""
        return self.root / ".decant"

    @property
    def database(self) -> Path:
        """The store."""
        return self.state / "estate.db"

    @property
    def workflows(self) -> Path:
        """The durable workflows' database."""
        return self.state / "workflows.db"

    @property
    def known_hosts(self) -> Path:
        """Host keys accepted for this estate."""
        return self.state / "known_hosts"

    @property
    def ledger_key(self) -> Path:
        """The private key that signs the ledger."""
        return self.state / "ledger.key"

    @property
    def ledger_public(self) -> Path:
        """Its public half."""
        return self.state / "ledger.pub"

    @property
    def anchors(self) -> Path:
        """Heads of the ledger that were anchored."""
        return self.state / "anchors.jsonl"

    @property
    def reports(self) -> Path:
        """What `decant report` wrote."""
        return self.state / "reports"

    @property
    def previews(self) -> Path:
        """The last preview of each stack."""
        return self.state / "previews"

    @property
    def catalogue(self) -> Path:
        """Support dates and prices that were fetched, newer than those that ship with Decant."""
        return self.state / "catalogue"

    @property
    def lifecycle(self) -> Path:
        """Support dates that `decant lifecycle refresh` fetched."""
        return self.catalogue / "lifecycle.json"

    @property
    def prices(self) -> Path:
        """List prices that `decant costs refresh` fetched."""
        return self.catalogue / "prices.json"

    @property
    def prices_refused(self) -> Path:
        """The last list of prices that was refused as it cannot be right, for a person to look at."""
        return self.catalogue / "prices.refused.json"

    @property
    def objects(self) -> Path:
        """What is known of the containers that moves go to: a cache, learnt anew where it is missing."""
        return self.state / "objects"

    @property
    def logs(self) -> Path:
        """One file a run."""
        return self.state / "logs"

    def is_own(self, path: Path) -> bool:
        """Whether Decant reads or keeps its own things there, so that no report or export is to be written to it."""
        place = _real(path)
        if place.is_relative_to(_real(self.reports)):
            return False
        files = (
            self.settings, self.hosts, self.plan, self.systems, self.overrides, self.answers, self.planning,
            self.assumptions, self.rates, self.allowed_signers,
        )  # fmt: skip
        folders = (self.stacks, self.register, self.state)
        return any(place == _real(one) or _same(path, one) for one in files) or any(
            place.is_relative_to(_real(one)) for one in folders
        )

    def create(self) -> None:
        """Make the state folder and its parts, for the owner's eyes only. Safe to repeat."""
        for folder in (self.state, self.reports, self.previews, self.catalogue, self.objects, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        self.stacks.mkdir(exist_ok=True)


def _real(path: Path) -> Path:
    """Where a path leads; unlike `Path.resolve`, also where its links go in a circle."""
    return Path(os.path.realpath(path))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def find(start: Path) -> Workspace:
    """The workspace that holds `start`: the nearest folder upwards with a `decant.toml`.

    Raises `UsageError` where there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file():
            return Workspace(folder)
    raise UsageError(f"{here} is not inside a workspace", "run `decant init` to make one, or use --workspace")
