"""More output that our own machines do not print: hardware, security, middleware."""

import pytest

from estate.records.facts.addresses import Addresses
from estate.records.facts.containers import Containers
from estate.records.facts.cpu import Cpu
from estate.records.facts.disks import Disks
from estate.records.facts.mail import Mail
from estate.records.facts.mandatory_access import MandatoryAccess
from estate.records.facts.memory import Memory
from estate.records.facts.os import Os
from estate.records.facts.password_policy import PasswordPolicy
from estate.records.facts.redis import Redis
from estate.records.facts.runtimes import Runtimes
from estate.records.facts.services import Services
from estate.records.observation import Outcome
from tests.inventory.parsed import read, reading

DMI = "/sys/class/dmi/id"
START = "/proc/sys/kernel/hostname:a\n/etc/os-release:ID=debian\n"
FLAGS = "flags\t\t: fpu vme\n"


@pytest.mark.parametrize(
    ("files", "text", "says"),
    [
        (f"{DMI}/sys_vendor:VMware, Inc.\n{DMI}/product_name:VMware Virtual Platform\n", FLAGS, "vmware"),
        (f"{DMI}/sys_vendor:Microsoft Corporation\n{DMI}/product_name:Virtual Machine\n", FLAGS, "microsoft"),
        (f"{DMI}/sys_vendor:Microsoft Corporation\n{DMI}/product_name:Surface\n", FLAGS, "none"),
        (f"{DMI}/sys_vendor:QEMU\n{DMI}/product_name:Standard PC\n", FLAGS, "kvm"),
        (f"{DMI}/sys_vendor:Amazon EC2\n{DMI}/product_name:m5.metal\n", FLAGS, "none"),
        (f"{DMI}/sys_vendor:Dell Inc.\n{DMI}/product_name:PowerEdge R620\n", FLAGS, "none"),
        (f"{DMI}/sys_vendor:Nobody\n{DMI}/product_name:X\n", "flags : fpu hypervisor vme\n", "vm-other"),
        ("/sys/hypervisor/type:xen\n", FLAGS, "xen"),
        ("/sys/devices/system/clocksource/clocksource0/available_clocksource:tsc kvm-clock\n", FLAGS, "kvm"),
        ("/run/systemd/container:lxc\n", FLAGS, "container"),
        ("", "container /.dockerenv\n", "container"),
        ("", "", None),
    ],
)
def test_what_a_server_runs_on(files: str, text: str, says: str | None) -> None:
    assert read("os", Os, text, files=START + files).virtualisation == says


PODMAN = "/var/lib/containers/storage/overlay-containers/containers.json"


@pytest.mark.parametrize(
    ("fact", "text", "files"),
    [
        ("containers", "containers\nengine podman\nend\n", f"{PODMAN}:{'[' * 200_000}\n"),
        ("postgresql", f'socket 5432\ndatabase {{"name": {"[" * 200_000}\nend\n', ""),
    ],
)
def test_a_server_that_nests_its_json_without_end_fails_in_that_fact_alone(
    fact: str, text: str, files: str
) -> None:
    found = reading(fact, text, files=files)
    assert found.outcome is Outcome.FAILED
    assert "nested too deeply" in found.reason


def test_half_a_character_in_json_can_be_kept() -> None:
    text = '[{"id": "a\\ud800", "names": ["b\\udfff", "caf\\u00e9", "\\ud83d\\ude00"]}]'
    found = read("containers", Containers, "containers\nengine podman\nend\n", files=f"{PODMAN}:{text}\n")
    assert '"a?"' in found.model_dump_json()
    assert "b?, café, 😀" in found.model_dump_json()


def test_processors_that_are_online() -> None:
    files = "/sys/devices/system/cpu/online:0-3,6,8-9\n/proc/loadavg:0.5 1.0 2.25 1/99 7\n"
    found = read("cpu", Cpu, "model name\t: Intel(R)  Xeon(R)\nflags\t: fpu\n", files=files)
    assert (found.count, found.model, found.load_15) == (7, "Intel(R) Xeon(R)", 2.25)


def test_routes_of_both_families() -> None:
    files = (
        "/proc/net/route:Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "/proc/net/route:eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        "/proc/net/route:eth0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
        "/proc/net/ipv6_route:"
        + "0" * 32
        + " 00 "
        + "0" * 32
        + " 00 fe80"
        + "0" * 27
        + "1 00000400 1 0 00000003 eth0\n"
        "/etc/hosts:10.0.0.9 db db.example\n/etc/hosts:10.0.0.999 wrong\n"
    )
    found = read("addresses", Addresses, "2: eth0    inet 10.0.0.5/8 scope global eth0\n", files=files)
    assert found.default_gateway == "10.0.0.1"
    assert [(one.destination, one.gateway) for one in found.routes] == [
        ("10.0.0.0/8", None),
        ("0.0.0.0/0", "10.0.0.1"),
        ("::/0", "fe80::1"),
    ]
    assert found.hosts == {"db": "10.0.0.9", "db.example": "10.0.0.9"}


def test_swap_in_a_file_with_a_space() -> None:
    files = (
        "/proc/meminfo:MemTotal: 100 kB\n/proc/swaps:Filename Type Size Used Priority\n"
        "/proc/swaps:/swap\\040file file 1024 12 -2\n"
    )
    (swap,) = read("memory", Memory, "", files=files).swaps
    assert (swap.path, swap.type, swap.size_bytes, swap.used_bytes) == ("/swap file", "file", 1 << 20, 12 << 10)


def test_a_root_on_btrfs_is_found_by_its_device() -> None:
    files = (
        "/sys/block/sda/size:1000\n/sys/block/sda/dev:8:0\n/sys/block/sda/sda1/size:900\n/sys/block/sda/sda1/dev:8:1\n"
        "/sys/block/sda/sda1/partition:1\n/proc/self/mountinfo:25 1 0:22 /@ / rw - btrfs /dev/sda1 rw,subvol=/@\n"
    )
    disk, part = read("disks", Disks, "/sys/block/sda\n", files=files).disks
    assert (disk.type, part.type, part.parent, part.filesystem, part.mountpoint) == (
        "disk",
        "part",
        "sda",
        "btrfs",
        "/",
    )


def test_selinux_and_apparmor() -> None:
    selinux = "/sys/fs/selinux/enforce:0\n/etc/selinux/config:SELINUX=enforcing\n/etc/selinux/config:SELINUXTYPE=targeted\n"
    found = read("mandatory_access", MandatoryAccess, "access\n", files=selinux)
    assert (found.system, found.mode, found.configured, found.policy) == (
        "selinux",
        "permissive",
        "enforcing",
        "targeted",
    )
    armour = "/sys/module/apparmor/parameters/enabled:Y\n" + "".join(
        f"/sys/kernel/security/apparmor/profiles:{line}\n" for line in ("/usr/bin/man (enforce)", "x (complain)")
    )
    found = read("mandatory_access", MandatoryAccess, "access\n", files=armour)
    assert (found.system, found.enforced, found.complaining) == ("apparmor", 1, 1)


def test_a_policy_of_red_hat_six() -> None:
    files = (
        "/etc/login.defs:PASS_MAX_DAYS\t90\n/etc/login.defs:PASS_MIN_LEN 8\n"
        "/etc/pam.d/system-auth:auth required pam_tally2.so deny=5 unlock_time=900\n"
        "/etc/pam.d/system-auth:password requisite pam_cracklib.so try_first_pass minlen=9\n"
        "/etc/pam.d/system-auth:password sufficient pam_unix.so md5 shadow remember=4\n"
        "/etc/pam.d/system-auth:-auth sufficient pam_winbind.so use_first_pass\n"
    )
    found = read("password_policy", PasswordPolicy, "", files=files)
    assert (found.max_days, found.min_length, found.quality) == (90, 9, "pam_cracklib")
    assert (found.lockout_by, found.lockout_after, found.unlock_seconds) == ("pam_tally2", 5, 900)
    assert (found.hash, found.remembers, found.directory) == ("md5", 4, "pam_winbind")


def test_redis_that_answers() -> None:
    text = (
        "file /etc/redis.conf\n# Server\r\nredis_version:6.0.16\r\nused_memory:1024\r\nconnected_slaves:1\r\n"
        "db0:keys=3,expires=0,avg_ttl=0\r\ndb1:keys=4,expires=0\r\nend\n"
    )
    (server,) = read("redis", Redis, text, files='/etc/redis.conf:save ""\n').servers
    assert (server.version, server.keys, server.used_bytes, server.saves) == ("6.0.16", 7, 1024, False)
    assert (server.connected_replicas, server.bind, server.password) == (1, (), False)


def test_docker_that_answers_and_docker_that_refuses() -> None:
    row = "ab12\tforms\tforms:1.2\trunning\t0.0.0.0:8080->80/tcp\tdata\t2026-01-02 10:00:00 +0000 UTC\n"
    (engine,) = read("containers", Containers, f"containers\nengine docker\n{row}end\n").engines
    assert engine.containers is not None
    assert (engine.containers[0].name, engine.containers[0].ports) == ("forms", "0.0.0.0:8080->80/tcp")
    refused = reading(
        "containers",
        "containers\nengine docker\npermission denied while trying to connect\nsaid docker ended with status 1\nend\n",
        uid=1000,
    )
    assert isinstance(refused.payload, Containers)
    assert refused.payload.engines[0].containers is None
    assert (refused.partial, refused.privilege) == ("the containers of docker", "root")


def test_mail_of_exim_and_dovecot() -> None:
    files = (
        "/etc/exim4/update-exim4.conf.conf:dc_other_hostnames='a.example;b.example'\n"
        "/etc/exim4/update-exim4.conf.conf:dc_smarthost='relay.example'\n"
        "/etc/dovecot/dovecot.conf:protocols = imap pop3\n/etc/dovecot/conf.d/10-mail.conf:mail_location = maildir:~/M\n"
        "/etc/aliases:x\n"
    )
    found = read("mail", Mail, "mail\nhas /usr/sbin/exim4\nhas /usr/sbin/dovecot\n", files=files)
    exim, dovecot = found.servers
    assert (exim.domains, exim.relays_to) == (("a.example", "b.example"), "relay.example")
    assert (dovecot.protocols, dovecot.mail_location, found.aliases) == (("imap", "pop3"), "maildir:~/M", 1)


def test_runtimes_by_their_places() -> None:
    paths = [
        *(
            "/usr/bin/php",
            "/usr/bin/php7.4",
            "/usr/bin/php-config7.4",
            "/usr/bin/python2.7",
            "/usr/bin/python3.6m-config",
        ),
        *("/opt/rh/rh-php72/bin/php", "/root/.nvm/versions/node/v16.20.2", "/usr/lib/jvm/java-8-openjdk-amd64"),
        *("/usr/bin/node", "/usr/lib/jvm/.java-1.8.0.jinfo"),
    ]
    files = '/usr/lib/jvm/java-8-openjdk-amd64/release:JAVA_VERSION="1.8.0_392"\n'
    text = "\n".join(["runtimes", *paths, "end", ""])
    found = read("runtimes", Runtimes, text, files=files).runtimes
    assert sorted((one.name, one.version) for one in found) == [
        ("java", "1.8.0_392"),
        ("node", "16.20.2"),
        ("php", ""),
        ("php", "7.4"),
        ("python", "2.7"),
    ]


def test_services_of_openrc_and_upstart() -> None:
    text = (
        "sysv\nscript /etc/init.d/nginx\nscript /etc/init.d/crond\nstarts Snginx\njob /etc/init/cups.conf\nopenrc\n"
        "runs nginx\n"
    )
    found = {one.unit: (one.active, one.enabled) for one in read("services", Services, text).services}
    assert found == {
        "nginx": ("active", "enabled"),
        "crond": ("inactive", "disabled"),
        "cups": ("inactive", "enabled"),
    }
