"""A pytest plugin: servers of the workspace for pytest-testinfra, over Decant's own transport.

    pytest -p decant.testinfra --hosts=decant://db-legacy,decant://web-legacy policies/hosts

Run inside a workspace, it lends testinfra the backend `decant` (its own paramiko backend accepts unknown
host keys) and gives tests the fixture `server_facts`: everything that `decant discover` would record of the
server, read in one round trip and kept nowhere.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from testinfra.backend import BACKENDS
from testinfra.backend.base import BaseBackend, CommandResult
from testinfra.host import Host as TestinfraHost

from decant.app import App
from estate.records.server import ServerFacts
from inventory.collect import collect
from inventory.facts import all_facts

BACKENDS["decant"] = "decant.testinfra.DecantBackend"
_SECONDS = 60.0


@cache
def _app() -> App:
    return App()


class DecantBackend(BaseBackend):  # type: ignore[misc]  # testinfra is not typed for us
    """Runs testinfra's commands through the transport of a host of `hosts.toml`."""

    NAME = "decant"

    def run(self, command: str, *args: str, **kwargs: Any) -> CommandResult:
        """Run one command by the host's shell, as testinfra expects it."""
        del kwargs
        line = self.get_command(command, *args)
        done = _app().connect(self.hostname).run(["/bin/sh", "-c", line], timeout=_SECONDS)
        return self.result(done.status, self.encode(line), done.stdout, done.stderr)


@pytest.fixture(scope="module")
def server_facts(host: TestinfraHost) -> ServerFacts:
    """What can be known of the server, read once for all the rules of a module.

    Raises `UsageError` for a name that is not in the hosts file, and what the transport raises.
    """
    name = host.backend.get_hostname()
    app = _app()
    found = collect(app.hosts[name], app.connect(name), tuple(all_facts().values()), _SECONDS)
    return ServerFacts(found.server, {seen.fact: seen for seen in found.observations})


@pytest.fixture(scope="session", autouse=True)
def _give_up_connections() -> Iterator[None]:
    yield
    _app().close()
