"""Output that our own machines do not print: other systems, older tools, and odd content."""

import base64
from typing import TypeVar

import pytest

from estate.records.base import Record
from estate.records.facts.authorised_keys import AuthorisedKeys
from estate.records.facts.connections import Connections
from estate.records.facts.cron import Cron
from estate.records.facts.filesystems import Filesystems
from estate.records.facts.firewall import Firewall
from estate.records.facts.listeners import Listeners
from estate.records.facts.logging import Logging
from estate.records.facts.mariadb import Mariadb
from estate.records.facts.os import Os
from estate.records.facts.packages import Packages
from estate.records.facts.postgresql import Postgresql
from estate.records.facts.processes import Processes
from estate.records.facts.services import Services
from estate.records.facts.shares import Shares
from estate.records.facts.sudoers import Sudoers
from estate.records.facts.timesync import Timesync
from estate.records.facts.updates import Updates
from estate.records.facts.users import Users
from estate.records.facts.websites import Websites
from estate.records.observation import Outcome
from inventory.facts import all_facts
from inventory.facts.base import Reading, Section

P = TypeVar("P", bound=Record)


def reading(fact: str, text: str, status: int = 0, uid: int = 0, files: str = "") -> Reading:
    return all_facts()[fact].read(Section(text.encode(), status, uid, files.encode()))


def read(fact: str, kind: type[P], text: str, uid: int = 0, files: str = "") -> P:
    found = reading(fact, text, uid=uid, files=files)
    assert isinstance(found.payload, kind), found.reason
    return found.payload


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


def test_passwords_of_users_are_words_and_never_hashes() -> None:
    files = (
        "/etc/passwd:root:shadow:0:0::/root:/bin/bash\n/etc/passwd:mary:shadow:1000:1000::/home/mary:/bin/sh\n"
        "/etc/passwd:old:empty:1001:100::/home/old:/bin/sh\n/etc/passwd:daemon:shadow:2:2::/:/usr/sbin/nologin\n"
        "/etc/passwd:+::::::\n/etc/group:root::0:\n/etc/group:mary::1000:\n/etc/group:sudo::27:mary,old\n"
        "/etc/shadow:root:locked:19000::::::\n/etc/shadow:mary:set:19000::::::\n"
    )
    found = {
        one.name: (one.password, one.groups, one.can_log_in) for one in read("users", Users, "", files=files).users
    }
    assert found == {
        "root": ("locked", ("root",), True),
        "mary": ("set", ("mary", "sudo"), True),
        "old": ("empty", ("100", "sudo"), True),
        "daemon": ("unknown", ("2",), False),
    }


def test_sudo_rules_with_tags_aliases_and_continued_lines() -> None:
    lines = [
        "Defaults env_reset",
        "User_Alias ADMINS = mary, john",
        "root ALL=(ALL:ALL) ALL",
        "%wheel ALL=(ALL) @asks-not ALL",
        "deploy web1,web2 = (www-data) @asks-not SETENV: /bin/a, \\",
        "   @asks /bin/b",
        "#1000 ALL = /bin/c",
        "@includedir /etc/sudoers.d",
    ]
    files = (
        "".join(f"/etc/sudoers:{line}\n" for line in lines) + "/etc/sudoers.d/x.bak:mary ALL=(ALL) @asks-not ALL\n"
    )
    found = read("sudoers", Sudoers, "", files=files)
    assert [(one.who, one.run_as, one.nopasswd) for one in found.rules] == [
        ("root", "ALL:ALL", False),
        ("%wheel", "ALL", True),
        ("deploy", "www-data", True),
        ("#1000", "", False),
    ]
    assert found.rules[2].commands.split()[-1] == "/bin/b"
    assert found.defaults == ("Defaults env_reset",)


def test_an_rsa_key_gives_its_length_and_its_options_without_the_comment() -> None:
    parts = [b"ssh-rsa", b"\x01\x00\x01", b"\x00" + b"\xff" * 128]
    blob = base64.b64encode(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).decode()
    text = (
        "of mary /home/mary/.ssh/authorized_keys\n"
        f'/home/mary/.ssh/authorized_keys:from="10.0.0.*",command="echo ssh-rsa AAAA",no-pty '
        f"ssh-rsa {blob} mary smith\n"
    )
    (key,) = read("authorised_keys", AuthorisedKeys, text).keys
    assert (key.user, key.type, key.bits) == ("mary", "ssh-rsa", 1024)
    assert key.options == ("from", "command", "no-pty")
    assert "mary smith" not in key.model_dump_json()


def test_a_plain_rsa_key() -> None:
    parts = [b"ssh-rsa", b"\x01\x00\x01", b"\x00" + b"\xff" * 128]
    blob = base64.b64encode(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).decode()
    text = f"of mary /h/.ssh/authorized_keys\n/h/.ssh/authorized_keys:no-pty ssh-rsa {blob} mary\n"
    (key,) = read("authorised_keys", AuthorisedKeys, text).keys
    assert (key.bits, key.options) == (1024, ("no-pty",))
    assert key.fingerprint.startswith("SHA256:")


def test_cron_lines_keep_their_zone_and_lose_their_secrets() -> None:
    files = (
        "/etc/crontab:CRON_TZ=Europe/London\n/etc/crontab:17 *\t* * *\troot\tcd / && run-parts /etc/cron.hourly\n"
        "/var/spool/cron/crontabs/mary:@daily PGPASSWORD=hunter2 pg_dump x\n/etc/cron.d/odd:nonsense\n"
    )
    text = (
        "run /etc/cron.daily/logrotate\nrun /etc/cron.daily/not a job\ncrontab\ntotal 4\n"
        "-rwx------ 1 1000 1 2881 Nov 22 10:00 a0000101c3a2f4\n"
    )
    found = read("cron", Cron, text, files=files)
    assert found.timezone == "Europe/London"
    assert [(one.user, one.schedule) for one in found.jobs] == [
        ("root", "17 * * * *"),
        ("mary", "@daily"),
        ("", ""),
        ("root", "@daily"),
        ("", ""),
    ]
    assert [(one.queue, one.uid, one.due.year) for one in found.at] == [("a", 1000, 2026)]
    assert "hunter2" not in found.model_dump_json()


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


NFT = """filter
--- nft
table inet filter {
\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t\tct state established,related accept
\t\ttcp dport { 22, 443 } accept
\t\tudp dport 53 accept
\t}
\tchain output {
\t\ttype filter hook output priority filter; policy accept;
\t}
}
"""


@pytest.mark.parametrize(
    ("text", "tool", "active", "deny", "allowed"),
    [
        (NFT, "nft", True, True, ("tcp/22", "tcp/443", "udp/53")),
        (NFT.replace("filter\n---", "filter\nENABLED=yes\n---", 1), "ufw", True, True, None),
        (NFT.replace("policy drop", "policy accept"), "nft", True, False, None),
        ("filter\n--- nft\n", "nft", False, None, ()),
        ("filter\n--- none\n", "none", False, None, ()),
        ("filter\n--- iptables\n-P INPUT ACCEPT\n-P FORWARD ACCEPT\n", "iptables", False, False, ()),
        (
            "filter\n--- iptables\n-P INPUT DROP\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n",
            "iptables",
            True,
            True,
            ("tcp/22",),
        ),
        (
            "filter\n--- iptables\n-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with x\n",
            "iptables",
            True,
            True,
            (),
        ),
    ],
)
def test_firewalls(text: str, tool: str, active: bool, deny: bool | None, allowed: tuple[str, ...] | None) -> None:
    found = read("firewall", Firewall, text)
    assert (found.tool, found.active, found.default_deny) == (tool, active, deny)
    assert allowed is None or found.allowed == allowed


def test_time_from_chrony() -> None:
    text = "clock\nunit chronyd active\nunit systemd-timesyncd inactive\nchrony A29FC801,ntp,3,1.0,-0.0021,0.1\n"
    found = read("timesync", Timesync, text, files="/etc/chrony/chrony.conf:pool ntp iburst\n")
    assert (found.service, found.synchronised, found.offset_seconds) == ("chrony", True, -0.0021)
    assert found.servers == ("ntp",)
    lost = read("timesync", Timesync, "clock\nunit chrony active\nchrony 00000000,,0,0.0,0.0,0.0\n")
    assert lost.synchronised is False


def test_logs_that_are_forwarded() -> None:
    files = (
        "/etc/rsyslog.conf:*.* @@logs.example:6514\n"
        '/etc/rsyslog.d/a.conf:action(type="omfwd" target="siem.example" port="514")\n'
        "/etc/systemd/journald.conf:Storage=persistent\n"
    )
    found = read("logging", Logging, "logs\njournal\nrsyslog\n", files=files)
    assert found.forwards_to == ("logs.example:6514", "siem.example")
    assert found.journal_persistent is True


def test_updates_that_were_not_counted_to_the_end_are_unknown_and_not_none() -> None:
    start = (
        'manager apt\nAPT::Periodic::Update-Package-Lists "1";\n'
        'APT::Periodic::Unattended-Upgrade "1";\nunattended\n'
    )
    inst = (
        "Inst libssl [1.1] (1.2 Debian-Security:11/oldstable-security [amd64])\nInst vim [8] (9 Debian:11 [all])\n"
    )
    whole = read("updates", Updates, f"{start}{inst}2 upgraded, 0 newly installed, 0 to remove\nreboot\nend\n")
    assert (whole.automatic, whole.pending_security, whole.reboot_required) == (True, 1, True)
    assert whole.pending is not None
    assert len(whole.pending) == 2
    cut = reading("updates", f"{start}{inst}end\n")
    assert isinstance(cut.payload, Updates)
    assert cut.payload.pending is None
    assert "wait" in cut.partial


def test_updates_of_dnf() -> None:
    text = (
        "manager dnf\ntimer dnf-automatic-install\n"
        "RHSA-2024:1 Important/Sec. openssl-libs-1:3.0.7-25.el9.x86_64\ncounted\nend\n"
    )
    found = read("updates", Updates, text)
    assert (found.automatic, found.pending_security) == (True, 1)
    assert found.pending is not None
    assert found.pending[0].name == "openssl-libs"


def test_apache_virtual_hosts() -> None:
    prefix = "/etc/apache2/sites-enabled/a.conf:"
    lines = [
        "<VirtualHost *:443>",
        "ServerName www.a.example:443",
        "ServerAlias a.example",
        'DocumentRoot "/srv/my site"',
        "SSLEngine on",
        "SSLCertificateFile /etc/ssl/a.crt",
        "SSLProtocol all -SSLv3",
        "ProxyPass /app http://user:hunter2@10.0.0.2:8080/",
        "ProxyPass /static !",
        "</VirtualHost>",
    ]
    text = "".join(f"{prefix}    {line}\n" for line in lines) + "size 0 40 /srv/my site\nend\n"
    found = read("websites", Websites, text)
    (site,) = found.sites
    assert (site.names, site.root, site.tls) == (("www.a.example", "a.example"), "/srv/my site", True)
    assert len(site.upstreams) == 1
    assert "hunter2" not in found.model_dump_json()
    assert found.root_bytes == {"/srv/my site": 40960}


def test_nginx_upstreams_and_settings_of_http() -> None:
    lines = [
        "http {",
        "  ssl_protocols TLSv1.2 TLSv1.3;",
        "  upstream backend { server 10.0.0.2:8080; server 10.0.0.3:8080; }",
        "  server { listen 443 ssl; server_name a.example b.example; location / { proxy_pass http://backend; } }",
        "}",
    ]
    found = read("websites", Websites, "".join(f"/etc/nginx/nginx.conf:{line}\n" for line in lines) + "end\n")
    (site,) = found.sites
    assert site.names == ("a.example", "b.example")
    assert site.upstreams == ("http://10.0.0.2:8080", "http://10.0.0.3:8080")
    assert site.tls_protocols == ("TLSv1.2", "TLSv1.3")


def test_a_size_that_du_could_not_measure_whole_is_unknown() -> None:
    text = "/etc/samba/smb.conf:[shared]\n/etc/samba/smb.conf:path = /srv/shared\nsize 1 12 3 /srv/shared\nend\n"
    as_user = reading("shares", text, uid=1000)
    assert isinstance(as_user.payload, Shares)
    assert as_user.payload.shares[0].bytes is None
    assert "the size of /srv/shared" in as_user.partial
    assert read("shares", Shares, text).shares[0].bytes == 12288


def test_samba_and_nfs() -> None:
    smb = [
        "[global]",
        "server min protocol = NT1",
        "[Public]",
        "path = /srv/pub",
        "writable = yes",
        "guest ok = yes",
    ]
    text = (
        "".join(f"/etc/samba/smb.conf:{line}\n" for line in smb)
        + "/etc/exports:/gis 10.0.0.0/24(rw,sync) *(ro)\nend\n"
    )
    found = read("shares", Shares, text)
    assert found.smb1 is True
    assert [(one.protocol, one.name, one.read_only, one.clients) for one in found.shares] == [
        ("smb", "Public", False, ()),
        ("nfs", "/gis", False, ("10.0.0.0/24", "*")),
    ]
    assert found.shares[0].guest


def test_a_database_server_that_does_not_let_us_in_is_unreadable_and_not_absent() -> None:
    text = 'socket 5432\npsql: error: FATAL:  role "svc" does not exist\nend\n'
    assert reading("postgresql", text, uid=1000).outcome is Outcome.UNREADABLE
    assert (
        reading("postgresql", "socket 5432\npsql: error: the server is starting up\nend\n").outcome
        is Outcome.FAILED
    )
    assert reading("postgresql", "none\nend\n").outcome is Outcome.ABSENT
    denied = "ERROR 1045 (28000): Access denied for user 'svc'@'localhost'\n"
    assert reading("mariadb", denied, status=1, uid=1000).outcome is Outcome.UNREADABLE


def test_a_database_with_an_odd_name_stays_one_row() -> None:
    row = (
        '{"name":"a\\"b\\n'
        'socket 1","owner":"o","encoding":"UTF8","collation":"C","template":false,"connects":true,"bytes":7}'
    )
    text = (
        f'socket 5432\ncluster {{"version":"13.22 (Debian)","port":"5432","standby":false}}\ndatabase {row}\nend\n'
    )
    (cluster,) = read("postgresql", Postgresql, text).clusters
    assert cluster.version == "13.22"
    assert cluster.databases[0].name == 'a"b\nsocket 1'
    assert cluster.databases[0].tables is None


def test_mysql_is_told_from_mariadb() -> None:
    text = (
        "port\t3306\nversion\t8.0.36-0ubuntu0.22.04.1\nversion_comment\t(Ubuntu)\n"
        "database\tshop\tutf8mb4\t2\t1024\tInnoDB\nend\t1\n"
    )
    found = read("mariadb", Mariadb, text)
    assert (found.product, found.version, found.databases[0].bytes) == ("mysql", "8.0.36", 1024)
