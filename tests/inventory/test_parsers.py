"""Output that our own machines do not print: packages, sockets, file systems, processes and services."""

from estate.records.facts.connections import Connections
from estate.records.facts.filesystems import Filesystems
from estate.records.facts.listeners import Listeners
from estate.records.facts.os import Os
from estate.records.facts.packages import Packages
from estate.records.facts.processes import Processes
from estate.records.facts.services import Services
from tests.inventory.parsed import read, reading


def test_packages_of_red_hat_and_alpine() -> None:
    rpm = (
        "rpm\nopenssl\t1\t3.0.7-18.el9\tx86_64\topenssl-3.0.7-18.el9.src.rpm\n"
        "gpg-pubkey\t(none)\tf-1\t(none)\t(none)\n"
    )
    found = read("packages", Packages, rpm)
    assert found.manager == "rpm"
    assert [(one.name, one.version, one.source) for one in found.packages] == [
        ("openssl", "1:3.0.7-18.el9", "openssl")
    ]
    apk = read("packages", Packages, "apk\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl\n\nP:ssl\nV:3\no:openssl\n")
    assert apk.version("musl") == "1.2.4-r2"
    assert apk.packages[1].source == "openssl"


def test_a_removed_package_is_not_installed() -> None:
    text = (
        "dpkg\nPackage: a\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: b\n"
        "Status: install ok installed\nVersion: 2\n"
    )
    assert [one.name for one in read("packages", Packages, text).packages] == ["b"]


def test_a_centos_from_before_os_release() -> None:
    files = "/proc/sys/kernel/hostname:old\n/etc/redhat-release:CentOS release 6.10 (Final)\n"
    found = read("os", Os, "machine x86_64\n", files=files)
    assert (found.id, found.version_id, found.architecture) == ("centos", "6.10", "x86_64")


KERNEL = (
    "/proc/net/tcp:  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
    "/proc/net/tcp:   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n"
    "/proc/net/tcp:   1: 0B01630A:0016 01FF630A:C350 01 00000000:00000000 00:00000000 00000000     0\n"
    "/proc/net/tcp:   2: 0B01630A:A028 0C01630A:1538 01 00000000:00000000 00:00000000 00000000     0\n"
    "/proc/net/tcp6:   0: 00000000000000000000000001000000:0CEA "
    "00000000000000000000000000000000:0000 0A 0:0 0:0 0\n"
)


def test_sockets_without_ss_are_read_from_the_kernel_and_that_is_said() -> None:
    found = reading("listeners", f"own\n{KERNEL}")
    assert isinstance(found.payload, Listeners)
    assert [one.port for one in found.payload.listeners] == [22, 3306]
    assert found.payload.listeners[1].address == "::1"
    assert "ss is not installed" in found.partial
    talk = reading("connections", f"own 10.99.255.1 50000 10.99.1.11 22\n{KERNEL}")
    assert isinstance(talk.payload, Connections)
    assert [(one.peer_address, one.peer_port) for one in talk.payload.connections] == [("10.99.1.12", 5432)]


def test_a_mapped_address_is_the_ipv4_one_and_several_workers_are_one_listener() -> None:
    ss = (
        "own\nNetid State Recv-Q Send-Q Local Peer Process\n"
        'tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=9,fd=6),("nginx",pid=8,fd=6))\n'
        'tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=8,fd=6))\n'
        "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*\n"
        'tcp LISTEN 0 1 [::ffff:10.0.0.1]:8005 *:* users:(("java",pid=3,fd=1))\n'
    )
    found = read("listeners", Listeners, ss)
    assert [(one.protocol, one.address, one.port, one.pid) for one in found.listeners] == [
        ("tcp", "0.0.0.0", 80, 9),  # noqa: S104
        ("tcp", "10.0.0.1", 8005, 3),
        ("udp", "127.0.0.53", 53, None),
    ]
    assert found.listeners[2].local_only


def test_a_quote_in_a_processes_name_does_not_forge_an_id() -> None:
    ss = 'own\nNetid State\ntcp LISTEN 0 5 *:80 *:* users:(("a\\",pid=1,b",pid=77,fd=3))\n'
    assert read("listeners", Listeners, ss).listeners[0].pid == 77


def test_df_of_busybox_and_a_mount_point_with_spaces() -> None:
    text = (
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 40 60 40% /\n"
        "/dev/sdb1 10 1 9 10% /srv/my files\ntmpfs 5 0 5 0% /run\n"
    )
    files = (
        "/proc/self/mounts:files:/x\\040y /mnt nfs4 rw 0 0\n/etc/fstab:files:/x /mnt nfs4 ro 0 0\n"
        "/etc/fstab://nas/plans /srv/plans cifs credentials=/root/nas 0 0\n"
    )
    found = read("filesystems", Filesystems, text, files=files)
    assert [(one.mountpoint, one.size_bytes) for one in found.filesystems] == [
        ("/", 102400),
        ("/srv/my files", 10240),
    ]
    assert [(one.source, one.mounted) for one in found.remote] == [("files:/x y", True), ("//nas/plans", False)]


def test_processes_of_busybox_with_units_from_the_old_hierarchy() -> None:
    text = (
        "PID   PPID  USER     RSS  COMMAND\n    1     0 root     12m /sbin/init\n"
        "    2     0 root     0 [kthreadd]\n"
        "    3     2 root     0 [kworker/0:0]\n   44     1 www      900 nginx: worker process\n"
        "   45     1 app 70 /opt/x --db-password=hunter2 --port 8\n--- units\n"
        "/proc/44/cgroup:1:name=systemd:/system.slice/nginx.service\n/proc/44/cgroup:0::/other.slice\n"
        "/proc/45/cgroup:0::/system.slice/system-x.slice/x@a.service\n"
    )
    found = read("processes", Processes, text).processes
    assert [(one.pid, one.name, one.unit) for one in found] == [
        (1, "init", None),
        (44, "nginx", "nginx.service"),
        (45, "x", "x@a.service"),
    ]
    assert found[0].rss_bytes == 12 << 20
    assert "hunter2" not in found[2].args


def test_a_system_v_host_has_services_too() -> None:
    text = "sysv\nscript /etc/init.d/apache2\nscript /etc/init.d/skeleton\nstarts S20apache2\n"
    (found,) = read("services", Services, text).services
    assert (found.unit, found.enabled) == ("apache2", "enabled")


def test_a_service_takes_its_file_from_the_first_folder_and_instances_from_their_template() -> None:
    text = (
        "systemd\nenabled own.service\nfile /etc/systemd/system/own.service\n"
        "file /lib/systemd/system/own.service\n"
        "file /lib/systemd/system/pg@.service\n/etc/systemd/system/own.service:ExecStart=/opt/x --token abc123\n"
        "--- units\nown.service loaded active running Our own\npg@13.service loaded active running PG\n"
        "gone.service not-found inactive dead gone\n"
    )
    found = read("services", Services, text).services
    assert [(one.unit, one.path, one.local) for one in found] == [
        ("own.service", "/etc/systemd/system/own.service", True),
        ("pg@13.service", "/lib/systemd/system/pg@.service", False),
    ]
    assert "abc123" not in found[0].command
