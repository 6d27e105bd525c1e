"""Who talks to whom."""

from datetime import timedelta
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from estate.records.facts.addresses import Addresses
from estate.records.facts.filesystems import Filesystems, RemoteMount
from estate.records.facts.services import Service, Services
from estate.records.facts.websites import Website, Websites
from estate.records.server import ServerFacts
from estate.records.talk import Talk, Watch
from estate.records.workload import Workload
from inventory.dependencies import come_inside, dependencies
from tests.inventory.estates import AT, at_address, listens, server, talks

WEB, DB = "10.0.0.1", "10.0.0.2"
REPORTS = Workload(
    id="db/postgres/reports", server="db", kind="postgres", name="reports", detail={"port": 5432}, seen_at=AT
)


def both() -> list[ServerFacts]:
    return [
        server("web", WEB, listeners=listens(443), connections=talks((WEB, 41000, DB, 5432), process="python3")),
        server("db", DB, listeners=listens(5432), connections=talks((DB, 5432, WEB, 41000), process="postgres")),
    ]


def test_one_connection_seen_from_both_ends_is_one_dependency() -> None:
    (found,) = dependencies(both(), [REPORTS])
    assert found.id == "web>db:5432"
    assert (found.client, found.server, found.process) == ("web", "db", "python3")
    assert found.workload == "db/postgres/reports"
    assert (found.client_outside, found.server_outside) == (False, False)


def test_either_end_alone_is_enough() -> None:
    web, db = both()
    deaf = server("db", DB, listeners=listens(5432))
    mute = server("web", WEB)
    assert [one.id for one in dependencies([web, deaf], [])] == ["web>db:5432"]
    assert [one.id for one in dependencies([mute, db], [])] == ["web>db:5432"]


def test_ends_outside_the_estate_are_marked() -> None:
    web = server(
        "web",
        WEB,
        listeners=listens(443),
        connections=talks((WEB, 443, "192.0.2.9", 50000), (WEB, 42000, "198.51.100.7", 25)),
    )
    found = {one.id: (one.client_outside, one.server_outside) for one in dependencies([web], [])}
    assert found == {"192.0.2.9>web:443": (True, False), "web>198.51.100.7:25": (False, True)}


def test_an_end_outside_that_became_a_server_is_known_by_its_name_from_then_on() -> None:
    web, db = both()
    before = dependencies([db], [REPORTS])
    assert [one.id for one in before] == [f"{WEB}>db:5432"]
    moved = come_inside(before, [web, db])[f"{WEB}>db:5432"]
    assert moved is not None
    assert (moved.id, moved.client, moved.client_outside) == ("web>db:5432", "web", False)
    assert (moved.workload, moved.seen_at) == (before[0].workload, before[0].seen_at)
    assert come_inside(before, [db]) == {}
    twice = server("db", DB).server.model_copy(update={"address": WEB})
    assert come_inside(before, [ServerFacts(twice, {})]) == {f"{WEB}>db:5432": None}


def test_a_connection_whose_beginner_nobody_can_tell_is_left_out() -> None:
    web = server("web", WEB, connections=talks((WEB, 42000, "198.51.100.7", 43000)))
    assert dependencies([web], []) == ()


def test_talk_with_itself_is_no_dependency() -> None:
    web = server(
        "web",
        WEB,
        addresses=at_address(WEB, "10.0.0.9"),
        listeners=listens(8080),
        connections=talks(("127.0.0.1", 40000, "127.0.0.1", 8080), (WEB, 40001, "10.0.0.9", 8080)),
    )
    assert dependencies([web], []) == ()


def test_an_address_that_two_servers_have_tells_nothing() -> None:
    web = server(
        "web", WEB, addresses=at_address(WEB, "172.17.0.1"), connections=talks((WEB, 41000, "172.17.0.1", 80))
    )
    db = server("db", DB, addresses=at_address(DB, "172.17.0.1"), listeners=listens(80))
    assert [one.server_outside for one in dependencies([web, db], [])] == [True]


def test_two_databases_on_one_port_leave_open_which_one_answers() -> None:
    other = REPORTS.model_copy(update={"id": "db/postgres/other", "name": "other"})
    (found,) = dependencies(both(), [REPORTS, other])
    assert found.workload is None


def proxy(*upstreams: str, hosts: dict[str, str] | None = None) -> ServerFacts:
    site = Website(server="nginx", names=("a",), upstreams=upstreams, file="/etc/nginx/sites-enabled/a")
    return server(
        "web",
        WEB,
        websites=Websites(sites=(site,)),
        addresses=Addresses(addresses=at_address(WEB).addresses, hosts=hosts or {}),
    )


def test_upstreams_are_weaker_evidence() -> None:
    db = server("db", DB, listeners=listens(8080))
    found = dependencies([proxy("http://10.0.0.2:8080", "http://db", "https://pay.example/x"), db], [])
    assert {(one.id, one.evidence, one.server_outside) for one in found} == {
        ("web>db:8080", "configured", False),
        ("web>db:80", "configured", False),
        ("web>pay.example:443", "configured", True),
    }
    assert {one.where for one in found} == {"/etc/nginx/sites-enabled/a"}


def test_an_upstream_is_found_by_the_hosts_own_table_and_by_service_names() -> None:
    db = server("db", DB)
    named = REPORTS.model_copy(update={"services": ("app.example",)})
    found = dependencies([proxy("http://backend:81", "http://app.example:82", hosts={"backend": DB}), db], [named])
    assert [one.id for one in found] == ["web>db:81", "web>db:82"]


def test_upstreams_on_the_host_itself_and_sockets_are_no_dependencies() -> None:
    assert (
        dependencies([proxy("http://127.0.0.1:8080", "unix:/run/x.sock", "http://unix:/run/x", "$backend")], [])
        == ()
    )


def test_what_was_seen_beats_what_is_configured() -> None:
    web, db = both()
    configured = proxy("http://10.0.0.2:5432")
    merged = ServerFacts(web.server, {**web.observations, **configured.observations})
    (found,) = dependencies([merged, db], [])
    assert found.evidence == "seen"


def starts(command: str, path: str = "/etc/systemd/system/app.service", package: str | None = None) -> ServerFacts:
    service = Service(unit="app.service", path=path, command=command, package=package)
    return server("web", WEB, services=Services(init="systemd", services=(service,)))


def test_connection_strings_in_the_command_of_a_councils_own_service_are_weaker_evidence() -> None:
    db = server("db", DB)
    command = (
        "/opt/app/run --db=postgresql+psycopg://app:[redacted]@db/reports?sslmode=require"
        " --cache redis://10.0.0.2 -Durl=jdbc:mysql://db:3307/shop,jdbc:sqlserver://sql.example;user=app"
        " --socket postgresql:///local http://localhost:8080 file:///etc/x --queue amqp://$HOST/"
    )
    found = dependencies([starts(command), db], [])
    assert {(one.id, one.evidence, one.process, one.where) for one in found} == {
        (name, "configured", "app", "/etc/systemd/system/app.service")
        for name in ("web>db:5432", "web>db:6379", "web>db:3307", "web>sql.example:1433")
    }
    assert "[redacted]" not in str(found)
    assert dependencies([starts(command, path="/lib/systemd/system/app.service", package="app"), db], []) == ()


def test_remote_mounts_name_their_server_mounted_or_not() -> None:
    mounts = (
        RemoteMount(source="db:/srv", type="nfs4", mountpoint="/a"),
        RemoteMount(source="//files.example/share", type="cifs", mountpoint="/b", mounted=False),
        RemoteMount(source="[fd00::9]:/srv", type="nfs", mountpoint="/c"),
        RemoteMount(source="bucket", type="fuse.s3fs", mountpoint="/d"),
        RemoteMount(source="127.0.0.1:/srv", type="nfs", mountpoint="/e"),
    )
    web = server("web", WEB, filesystems=Filesystems(filesystems=(), remote=mounts))
    found = {(one.id, one.where, one.server_outside) for one in dependencies([web, server("db", DB)], [])}
    assert found == {
        ("web>db:2049", "/proc/self/mounts", False),
        ("web>files.example:445", "/etc/fstab", True),
        ("web>fd00::9:2049", "/proc/self/mounts", True),
    }


@given(st.text(max_size=80))
def test_whatever_a_command_or_a_mount_says_raises_nothing(text: str) -> None:
    mount = RemoteMount(source=text, type="nfs", mountpoint="/a")
    site = Website(server="nginx", upstreams=(text, f"http://{text}"), file="/a")
    service = Service(unit="a", path="/etc/systemd/system/a", command=f"x {text} redis://{text} y")
    web = server(
        "web",
        WEB,
        filesystems=Filesystems(filesystems=(), remote=(mount,)),
        websites=Websites(sites=(site,)),
        services=Services(init="systemd", services=(service,)),
    )
    for one in dependencies([web], []):
        assert one.evidence == "configured"
        assert 0 < one.port < 65536


def talk(
    name: str,
    direction: Literal["in", "out"],
    peer: str,
    port: int,
    rounds: int = 1,
    open_rounds: int = 1,
    minute: int = 0,
) -> Talk:
    return Talk(
        server=name,
        direction=direction,
        peer=peer,
        port=port,
        rounds=rounds,
        open_rounds=open_rounds,
        first_seen=AT + timedelta(minutes=minute),
        last_seen=AT + timedelta(minutes=minute + rounds),
    )


def watched(rounds: int, *names: str) -> dict[str, Watch]:
    return {name: Watch(server=name, rounds=rounds, first=AT, last=AT) for name in names}


def quiet() -> list[ServerFacts]:
    return [server("web", WEB, listeners=listens(443)), server("db", DB, listeners=listens(5432))]


def test_what_rounds_saw_from_both_ends_is_one_dependency_with_its_times() -> None:
    talks_seen = [
        talk("web", "out", DB, 5432, rounds=3, minute=5),
        talk("db", "in", WEB, 5432, rounds=9, minute=2),
    ]
    (found,) = dependencies(quiet(), [REPORTS], talks_seen, watched(10, "web", "db"))
    assert (found.id, found.evidence, found.workload) == ("web>db:5432", "seen", "db/postgres/reports")
    assert (found.first_seen, found.last_seen) == (AT + timedelta(minutes=2), AT + timedelta(minutes=11))
    assert (found.rounds, found.of_rounds, found.habit) == (9, 10, "steady")


def test_a_one_off_is_told_from_a_steady_one_once_there_were_enough_rounds() -> None:
    def habit(rounds: int, of: int) -> str:
        (found,) = dependencies(quiet(), [], [talk("web", "out", DB, 5432, rounds)], watched(of, "web"))
        return found.habit

    assert [habit(1, 4), habit(1, 288), habit(20, 288), habit(144, 288)] == ["", "once", "now and then", "steady"]


def test_what_was_only_seen_closing_is_weaker_than_open_and_stronger_than_configured() -> None:
    closing = talk("web", "out", DB, 5432, rounds=2, open_rounds=0)
    (found,) = dependencies(quiet(), [], [closing])
    assert found.evidence == "closing"
    (found,) = dependencies(both(), [], [closing])
    assert (found.evidence, found.process, found.rounds) == ("seen", "python3", 2)
    named = proxy("http://10.0.0.2:5432")
    (found,) = dependencies([named, quiet()[1]], [], [closing])
    assert (found.evidence, found.where) == ("closing", "")


def test_what_is_configured_and_was_never_seen_in_all_rounds_says_so() -> None:
    (found,) = dependencies([proxy("http://10.0.0.2:5432"), quiet()[1]], [], [], watched(288, "web"))
    assert (found.evidence, found.rounds, found.of_rounds, found.habit) == ("configured", 0, 288, "never")


def test_talk_to_a_port_that_nobody_listens_on_is_left_out() -> None:
    assert dependencies(quiet(), [], [talk("web", "out", DB, 41000)]) == ()
    assert dependencies(quiet(), [], [talk("web", "out", "198.51.100.7", 41000)]) == ()
    assert [
        one.id for one in dependencies(quiet(), [], [talk("web", "out", DB, 41000), talk("db", "in", WEB, 41000)])
    ] == ["web>db:41000"]


def test_talk_of_a_server_that_was_forgotten_is_left_out() -> None:
    assert dependencies(quiet(), [], [talk("gone", "out", DB, 5432)]) == ()


def test_clients_of_a_public_port_are_told_together_whoever_saw_them() -> None:
    web = server("web", WEB, listeners=listens(443), connections=talks((WEB, 443, "8.8.8.8", 50000)))
    assert [one.id for one in dependencies([web], [])] == ["8.8.8.8>web:443"]
    (found,) = dependencies([web], [], [talk("web", "in", "internet", 443)])
    assert (found.id, found.client_outside) == ("internet>web:443", True)


def test_since_when_a_dependency_is_known_is_carried_on() -> None:
    (old,) = dependencies(both(), [])
    earlier = old.model_copy(update={"first_seen": AT - timedelta(days=30), "process": "other"})
    (found,) = dependencies(both(), [], before=[earlier])
    assert (found.first_seen, found.last_seen, found.process) == (AT - timedelta(days=30), AT, "python3")


ADDRESS = st.sampled_from([WEB, DB, "192.0.2.9", "127.0.0.1", "10.0.0.3"])
PORT = st.sampled_from([22, 443, 5432, 40000, 50000])


@given(ends=st.lists(st.tuples(ADDRESS, PORT, ADDRESS, PORT), max_size=8), open_ports=st.sets(PORT, max_size=3))
def test_nothing_is_invented(ends: list[tuple[str, int, str, int]], open_ports: set[int]) -> None:
    here = proxy("http://127.0.0.1:8080", "unix:/run/x.sock", "http://unix:/run/x", "$backend")
    assert dependencies([here], []) == ()
    estate = [
        server("web", WEB, listeners=listens(*open_ports), connections=talks(*ends)),
        server("db", DB, listeners=listens(5432)),
    ]
    found = dependencies(estate, [])
    pairs = {frozenset({(a, b), (c, d)}) for a, b, c, d in ends}
    for one in found:
        assert one.client != one.server
        where = {"web": {WEB}, "db": {DB}}.get(one.server, {one.server})
        assert any(
            port == one.port and (address in where or (one.server == "web"))
            for pair in pairs
            for address, port in pair
        )
    assert len({one.id for one in found}) == len(found)
    assert dependencies(list(reversed(estate)), []) == found
