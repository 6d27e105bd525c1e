"""Builds, refreshes and destroys a stack through Pulumi's Automation API, which needs the Pulumi CLI.

Not proved against Azure: there is no account to prove it with. The program is the one that is previewed.
"""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pulumi import automation as auto

import stacks
from estate.errors import RefusedError, ToolMissingError, UnfinishedError, UsageError
from estate.records.preview import SECRET
from estate.secrets import Secrets, resolve
from stacks.preview.stack import PROJECT
from stacks.settings.file import load

Say = Callable[[str], None]
"""Takes each line that Pulumi writes."""


class Deployment:
    """One stack of a workspace, ready for Pulumi."""

    def __init__(
        self, settings_file: Path, state_folder: Path, inherited: Mapping[str, str], secrets: Secrets = resolve
    ) -> None:
        """`inherited` is the environment that Pulumi runs in.

        Raises `ToolMissingError` without the Pulumi CLI, `UsageError` for settings that are not right.
        """
        require_cli()
        settings = load(settings_file)
        self.name = settings_file.stem
        self.settings = settings
        self._inherited = inherited
        self._secrets = secrets
        folder = Path(stacks.__file__).parent.parent
        if not (folder / "Pulumi.yaml").is_file():
            raise UsageError(
                f"{folder} has no Pulumi.yaml, so Pulumi cannot run the stack's program",
                "run Decant from a checkout of its repository, installed with --editable",
            )
        state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = settings.state
        environment = {"PULUMI_BACKEND_URL": state.backend or f"file://{state_folder.resolve()}"}
        if state.secrets_provider == "passphrase":
            environment["PULUMI_CONFIG_PASSPHRASE"] = secrets(state.passphrase)
        self._environment = environment
        try:
            self._stack = auto.create_or_select_stack(
                stack_name=self.name,
                work_dir=str(folder),
                opts=auto.LocalWorkspaceOptions(env_vars=environment, secrets_provider=state.secrets_provider),
            )
            self._stack.set_config(f"{PROJECT}:settings", auto.ConfigValue(str(settings_file.resolve())))
        except auto.CommandError as wrong:
            raise self._failed("prepared", wrong) from None

    def up(self, say: Say) -> Mapping[str, int]:
        """Build it; returns Pulumi's summary of changes. Raises `UnfinishedError` where it did not end well."""
        unfilled = self.settings.unfilled()
        if unfilled:
            raise RefusedError(
                f"the stack {self.name} cannot be built yet: {', '.join(unfilled)} are as the template left them",
                "fill them in",
            )
        self._give_secrets()
        try:
            return _counts(self._stack.up(on_output=say, color="never").summary.resource_changes)
        except auto.CommandError as wrong:
            raise self._failed("built", wrong) from None

    def _give_secrets(self) -> None:
        """Put the secrets that the program asks for into its configuration, encrypted.

        Raises what resolving a reference raises, and `UnfinishedError` where Pulumi does not take one.
        """
        found = {key: self._secrets(reference) for key, reference in self.settings.asks_for.items()}
        for key, value in found.items():
            # By stdin: what the Automation API takes would stand in the list of processes.
            ran = subprocess.run(
                ["pulumi", "config", "set", key, "--secret", "--stack", self.name, "--non-interactive"],
                cwd=self._stack.workspace.work_dir,
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
        try:
            return _counts(self._stack.refresh(on_output=say, color="never").summary.resource_changes)
        except auto.CommandError as wrong:
            raise self._failed("refreshed", wrong) from None

    def destroy(self, say: Say) -> Mapping[str, int]:
        """Take everything away. What is protected stays, and is an error."""
        try:
            return _counts(self._stack.destroy(on_output=say, color="never").summary.resource_changes)
        except auto.CommandError as wrong:
            raise self._failed("destroyed", wrong) from None

    def outputs(self) -> dict[str, Any]:
        """The built stack's outputs; secret ones are `SECRET`."""
        try:
            found = self._stack.outputs()
        except auto.CommandError as wrong:
            raise self._failed("read", wrong) from None
        return {key: SECRET if output.secret else output.value for key, output in found.items()}

    def state(self) -> Mapping[str, Any]:
        """What Pulumi keeps of it, as `pulumi stack export` gives it: secrets stay encrypted."""
        try:
            found = self._stack.export_stack().deployment
        except auto.CommandError as wrong:
            raise self._failed("read", wrong) from None
        return found or {}

    def _failed(self, done: str, wrong: auto.CommandError) -> UnfinishedError:
        lines = [line.strip() for line in str(wrong).splitlines() if "error" in line.lower()]
        what = lines[-1] if lines else "Pulumi did not say why"
        return UnfinishedError(
            f"the stack {self.name} was not {done}: {what}", "mend that and run the same command again; it goes on"
        )


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
