"""What building needs of the machine: the Pulumi CLI, and a login to Azure."""

import shutil
import subprocess
from collections.abc import Mapping

from estate.errors import OutOfTimeError, ToolMissingError, UnreachableError

LOGINS = ("ARM_CLIENT_SECRET", "ARM_CLIENT_CERTIFICATE_PATH")
SWITCHES = ("ARM_USE_OIDC", "ARM_USE_MSI", "ARM_USE_DEFAULT_AZURE_CREDENTIAL")
"""How the provider signs in without the Azure CLI (its page "Installation & Configuration")."""
AZURE_CLI_SECONDS = 60
_REMEDY = "sign in with `az login`, or give a pipeline's identity: ARM_USE_OIDC, or ARM_USE_MSI, as docs/pipelines has them"


def require_cli() -> None:
    """Raises `ToolMissingError` where the Pulumi CLI is not installed."""
    if shutil.which("pulumi") is None:
        raise ToolMissingError(
            "the Pulumi CLI is not installed, and whatever builds, reads or takes away a stack in Azure needs it",
            "install it from https://www.pulumi.com/docs/install/ and sign in to Azure with `az login`; "
            "`decant stack preview` works without either",
        )


def require_login(environment: Mapping[str, str]) -> None:
    """Raises `UnreachableError` where nobody is signed in to Azure: without this, a stack would be begun and then fail.

    Whether the login may do what the stack asks is Azure's to say.
    """
    if any(environment.get(name) for name in LOGINS):
        return
    if any(environment.get(name, "").lower() in ("1", "true") for name in SWITCHES):
        return
    program = shutil.which("az", path=environment.get("PATH"))
    if program is None:
        raise ToolMissingError("nobody is signed in to Azure, and the Azure CLI is not installed", _REMEDY)
    try:
        ran = subprocess.run(
            [program, "account", "show", "--output", "none"],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=AZURE_CLI_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OutOfTimeError(
            f"the Azure CLI did not say within {AZURE_CLI_SECONDS} seconds who is signed in",
            "try `az account show`",
        ) from None
    if ran.returncode != 0:
        raise UnreachableError("nobody is signed in to Azure", _REMEDY)
