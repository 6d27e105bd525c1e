"""Azurite, Microsoft's own stand-in for Azure Blob Storage, from npm, as a server on loopback."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = Path(sys.prefix) / "azurite"
PROGRAM = ROOT / "node_modules/.bin/azurite-blob"


def install() -> None:
    """Install it beside the tests, by the hashes of the lock file; where that fails, say so and go on."""
    lock = HERE / "package-lock.json"
    if PROGRAM.exists() and (ROOT / lock.name).read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.stdout.write("Not installed: Azurite, for want of npm. Tests that need it are skipped.\n")
        return
    ROOT.mkdir(exist_ok=True)
    for name in ("package.json", lock.name):
        shutil.copy(HERE / name, ROOT)
    try:
        subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund"], cwd=ROOT, check=True)
    except subprocess.CalledProcessError:
        sys.stdout.write("Not installed: Azurite. Tests that need it are skipped.\n")
