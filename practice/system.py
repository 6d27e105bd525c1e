"""The machine's own packages: install by name what is missing, and nothing else."""

from estate.errors import DecantError, UnreachableError
from estate.progress import Progress, Step, silent
from practice import tool

KEYRING = "debian-archive-keyring"
INSTALL_SECONDS = 900.0


def install(progress: Progress = silent) -> list[str]:
    """Install the Debian packages that the practice estate lacks; gives their names.

    Does nothing where nothing is missing. Raises `RefusedError` without root, `UnreachableError` where apt
    cannot install one.
    """
    names = tool.missing()
    if not names:
        return []
    tool.need_root()
    progress(Step("install packages", 0, len(names), "packages", ", ".join(names)))
    _apt(["update", "-q"])
    _apt(["install", "-q", "-y", "--no-install-recommends", *names, KEYRING])
    progress(Step("install packages", len(names), len(names), "packages"))
    return names


def _apt(arguments: list[str]) -> None:
    argv = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "apt-get", *arguments]
    try:
        tool.run(argv, f"apt-get {arguments[0]}", timeout=INSTALL_SECONDS)
    except DecantError as error:
        raise UnreachableError(error.what, "mend the machine's apt sources and try again") from error
