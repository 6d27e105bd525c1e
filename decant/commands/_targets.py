"""The hosts that a command is to look at."""

from collections.abc import Mapping, Sequence

from estate.errors import UsageError
from estate.records.host import Host
from estate.suggest import unknown


def chosen(hosts: Mapping[str, Host], targets: Sequence[str]) -> list[Host]:
    """The hosts that are named, once each and in that order; all where none is.

    Raises `UsageError` where there is none at all, or for a name that is not among them.
    """
    if not hosts:
        raise UsageError("The hosts file lists no host", "write your servers into it as [[host]] tables")
    for target in targets:
        if target not in hosts:
            raise unknown("host", target, hosts, "add it to the hosts file")
    return [hosts[name] for name in dict.fromkeys(targets)] if targets else list(hosts.values())
