"""HC-20: data is encrypted where it is stored."""

from estate.errors import UndecidedError
from estate.records.facts.disks import Disk, Disks
from estate.records.facts.os import Os
from estate.records.server import ServerFacts
from policies.observed import insist_on_all, need
from policies.rules.base import Context, HostRule, Verdict, failed, host, ncsc, passed


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    if need(facts, "os", Os).virtualisation == "container":
        raise UndecidedError("the disks of a container are those of the machine below it", "check that machine")
    disks = need(facts, "disks", Disks).disks
    if not any(d.type == "disk" for d in disks):
        raise UndecidedError("the host shows no disk of its own", "look at what its disks lie on")
    parents = {d.name: d for d in disks}
    plain = sorted(
        {d.mountpoint for d in disks if d.mountpoint and _holds_data(d) and not _is_encrypted(d, parents)}
    )
    if not plain:
        return passed("every file system lies on an encrypted device")
    if facts.server.is_windows:
        # Only an administrator is told of BitLocker.
        insist_on_all(facts, "disks")
    if facts.server.role == "target":
        raise UndecidedError(
            "encryption at host cannot be seen from inside the machine", "see CMP-03 in `decant check stack`"
        )
    return failed("file systems lie on devices that are not encrypted", ", ".join(plain))


def _holds_data(disk: Disk) -> bool:
    return not (disk.mountpoint or "").startswith("/boot")


def _is_encrypted(disk: Disk, by_name: dict[str, Disk]) -> bool:
    here: Disk | None = disk
    seen: set[str] = set()
    while here is not None and here.name not in seen:
        if here.type == "crypt":
            return True
        seen.add(here.name)
        here = by_name.get(here.parent or "")
    return False


def _host(*disks: Disk, role: str = "legacy") -> ServerFacts:
    system = Os(hostname="example", id="debian", version_id="12", virtualisation="none")
    return host({"disks": Disks(disks=disks), "os": system}, server={"role": role})


_SDA = Disk(name="sda", type="disk", size_bytes=1)
_BOOT = Disk(name="sda1", type="part", size_bytes=1, parent="sda", mountpoint="/boot")

RULE = HostRule(
    id="HC-20",
    title="Data is encrypted where it is stored",
    severity="high",
    enforcement="advisory",
    rationale="A disk that is stolen, returned or thrown away takes its data along.",
    remedy="Encrypt it with LUKS, or move it to a machine with encryption at host.",
    controls=ncsc("2.3", "2.4"),
    facts=("disks", "os"),
    check=_check,
    passing=(
        _host(
            _SDA,
            _BOOT,
            Disk(name="sda2", type="part", size_bytes=1, parent="sda"),
            Disk(name="luks", type="crypt", size_bytes=1, parent="sda2"),
            Disk(name="vg-root", type="lvm", size_bytes=1, parent="luks", mountpoint="/"),
        ),
    ),
    failing=(_host(_SDA, Disk(name="sda2", type="part", size_bytes=1, parent="sda", mountpoint="/")),),
)
