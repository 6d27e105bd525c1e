"""pyinfra with the facts of its own that come nearest to Decant's tier 1."""

from benchmarks.peers.base import ENVIRONMENT, Course

FACTS = (
    "server.LinuxDistribution",
    "server.Kernel",
    "hardware.Cpus",
    "hardware.Memory",
    "hardware.BlockDevices",
    "hardware.NetworkDevices",
    "server.Mounts",
    "server.Users",
    "server.Groups",
    "server.Sysctl",
    "server.Crontab",
    "apt.AptSources",
    "deb.DebPackages",
    "systemd.SystemdStatus",
    "server.Home",
)


class Pyinfra:
    """`pyinfra INVENTORY fact …`, every host at once."""

    name = "pyinfra"

    def missing(self) -> str:
        """Whether it is installed."""
        return "" if (ENVIRONMENT / "bin" / "pyinfra").exists() else "pyinfra is not installed: `make bench`"

    def prepare(self, course: Course) -> None:
        """Its inventory."""
        shared = {
            "ssh_user": "ops",
            "ssh_key": str(course.fleet.estate.key),
            "ssh_known_hosts_file": str(course.fleet.known_hosts),
            "ssh_strict_host_key_checking": "yes",
        }
        hosts = [(host.name, {"ssh_hostname": host.address, **shared}) for host in course.fleet.hosts()]
        (course.folder / "inventory.py").write_text(f"hosts = {hosts!r}\n")

    def run(self, course: Course) -> int:
        """One gathering; where a host fails, it ends with another status."""
        program = str(ENVIRONMENT / "bin" / "pyinfra")
        course.run([program, "-y", "--parallel", "50", "inventory.py", "fact", *FACTS], {"LANG": "C.UTF-8"})
        return course.count


CONTESTANT = Pyinfra()
