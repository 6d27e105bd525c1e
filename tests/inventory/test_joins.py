"""What facts tell each other, and what an earlier reading tells this one."""

from datetime import UTC, datetime

from estate.records.base import Record
from estate.records.facts.agents import Agent, Agents
from estate.records.facts.cron import Cron, CronJob
from estate.records.facts.packages import Package, Packages
from estate.records.facts.services import Service, Services
from estate.records.facts.updates import PendingUpdate, Updates
from estate.records.observation import Observation, Outcome
from inventory.facts import all_facts
from inventory.facts.base import Reading, Section, known, unreadable
from inventory.joins import joined, payload_of
from inventory.script import Answer

FIRST = datetime(2026, 10, 1, tzinfo=UTC)


def pending(name: str, installed: str, available: str, first: datetime | None = None) -> PendingUpdate:
    return PendingUpdate(name=name, installed=installed, available=available, security=True, first_seen=first)


def seen(payload: Record) -> Observation:
    body = payload.model_dump(mode="json")
    return Observation(server="a", fact="updates", outcome=Outcome.KNOWN, payload=body, at=FIRST)


def test_an_update_waits_since_it_was_first_seen_also_where_a_newer_one_takes_its_place() -> None:
    before = seen(Updates(pending=(pending("ssl", "1.0", "1.1", FIRST), pending("vim", "8", "9", FIRST))))
    now = Updates(pending=(pending("ssl", "1.0", "1.2"), pending("vim", "9", "10"), pending("curl", "7", "8")))
    found = payload_of(joined({"updates": known(now)}, Answer(), {"updates": before}), "updates", Updates)
    assert found is not None
    since = {one.name: one.first_seen for one in found.pending or ()}
    assert since["ssl"] == FIRST
    assert since["vim"] is not None
    assert since["vim"] > FIRST, "the one that waited was installed; this is another"
    assert since["curl"] is not None


def test_updates_that_could_not_be_told_stay_so() -> None:
    found = payload_of(joined({"updates": known(Updates())}, Answer(), {}), "updates", Updates)
    assert found is not None
    assert found.pending is None


def test_a_cron_job_gets_the_package_that_brought_its_file() -> None:
    text = (
        b"dpkg\nPackage: logrotate\nStatus: install ok installed\nVersion: 3\nArchitecture: amd64\n"
        b" /etc/cron.daily/logrotate 0f1e\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
        b" /etc/cron.d/gone ab12\n"
    )
    packages = all_facts()["packages"].read(Section(text))
    jobs = tuple(
        CronJob(file=file, user="root", schedule="@daily", command="x")
        for file in ("/etc/cron.daily/logrotate", "/etc/cron.d/gone", "/etc/cron.d/ours")
    )
    found = payload_of(joined({"packages": packages, "cron": known(Cron(jobs=jobs))}, Answer(), {}), "cron", Cron)
    assert found is not None
    assert [one.package for one in found.jobs] == ["logrotate", "gone", None]


def test_an_agent_runs_where_systemd_says_so_and_is_unknown_without_it() -> None:
    agents = known(
        Agents(
            agents=(
                Agent(name="ClamAV", kind="antivirus", unit="clamav-daemon", path="/x"),
                Agent(name="Commvault", kind="backup", path="/opt/commvault"),
            )
        )
    )
    listed = (Service(unit="clamav-daemon.service", active="inactive"),)
    for init, states in (("systemd", [False, None]), ("sysv", [None, None])):
        services = known(Services.model_validate({"init": init, "services": listed}))
        found = payload_of(joined({"agents": agents, "services": services}, Answer(), {}), "agents", Agents)
        assert found is not None
        assert [one.active for one in found.agents] == states


def test_what_sudo_said_stands_with_every_fact_that_lacked_a_right() -> None:
    empty = Packages(manager="dpkg", packages=(Package(name="a", version="1"),))
    readings: dict[str, Reading] = {
        "packages": known(empty),
        "cron": known(Cron(jobs=()), "crontabs", "root"),
        "sshd": unreadable("for root alone"),
    }
    found = joined(readings, Answer(sudo="sudo: a password is required"), {})
    assert found["packages"].partial == ""
    assert found["cron"].partial == "crontabs (sudo: a password is required)"
    assert found["sshd"].reason == "for root alone (sudo: a password is required)"
