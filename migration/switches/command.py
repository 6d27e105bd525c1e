"""By a program of the council's own, where names are kept by something else: Active Directory with GSS-TSIG, say.

`PROGRAM get NAME` prints one JSON object, `{"addresses": ["10.0.0.1"], "ttl": 300}`; of a name that is not there,
no addresses. `PROGRAM set NAME TTL ADDRESS …` makes the name stand for these addresses and nothing else; with none, it
takes the name away. Each ends with 0 where it did that, and otherwise says why on its standard error.
"""

import ipaddress
import json
import subprocess
from collections.abc import Sequence
from typing import Any

from estate.errors import RefusedError, UnreachableError, UsageError
from estate.redact import redact
from migration.switches.base import Answer, NameSwitch, changed_meanwhile

SECONDS = 60.0
"""How long the program may take for one call."""


class CommandSwitch(NameSwitch):
    """Changes names by `program`, its words as they are started: no shell reads them. See `NameSwitch`."""

    def __init__(self, program: Sequence[str], zone: str, timeout: float = SECONDS) -> None:
        super().__init__(zone)
        self._program = tuple(program)
        self._timeout = timeout

    def current(self, name: str) -> Answer:
        """See `NameSwitch.current`: what the program says."""
        self.owner(name)
        return self._answer(name, self._run("get", name))

    def replace(self, name: str, before: Answer, wished: Answer) -> None:
        """See `NameSwitch.replace`. The program cannot hold it against `before`, so it is asked just before."""
        if self.current(name) != before:
            raise changed_meanwhile(name, before)
        self._run("set", name, str(wished.ttl), *wished.addresses)

    def check(self) -> str:
        """See `NameSwitch.check`: the zone's own name is asked for."""
        return f"{self._program[0]} says that {self.zone_text} stands for {self.current(self.zone_text)}"

    def _run(self, *words: str) -> str:
        called = f"{self._program[0]} {words[0]} {words[1]}"
        try:
            done = subprocess.run(
                [*self._program, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise UnreachableError(
                f"`{called}` did not end within {self._timeout:g} s", "run it by hand to see what it waits for"
            ) from late
        except OSError as error:
            raise UsageError(
                f"{self._program[0]} cannot be started ({error.strerror})", "mend [dns] command in decant.toml"
            ) from error
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            said = redact(lines[-1])[:200] if lines else "it said nothing"
            raise RefusedError(
                f"`{called}` ended with {done.returncode} ({said})", "run it by hand, and mend that"
            )
        return done.stdout.decode("utf-8", "replace")

    def _answer(self, name: str, said: str) -> Answer:
        try:
            found: Any = json.loads(said)
            addresses = [str(ipaddress.ip_address(one)) for one in found["addresses"]]
            seconds = int(found["ttl"]) if addresses else 0
        except (ValueError, TypeError, KeyError) as error:
            raise RefusedError(
                f"`{self._program[0]} get {name}` did not print an object with addresses and ttl",
                'let it print {"addresses": ["10.0.0.1"], "ttl": 300}',
            ) from error
        # In the order in which `DnsSwitch` has them: by kind, then as text.
        return Answer(tuple(sorted(addresses, key=lambda one: (":" in one, one))), seconds)
