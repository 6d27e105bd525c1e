"""Builds, refreshes and destroys a stack through Pulumi's Automation API, which needs the Pulumi CLI.

The program is the one that is previewed.
"""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pulumi import automation as auto

from estate.documents.words import count, some
from estate.errors import DecantError, HeldError, RefusedError, UnfinishedError, UsageError
from estate.progress import Progress
from estate.records.preview import SECRET
from estate.secrets import Secrets, resolve
from stacks.deploy.ending import to_its_end
from stacks.deploy.following import Following
from stacks.deploy.needs import require_cli, require_login
from stacks.deploy.project import lay_out
from stacks.expiry import refuse_unfilled
from stacks.preview.deployed import custom, protected
from stacks.preview.stack import PROJECT
from stacks.settings.file import load


@dataclass(frozen=True)
class Done:
    """What a run of Pulumi changed: how many resources in Azure by kind of change, and what it warned of."""

    changes: Mapping[str, int]
    warnings: tuple[str, ...] = ()


_Ran = auto.UpResult | auto.RefreshResult | auto.DestroyResult


class Deployment:
    """One stack of a workspace, ready for Pulumi."""

    def __init__(
        self,
        settings_file: Path,
        state_folder: Path,
        pack: Path,
        inherited: Mapping[str, str],
        secrets: Secrets = resolve,
    ) -> None:
        """`pack` is the folder of the rules, and `inherited` the environment that Pulumi runs in.

        Raises `ToolMissingError` without the Pulumi CLI, `UsageError` for settings that are not right.
        """
        require_cli()
        settings = load(settings_file)
        self.name = settings_file.stem
        self.settings = settings
        self._inherited = inherited
        self._secrets = secrets
        state = settings.state
        # Everything that may be missing is asked for first: what is not there must not leave a stack half made.
        passphrase = secrets(state.passphrase) if state.secrets_provider == "passphrase" else None
        environment = {
            "DECANT_SETTINGS": str(settings_file.resolve()),  # from which the rules know the stack's kind
            "PULUMI_BACKEND_URL": state.backend or f"file://{state_folder.resolve()}",
        }
        if passphrase is not None:
            environment["PULUMI_CONFIG_PASSPHRASE"] = passphrase
        self._environment = environment
        self._settings_file = settings_file.resolve()
        self._state_folder = state_folder
        self._folder = state_folder / "project"
        self._pack = pack

    def _opened(self, make: Literal["select", "create_or_select"] = "select") -> auto.Stack:
        """Pulumi's stack. Raises `UsageError` where it was never built, unless it is to be made."""
        if make == "select" and not (self.settings.state.backend or self._state_folder.is_dir()):
            raise self._never_built()
        lay_out(self._folder)
        options = auto.LocalWorkspaceOptions(
            env_vars=self._environment, secrets_provider=self.settings.state.secrets_provider
        )
        open_it = auto.create_or_select_stack if make == "create_or_select" else auto.select_stack
        try:
            found = open_it(stack_name=self.name, work_dir=str(self._folder), opts=options)
            found.set_config(f"{PROJECT}:settings", auto.ConfigValue(str(self._settings_file)))
        except auto.StackNotFoundError:
            raise self._never_built() from None
        except auto.CommandError as wrong:
            raise self._failed("opened", wrong) from None
        return found

    def prepare(self) -> Mapping[str, str]:
        """Look for all that `up` needs, before anybody is asked and before anything is made; returns the secrets.

        Raises `RefusedError` for settings that are not filled in, `UnreachableError` where nobody is signed in to Azure,
        and what resolving a secret raises.
        """
        refuse_unfilled(self.name, self.settings)
        require_login(self._inherited)
        return {key: self._secrets(reference) for key, reference in self.settings.asks_for.items()}

    def up(self, secrets: Mapping[str, str], resources: int, progress: Progress) -> Done:
        """Build it, with the rules as a policy pack. `resources` is how many its preview has.

        Raises `UnfinishedError` where it did not end well, and `HeldError` while another run holds it.
        """
        stack = self._opened("create_or_select")
        self._give(secrets)
        return self._run(
            lambda told: stack.up(on_event=told, color="never", policy_packs=[str(self._pack)]),
            "built",
            Following(f"build {self.name}", resources, progress),
        )

    def _give(self, secrets: Mapping[str, str]) -> None:
        """Put secrets into the program's configuration, encrypted. Raises `UnfinishedError` where Pulumi takes one not."""
        for key, value in secrets.items():
            # By stdin: what the Automation API takes would stand in the list of processes.
            ran = subprocess.run(
                ["pulumi", "config", "set", key, "--secret", "--stack", self.name, "--non-interactive"],
                cwd=self._folder,
                env={**self._inherited, **self._environment},
                input=value,
                text=True,
                capture_output=True,
                check=False,
            )
            if ran.returncode != 0:
                raise UnfinishedError(
                    f"Pulumi did not take the secret {key} of the stack {self.name}: "
                    + _why(ran.stderr.replace(value, "[secret]")),
                    "mend that and run the same command again",
                )

    def refresh(self, progress: Progress) -> Done:
        """Bring Pulumi's state in line with what is there. Raises as `up` does."""
        require_login(self._inherited)
        stack = self._opened()
        return self._run(
            lambda told: stack.refresh(on_event=told, color="never"),
            "refreshed",
            Following(f"refresh {self.name}", len(custom(self.state())), progress),
        )

    def destroy(self, progress: Progress) -> Done:
        """Take everything away, its state and configuration too.

        Raises as `up` does, and `RefusedError` where anything in it is protected: Pulumi itself would take all else away,
        and then fail.
        """
        require_login(self._inherited)
        stack = self._opened()
        state = self.state()
        kept = protected(state)
        if kept:
            raise RefusedError(
                f"{count(len(kept), 'resource')} of the stack {self.name} {'is' if len(kept) == 1 else 'are'} protected "
                f"({some(kept, 4)}), and nothing was taken away",
                "have a person who may do so take the protection off with `pulumi state unprotect`, and the locks in Azure; "
                "what holds data is gone for good then",
            )
        return self._run(
            lambda told: stack.destroy(on_event=told, color="never", remove=True),
            "destroyed",
            Following(f"destroy {self.name}", len(custom(state)), progress),
        )

    def _run(self, work: Callable[[auto.OnEvent], _Ran], done: str, following: Following) -> Done:
        try:
            to_its_end(lambda: work(following), following.interrupted)
        except auto.CommandError as wrong:
            raise self._failed(done, wrong, following.why()) from None
        return Done(dict(following.changes), tuple(following.warnings))

    def outputs(self) -> dict[str, Any]:
        """The built stack's outputs; secret ones are `SECRET`."""
        stack = self._opened()
        try:
            found = stack.outputs()
        except auto.CommandError as wrong:
            raise self._failed("read", wrong) from None
        return {key: SECRET if output.secret else output.value for key, output in found.items()}

    def state(self) -> Mapping[str, Any]:
        """What Pulumi keeps of it, as `pulumi stack export` gives it: secrets stay encrypted."""
        stack = self._opened()
        try:
            found = stack.export_stack().deployment
        except auto.CommandError as wrong:
            raise self._failed("read", wrong) from None
        return found or {}

    def _never_built(self) -> UsageError:
        return UsageError(
            f"the stack {self.name} was never built from this workspace, or is destroyed",
            f"build it: `decant stack up {self.name}`",
        )

    def _failed(self, done: str, wrong: auto.CommandError, why: str = "") -> DecantError:
        if isinstance(wrong, auto.ConcurrentUpdateError):
            return HeldError(
                f"the stack {self.name} was not {done}: another run of Pulumi holds it",
                "wait for it; where it was killed, and only then, take its hold away: "
                f"`PULUMI_BACKEND_URL={self._environment['PULUMI_BACKEND_URL']} "
                f"pulumi cancel {self.name} --cwd {self._folder}`",
            )
        return UnfinishedError(
            f"the stack {self.name} was not {done}: {why or _why(str(wrong))}",
            "mend that and run the same command again; it goes on",
        )


def _why(text: str) -> str:
    """The first line in which Pulumi says what is wrong; it ends with counts of what went well and what did not."""
    lines = [line.strip() for line in text.splitlines()]
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        said = line.partition("error:")[2].strip()
        if said:
            return f"{said} {after}".removesuffix(".") if after.startswith("because") else said
    return "Pulumi did not say why"
