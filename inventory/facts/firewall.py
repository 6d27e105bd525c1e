"""Fact `firewall`: the host's own packet filter."""

import re

from estate.records.facts.firewall import Firewall
from inventory.facts.base import Fact, Reading, Section, denied, failed, known, unreadable

SNIPPET = r"""
echo filter
[ -r /etc/ufw/ufw.conf ] && grep -aE '^ENABLED=' /etc/ufw/ufw.conf
[ -e /run/firewalld ] && echo firewalld
if command -v nft >/dev/null; then echo '--- nft'; nft list ruleset 2>&1
elif command -v iptables >/dev/null; then echo '--- iptables'; iptables -S 2>&1
else echo '--- none'; fi
"""

_NFT_PORT = re.compile(r"\b(tcp|udp) dport (?:\{ ([^}]*) \}|(\S+))[^\n]*\baccept\b")
_IPT_PORT = re.compile(r"-p (tcp|udp)\b.*?--dports? (\S+).*-j ACCEPT")


def parse(section: Section) -> Reading:
    """Read the rules of nft, or of iptables where there is no nft."""
    lines = section.lines
    split = next((number for number, line in enumerate(lines) if line.startswith("--- ")), None)
    if split is None or lines[0] != "filter":
        return failed("the host did not say what filters its packets")
    marks, tool, rules = lines[1:split], lines[split][4:], lines[split + 1 :]
    if tool == "none":
        return known(Firewall(tool="none", active=False))
    if section.status != 0:
        if section.uid != 0:
            return unreadable(f"{tool} shows its rules to root alone")
        if denied(section):
            return unreadable(f"{tool} may not list its rules here, not even as root", "CAP_NET_ADMIN")
        return failed(f"{tool} could not list its rules: {rules[-1][:120] if rules else 'no message'}")
    read = _nft(rules) if tool == "nft" else _iptables(rules)
    if "ENABLED=yes" in marks:
        return known(read.model_copy(update={"tool": "ufw"}))
    if "firewalld" in marks and read.active:
        return known(read.model_copy(update={"tool": "firewalld"}))
    return known(read)


def _nft(lines: list[str]) -> Firewall:
    """Every chain that hooks input decides; the default is deny where one of them drops what is left."""
    if lines and not any(line.startswith("table ") for line in lines):
        raise ValueError(f"nft printed {lines[0][:40]!r}")
    count, hooked, deny = 0, False, False
    chain: list[str] = []
    allowed: list[str] = []
    for line in (one.strip() for one in lines):
        if line.startswith(("table ", "chain ")):
            chain = []
        elif line == "}":
            hooked, deny = _close(chain, hooked, deny)
            chain = []
        else:
            chain.append(line)
            if not line.startswith(("type ", "set ", "flags ", "elements ")):
                count += 1
    for chain_text in re.findall(r"chain [^{]*\{(.*?)\n\s*\}", "\n".join(lines), re.DOTALL):
        for found in _NFT_PORT.finditer(chain_text):
            allowed.extend(f"{found[1]}/{port.strip()}" for port in (found[2] or found[3]).split(","))
    return Firewall(
        tool="nft",
        active=hooked,
        default_deny=deny if hooked else None,
        allowed=tuple(dict.fromkeys(allowed)),
        rules=count,
    )


def _close(chain: list[str], hooked: bool, deny: bool) -> tuple[bool, bool]:
    head = next((line for line in chain if "hook input" in line), None)
    if head is None:
        return hooked, deny
    rules = [line for line in chain if line != head]
    drops = "policy drop" in head or (bool(rules) and re.fullmatch(r"(counter.*)?(drop|reject.*)", rules[-1]))
    return hooked or bool(rules) or bool(drops), deny or bool(drops)


def _iptables(lines: list[str]) -> Firewall:
    policy, rules = "", 0
    into: list[str] = []
    allowed: list[str] = []
    for line in lines:
        if line.startswith("-P INPUT "):
            policy = line.split()[2]
        elif line.startswith("-A "):
            rules += 1
            if line.startswith("-A INPUT "):
                into.append(line)
            found = _IPT_PORT.search(line)
            if found:
                allowed.extend(f"{found[1]}/{port}" for port in found[2].split(","))
        elif not line.startswith(("-P ", "-N ", "#")):
            raise ValueError(f"iptables printed {line[:40]!r}")
    if not policy:
        raise ValueError("iptables named no policy")
    last = into[-1] if into else ""
    drops = policy != "ACCEPT" or re.fullmatch(r"-A INPUT -j (DROP|REJECT.*)", last) is not None
    return Firewall(
        tool="iptables",
        active=bool(into) or policy != "ACCEPT",
        default_deny=drops,
        allowed=tuple(dict.fromkeys(allowed)),
        rules=rules,
    )


FACT = Fact(
    id="firewall",
    reads="nft list ruleset, or iptables -S; whether ufw or firewalld is on. Root.",
    tool="nft or iptables",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
)
