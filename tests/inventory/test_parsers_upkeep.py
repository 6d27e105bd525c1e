"""Output that our own machines do not print: firewalls, time, logs and updates."""

import pytest

from estate.records.facts.firewall import Firewall
from estate.records.facts.logging import Logging
from estate.records.facts.timesync import Timesync
from estate.records.facts.updates import Updates
from tests.inventory.parsed import read, reading

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
