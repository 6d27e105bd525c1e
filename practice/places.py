"""Where the practice estate keeps things on the machine, every path named once. All of it is root's own.

::

    /var/cache/decant/               can be deleted whenever no estate is up; built again by the next `up`
        images/<layer>-<key>/        one finished layer of a root file system
        images/<layer>-<key>.used    its time says when it was last asked for
        images/<layer>.lock          held while that layer is built
        passwords/<account>          application passwords, made once on this machine
    /var/lib/decant-practice/        what is up now
        <estate>.lock                held while that estate changes
        <estate>/                    gone after `down`
            id_ops, id_ops.pub       the operator's SSH key
            known_hosts              every host's keys
            hosts.toml               the hosts, as a workspace wants them
            decant-settings.toml     [dns] and [[service]] of a workspace
            practice.key             the TSIG key, as BIND writes it
            passwords/<account>      copies of the application passwords, and `engineer` for sudo
            hosts/<host>/            overlay (upper, work, root), console log
            hosts/<host>.disk        its own disk, mounted at hosts/<host>, where it was given one
    /etc/netns/decant-<estate>-…/    resolver of the client's namespace, gone after `down`
"""

import re
from pathlib import Path

from estate.errors import UsageError

CACHE = Path("/var/cache/decant")
IMAGES = CACHE / "images"
PASSWORDS = CACHE / "passwords"
RUN = Path("/var/lib/decant-practice")
NETNS = Path("/run/netns")
NETNS_SETTINGS = Path("/etc/netns")
LAYERS = Path(__file__).parent / "layers"

_NAME = re.compile(r"[a-z][a-z0-9]{0,19}")


def checked(estate: str) -> str:
    """The estate's name, which goes into paths and namespaces. Raises `UsageError` where it would not do."""
    if not _NAME.fullmatch(estate):
        raise UsageError(
            f"{estate!r} is not a name for an estate", "use up to 20 small letters and digits, a letter first"
        )
    return estate


def folder(estate: str) -> Path:
    """The run folder of an estate."""
    return RUN / checked(estate)


def namespace(estate: str, host: str) -> str:
    """The network namespace of a host; `client` is where clients run and the bridge lives."""
    return f"decant-{checked(estate)}-{host}"
