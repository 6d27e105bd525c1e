"""Builds, refreshes and destroys a stack through Pulumi's Automation API, which needs the Pulumi CLI.

Not proved against Azure: there is no account to prove it with. The program is the one that is previewed.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from pulumi import automation as auto

import stacks
from estate import writing
from estate.documents.words import count, some
from estate.errors import RefusedError, ToolMissingError, UnfinishedError, UsageError
from estate.records.preview import SECRET
from estate.secrets import Secrets, resolve
from stacks.preview.deployed import protected
from stacks.preview.stack import PROJECT
from stacks.settings.file import load

_OF_WHAT_STAYS = (
    "The resources in the stack have been deleted, but",
    "If you want to remove the stack completely",
)
Say = Callable[[str], None]
"""Takes each line that Pulumi writes."""


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
        _lay_out(self._folder)
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

    def up(self, say: Say) -> Mapping[str, int]:
        """Build it, with the rules as a policy pack; returns Pulumi's summary of changes.

        Raises what resolving a secret raises, and `UnfinishedError` where it did not end well.
        """
        unfilled = self.settings.unfilled()
        if unfilled:
            raise RefusedError(
                f"the stack {self.name} cannot be built yet: {', '.join(unfilled)} are as the template left them",
                "fill them in",
            )
        # Before anything is made: what is missing is to leave nothing behind.
        given = {key: self._secrets(reference) for key, reference in self.settings.asks_for.items()}
        stack = self._opened("create_or_select")
        self._give(given)
        try:
            ran = stack.up(on_output=say, color="never", policy_packs=[str(self._pack)])
        except auto.CommandError as wrong:
            raise self._failed("built", wrong) from None
        return _counts(ran.summary.resource_changes)

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
                    + ran.stderr.replace(value, "[secret]").strip().partition("\n")[0],
                    "mend that and run the same command again",
                )

    def refresh(self, say: Say) -> Mapping[str, int]:
        """Bring Pulumi's state in line with what is there."""
        stack = self._opened()
        try:
            return _counts(stack.refresh(on_output=say, color="never").summary.resource_changes)
        except auto.CommandError as wrong:
            raise self._failed("refreshed", wrong) from None

    def destroy(self, say: Say) -> Mapping[str, int]:
        """Take everything away, its state and configuration too.

        Raises `RefusedError` where anything in it is protected. Pulumi itself would take all else away, and then fail.
        """
        stack = self._opened()
        kept = protected(self.state())
        if kept:
            raise RefusedError(
                f"{count(len(kept), 'resource')} of the stack {self.name} {'is' if len(kept) == 1 else 'are'} protected "
                f"({some(kept, 4)}), and nothing was taken away",
                "have a person who may do so take the protection off with `pulumi state unprotect`, and the locks in Azure; "
                "what holds data is gone for good then",
            )

        def told(line: str) -> None:
            if not line.startswith(_OF_WHAT_STAYS):  # Decant takes that away too
                say(line)

        try:
            return _counts(stack.destroy(on_output=told, color="never", remove=True).summary.resource_changes)
        except auto.CommandError as wrong:
            raise self._failed("destroyed", wrong) from None

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

    def _failed(self, done: str, wrong: auto.CommandError) -> UnfinishedError:
        what = _why(str(wrong))
        return UnfinishedError(
            f"the stack {self.name} was not {done}: {what}", "mend that and run the same command again; it goes on"
        )


def _why(text: str) -> str:
    """The first line in which Pulumi says what is wrong; it ends with counts of what went well and what did not."""
    lines = [line.strip() for line in text.splitlines()]
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        said = line.partition("error:")[2].strip()
        if said:
            return f"{said} {after}".removesuffix(".") if after.startswith("because") else said
    return "Pulumi did not say why"


def _lay_out(folder: Path) -> None:
    """Make the folder that Pulumi runs in: Decant's program, and beside it this stack's configuration alone.

    Pulumi writes a stack's configuration beside the project; in the checkout, two workspaces would share it.
    Raises `UsageError` where the program is not there.
    """
    program = Path(stacks.__file__).parent
    if not (program / "__main__.py").is_file():
        raise UsageError(
            f"{program} has no program that Pulumi could run",
            "run Decant from a checkout of its repository, installed with --editable",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    link = folder / "program"
    if not link.is_symlink() or link.resolve() != program.resolve():
        link.unlink(missing_ok=True)
        link.symlink_to(program)
    text = json.dumps(
        {
            "name": PROJECT,
            "main": "program/",
            "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}},
        }
    )
    writing.replace(folder / "Pulumi.yaml", text, writing.PRIVATE)  # JSON is YAML


def _counts(changes: Mapping[auto.OpType, int] | None) -> dict[str, int]:
    return {str(getattr(kind, "value", kind)): number for kind, number in (changes or {}).items()}


def require_cli() -> None:
    """Raises `ToolMissingError` where the Pulumi CLI is not installed."""
    if shutil.which("pulumi") is None:
        raise ToolMissingError(
            "the Pulumi CLI is not installed, and building a stack needs it",
            "install it from https://www.pulumi.com/docs/install/ and sign in to Azure with `az login`; "
            "`decant stack preview` works without either",
        )
