"""HC-18: services that send passwords in the clear are not there."""

from estate.records.facts.listeners import Listener, Listeners
from estate.records.facts.shares import Shares
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from policies.observed import known, need
from policies.rules.base import Context, HostRule, Verdict, cyber_essentials, failed, host, ncsc, passed

_PORTS = {
    ("tcp", 21): "FTP",
    ("tcp", 23): "telnet",
    ("tcp", 512): "rexec",
    ("tcp", 513): "rlogin",
    ("tcp", 514): "rsh",
}
_PORTS |= {("tcp", 111): "rpcbind", ("udp", 111): "rpcbind", ("udp", 69): "TFTP", ("udp", 161): "SNMP"}


def _check(facts: ServerFacts, context: Context) -> Verdict:
    del context
    open_ = {
        _PORTS[listener.protocol, listener.port]
        for listener in need(facts, "listeners", Listeners).listeners
        if (listener.protocol, listener.port) in _PORTS and not listener.local_only
    }
    shares = known(facts, "shares", Shares) if facts.outcome("shares") is Outcome.KNOWN else None
    if shares is not None and shares.smb1:
        open_.add("SMB 1")
    if open_:
        return failed("services that protect nothing on the way are offered", ", ".join(sorted(open_)))
    known(facts, "shares", Shares)
    return passed("none of FTP, telnet, rsh, rpcbind, TFTP, SNMP, SMB 1")


def _host(port: int, smb1: bool = False, address: str = "0.0.0.0") -> ServerFacts:  # noqa: S104 - what a host shows
    return host(
        {
            "listeners": Listeners(listeners=(Listener(protocol="tcp", address=address, port=port),)),
            "shares": Shares(shares=(), smb1=smb1),
        }
    )


RULE = HostRule(
    id="HC-18",
    title="Insecure services are not offered",
    severity="high",
    enforcement="mandatory",
    rationale="They send passwords and data in the clear, or let anybody ask.",
    remedy="Turn the service off, or replace it: SFTP for FTP, SSH for telnet, SMB 3 for SMB 1.",
    controls=(*ncsc("1", "11"), *cyber_essentials("CE-SC-03")),
    facts=("listeners", "shares"),
    check=_check,
    passing=(_host(443), _host(111, address="127.0.0.1")),
    failing=(_host(21), _host(443, smb1=True)),
)
