"""`decant systems`: proposed, confirmed in a file, and kept together by a plan."""

import json
from pathlib import Path

import pytest

from decant.journeys.without_servers import transcripts
from practice.handover import hosts_toml
from tests.decant.face import decant


@pytest.mark.slow
def test_a_system_is_proposed_confirmed_and_planned_as_one(tmp_path: Path) -> None:
    root = tmp_path / "anytown"
    assert decant("init", str(root), at=tmp_path).code == 0
    key = root / "id_ops"
    key.write_text("no server is reached with it\n")
    key.chmod(0o600)
    (root / "hosts.toml").write_text(hosts_toml(key))
    for words in (("discover", "--replay", str(transcripts())), ("assess",), ("systems", "propose")):
        assert decant(*words, at=root).code in (0, 1)
    file = root / "systems.toml"
    text = file.read_text()
    assert "no other workload is known to use it" in text
    assert "Next: edit systems.toml" in decant("systems", "list", at=root).err
    before = {one["name"]: one for one in decant("systems", "list", "--json", at=root).json["systems"]}
    assert {one["state"] for one in before.values()} == {"proposed"}

    confirmed = text.replace('# confirmed_by = "your id"', 'confirmed_by = "jsmith"', 1).replace(
        'name = "report-it"\nowner = ""', 'name = "Report it"\nowner = "Streets"'
    )
    file.write_text(confirmed)
    assert decant("systems", "propose", at=root).code == 0
    assert 'name = "Report it"\nowner = "Streets"\nconfirmed_by = "jsmith"' in file.read_text()
    one = decant("systems", "show", "Report it", "--json", at=root).json["system"]
    assert (one["state"], one["owner"]) == ("confirmed", "Streets")
    assert one["workloads"] == before["report-it"]["workloads"]
    first, *rest = one["workloads"]
    whole = f'name = "Report it"\nowner = "Streets"\nconfirmed_by = "jsmith"\nworkloads = {json.dumps([first])}\n'
    more = f'name = "Report it"\nconfirmed_by = "jsmith"\nworkloads = {json.dumps(rest)}\n'
    file.write_text(f"[[system]]\n{whole}\n[[system]]\n{more}")
    assert decant("systems", "list", at=root).code == 0
    entries = [json.loads(line) for line in decant("evidence", "export", at=root).out.splitlines()]
    noted = [entry["payload"]["systems"] for entry in entries if entry["action"] == "systems.confirmed"]
    assert noted[-1]["Report it, by jsmith"] == {"owner": "Streets", "on": None, "workloads": one["workloads"]}

    plan = decant("plan", "--most", "1", "--json", at=root).json
    waves = {move["workload"]: wave["number"] for wave in plan["waves"] for move in wave["moves"]}
    assert len({waves[name] for name in one["workloads"]}) == 1
    held = decant("estate", "list", "--json", at=root).json["workloads"]
    assert {each["id"] for each in held if each["system"] == "Report it"} == set(one["workloads"])
    file.write_text(f"[[system]]\n{whole.replace(first, 'db-legacy/postgres/reprots')}")
    mistyped = decant("systems", "list", at=root)
    assert "db-legacy/postgres/reprots, of Report it in systems.toml, is not there" in mistyped.err
    assert "Did you mean db-legacy/postgres/reports?" in mistyped.err
