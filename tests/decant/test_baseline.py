"""A stack's machines hold against Decant's own host checks, as far as their files can say what they will be."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from estate.records.facts.os import Os
from estate.records.finding import Finding, Status
from estate.records.server import ServerFacts
from policies.evaluate import evaluate_hosts
from policies.rules.base import host
from stacks.cloudinit.assemble import part
from stacks.components.vm import IMAGES
from tests.inventory.parsed import reading
from tests.stacks.test_cloudinit import need, run

DOCS = Path(__file__).parents[2] / "docs/stacks.md"
AGENT = 'target="127.0.0.1" Port="28330" Protocol="tcp"'
"""What Azure Monitor's agent adds to rsyslog's configuration, by Microsoft's "Collect Syslog events with Azure Monitor
Agent"; it sends them on from there."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """Facts of a machine with the baseline, each read from what the program itself made of its part."""
    folder = tmp_path_factory.mktemp("baseline")
    key, config, firewall = folder / "key", folder / "sshd_config", folder / "nftables.conf"
    assert run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).returncode == 0
    config.write_text(f"HostKey {key}\n{part('sshd.conf')}")
    firewall.write_text(part("nftables.conf"))
    filtered = run(
        need("unshare"), "--user", "--map-root-user", "--net", "sh", "-c", f"nft -f {firewall} && nft list ruleset"
    )
    if filtered.returncode:
        pytest.skip(f"nft does not run here: {filtered.stderr.strip()[:80]}")
    kernel = (line.split(" = ") for line in part("sysctl.conf").splitlines())
    journal = "".join(
        f"/etc/systemd/journald.conf.d/10-decant.conf:{line}\n" for line in part("journald.conf").splitlines()
    )
    said = {
        "sshd": reading("sshd", run(need("sshd"), "-T", "-f", config).stdout),
        "firewall": reading("firewall", f"filter\n--- nft\n{filtered.stdout}"),
        "sysctl": reading(
            "sysctl", "", files="".join(f"/proc/sys/{name.replace('.', '/')}:{value}\n" for name, value in kernel)
        ),
        "updates": reading("updates", f"manager apt\n{part('apt.conf')}unattended\nend\n"),
        "timesync": reading(
            "timesync", "clock\nunit chronyd active\nchrony 50484330,PHC0,3,1795426216.1,-0.000002,0.000001\n"
        ),
        "logging": reading(
            "logging",
            "logs\njournal\nkept\nrsyslog\nauditd\nauditing\n",
            files=f"{journal}/etc/rsyslog.d/10-azuremonitoragent-omfwd.conf:{AGENT}\n",
        ),
    }
    assert all(one.payload is not None for one in said.values()), said
    return {name: one.payload for name, one in said.items()}


def judged(facts: ServerFacts) -> dict[str, Finding]:
    return {one.rule: one for one in evaluate_hosts([facts], datetime.now(UTC).date())}


def with_image(machine: Mapping[str, object], image: str, role: str = "target") -> ServerFacts:
    system, version = image.split("-")
    about = Os(hostname="app1", id=system, version_id=version, virtualisation="microsoft")
    return host({**machine, "os": about}, server={"role": role})  # type: ignore[dict-item]


@pytest.mark.parametrize("image", sorted(IMAGES))
def test_the_baseline_meets_what_the_page_says_it_meets(machine: Mapping[str, object], image: str) -> None:
    found = judged(with_image(machine, image))
    met = {row for row, word in table().items() if word == "met"}
    assert {"HC-06", "HC-07", "HC-09", "HC-16", "HC-22", "HC-26"} <= met
    assert {rule: found[rule].status for rule in met if rule in found} == {
        rule: Status.PASS for rule in met if rule in found
    }, [
        (rule, found[rule].observed)
        for rule in sorted(met & found.keys())
        if found[rule].status is not Status.PASS
    ]
    assert not [one for one in found.values() if one.status is Status.FAIL]


def test_updates_that_azure_installs_are_not_taken_for_none(machine: Mapping[str, object]) -> None:
    """Nor for some: nothing inside of the machine tells."""
    target = judged(with_image(machine, "ubuntu-24.04"))["HC-03"]
    assert target.status is Status.NOT_EVALUATED
    assert "CMP-07" in target.why
    assert judged(with_image(machine, "ubuntu-24.04", role="legacy"))["HC-03"].status is Status.FAIL


def test_every_host_check_has_its_line_on_the_page() -> None:
    assert sorted(table()) == [f"HC-{number:02}" for number in range(1, 31)]


def table() -> dict[str, str]:
    """The page's table of host checks: what the baseline does about each."""
    rows = re.findall(r"^\| ((?:HC-\d\d(?:, )?)+) \| ([A-Za-z ]+) \|", DOCS.read_text("utf-8"), re.MULTILINE)
    return {rule: word for rules, word in rows for rule in rules.split(", ")}
