"""Building asks first whether anybody is signed in to Azure: a stack is not begun only to fail."""

from pathlib import Path

import pytest

from estate.errors import OutOfTimeError, ToolMissingError, UnreachableError
from stacks.deploy import needs
from stacks.deploy.needs import require_login


def azure_cli(folder: Path, script: str) -> dict[str, str]:
    """An environment with an Azure CLI that answers as the script does."""
    program = folder / "az"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.parametrize(
    "environment",
    [
        {"ARM_USE_OIDC": "true"},
        {"ARM_USE_MSI": "1"},
        {"ARM_CLIENT_SECRET": "something"},
        {"ARM_CLIENT_CERTIFICATE_PATH": "/etc/decant/login.pfx"},
    ],
)
def test_a_pipeline_s_own_identity_is_enough(environment: dict[str, str]) -> None:
    require_login({"PATH": "/nowhere", **environment})


@pytest.mark.parametrize("environment", [{}, {"ARM_USE_OIDC": "false"}, {"ARM_CLIENT_SECRET": ""}])
def test_without_one_and_without_the_azure_cli_nobody_is_signed_in(environment: dict[str, str]) -> None:
    with pytest.raises(ToolMissingError, match="nobody is signed in to Azure") as wrong:
        require_login({"PATH": "/nowhere", **environment})
    assert "az login" in wrong.value.remedy


def test_the_azure_cli_says_whether_somebody_is(tmp_path: Path) -> None:
    require_login(azure_cli(tmp_path, '[ "$1 $2" = "account show" ]'))
    with pytest.raises(UnreachableError, match="nobody is signed in to Azure"):
        require_login(azure_cli(tmp_path, "echo 'Please run az login' >&2; exit 1"))


def test_an_azure_cli_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "AZURE_CLI_SECONDS", 0.2)
    with pytest.raises(OutOfTimeError, match="who is signed in"):
        require_login(azure_cli(tmp_path, "exec sleep 30"))
