"""What every command needs: the workspace, its settings, the store, the ledger, and how to speak to the person."""

import getpass
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from estate.errors import UsageError
from estate.paths import Workspace, find

if TYPE_CHECKING:
    from decant.progress import Bars, Lines
    from decant.settings import Settings
    from estate.catalogue.lifecycle import Table
    from estate.ledger import Ledger
    from estate.records.host import Host
    from estate.store import Store
    from estate.transport.base import Transport


@dataclass
class App:
    """One run of the command line. Everything is opened when first used, and closed at the end."""

    start: Path | None = None
    no_input: bool = False
    _transports: "dict[str, Transport]" = field(default_factory=dict)

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace; raises `UsageError` outside of one."""
        if self.start is not None and not (self.start / "decant.toml").is_file():
            raise UsageError(f"{self.start} is not a workspace", f"run `decant init {self.start}` to make it one")
        return find(self.start or Path.cwd())

    @cached_property
    def settings(self) -> "Settings":
        """The settings in force; raises `UsageError` where a file is not right."""
        from decant.settings import load

        return load(self.workspace, os.environ).settings

    @cached_property
    def store(self) -> "Store":
        """The workspace's store, or the one that `DECANT_DATABASE_URL` names."""
        from estate.store import Store

        _ = (
            self.settings
        )  # a decant.toml that is not right is named by every command, not only by those that need it
        self.workspace.create()
        elsewhere = os.environ.get("DECANT_DATABASE_URL")
        return Store.open(elsewhere) if elsewhere else Store.of(self.workspace)

    @cached_property
    def ledger(self) -> "Ledger":
        """The workspace's ledger."""
        from estate.ledger import Ledger

        return Ledger(self.store, self.workspace)

    @cached_property
    def lifecycle(self) -> "Table":
        """The support dates in force: the newer of those that were fetched and those that ship.

        Raises `UsageError` where those that were fetched cannot be read.
        """
        from estate.catalogue.lifecycle import newest

        return newest(self.workspace.lifecycle)

    @cached_property
    def anchors_elsewhere(self) -> list[Path]:
        """The file of anchors in the second place that the settings name, where it is one that can be read here."""
        from estate.anchors import SYSLOG

        named = self.settings.ledger.anchor_file
        return [Path(named)] if named and named != SYSLOG and os.access(named, os.R_OK) else []

    @cached_property
    def actor(self) -> str:
        """Who is at work, for the ledger: the operator of the settings, else the login name; with the machine."""
        who = self.settings.workspace.operator or os.environ.get("SUDO_USER") or getpass.getuser()
        return f"{who}@{socket.gethostname()}"

    @cached_property
    def hosts(self) -> "Mapping[str, Host]":
        """The hosts file's entries by name."""
        from inventory.hosts_file import load

        return load(self.workspace.hosts)

    @cached_property
    def progress(self) -> "Bars | Lines":
        """Draws progress on stderr: bars on a terminal, plain lines elsewhere."""
        from decant.progress import drawer

        return drawer(sys.stderr)

    def connect(self, name: str) -> "Transport":
        """A transport to one host of the hosts file, kept for this run.

        Raises `UsageError` for a name that is not in the file, `UnreachableError` or `HostKeyError` as the
        transport does.
        """
        from estate.suggest import did_you_mean
        from estate.transport.connect import connect

        if name not in self._transports:
            if name not in self.hosts:
                raise UsageError(
                    f"no host is called {name}", did_you_mean(name, self.hosts, "see `decant hosts list`")
                )
            self._transports[name] = connect(self.hosts[name], self.hosts, self.workspace.known_hosts)
        return self._transports[name]

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer."""
        return not self.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    def settle(self) -> None:
        """End the progress that is drawn, so that results come below it."""
        if "progress" in self.__dict__:
            self.progress.close()

    def close(self) -> None:
        """Give up what was opened."""
        for transport in self._transports.values():
            transport.close()
        self.settle()
        if "store" in self.__dict__:
            self.store.close()
