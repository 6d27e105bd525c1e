"""Fact `os` of Windows: what it is, since when it runs, and on what."""

from estate.records.facts.os import Os
from inventory.facts.base import Reading
from inventory.sources._systems import system
from inventory.windows.base import Rows, fact

SNIPPET = r"""
$o = cim Win32_OperatingSystem
$current = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
@{ kind = 'os'; caption = $o.Caption; version = $o.Version; architecture = $o.OSArchitecture
   booted = (when $o.LastBootUpTime); clock = (when $o.LocalDateTime)
   release = (value $current 'ReleaseId'); display = (value $current 'DisplayVersion')
   revision = (value $current 'UBR'); installation = (value $current 'InstallationType')
   zone = [TimeZoneInfo]::Local.Id }
$c = cim Win32_ComputerSystem
@{ kind = 'computer'; name = $c.DNSHostName; domain = $c.Domain; joined = $c.PartOfDomain
   maker = $c.Manufacturer; model = $c.Model; hypervisor = $c.HypervisorPresent }
"""

_MACHINES = (
    ("vmware", "", "vmware"),
    ("microsoft corporation", "virtual machine", "microsoft"),
    ("xen", "", "xen"),
    ("innotek", "", "oracle"),
    ("qemu", "", "kvm"),
    ("red hat", "", "kvm"),
    ("nutanix", "ahv", "kvm"),
    ("amazon ec2", "", "amazon"),
    ("google", "", "google"),
    ("parallels", "", "parallels"),
)


def parse(rows: Rows) -> Reading:
    """Name the release as os-release would, by the words of the caption, which Microsoft does not translate."""
    about, computer = rows.one("os"), rows.one("computer")
    named = system(about.text("caption"))
    if named.id is None or not named.id.startswith("windows"):
        raise ValueError(f"{about.text('caption')[:60]!r} is no Windows")
    name, domain = computer.text("name"), computer.text("domain")
    revision = about.number("revision")
    booted, clock = about.moment("booted"), about.moment("clock")
    return rows.known(
        Os(
            hostname=(f"{name}.{domain}" if computer.flag("joined") and domain else name).lower(),
            id=named.id,
            version_id=named.version or "",
            name=about.text("caption"),
            codename=about.text("display") or about.text("release"),
            kernel=about.text("version") + (f".{revision}" if revision is not None else ""),
            architecture={"64-bit": "x86_64", "32-bit": "i686"}.get(
                about.text("architecture"), about.text("architecture")
            ),
            uptime_seconds=max(0, int((clock - booted).total_seconds())) if clock and booted else None,
            booted_at=booted,
            clock=clock,
            virtualisation=_virtual(computer.text("maker"), computer.text("model"), computer.flag("hypervisor")),
            timezone=about.text("zone") or None,
        )
    )


def _virtual(maker: str, model: str, hypervisor: bool | None) -> str | None:
    """A Hyper-V host says itself that a hypervisor is present, so the machine's maker comes first."""
    for begins, holds, what in _MACHINES:
        if maker.lower().startswith(begins) and holds in model.lower():
            return what
    return "none" if maker and hypervisor is not None else None


FACT = fact(
    "os",
    "Win32_OperatingSystem, Win32_ComputerSystem, and the release in the registry. Any account.",
    "the WMI class Win32_OperatingSystem",
    SNIPPET,
    parse,
)
