"""Systems: workloads that serve one purpose, proposed from who uses whom and confirmed in a file."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import UsageError
from estate.records.dependency import Dependency
from estate.records.system import System, Systems
from estate.records.workload import Kind, Workload
from inventory.systems import Entry, propose
from inventory.systems_file import SystemsFile, load, render, with_systems
from inventory.uses import Use, Uses
from tests.inventory.estates import AT


def workload(identity: str) -> Workload:
    server, kind, name = identity.split("/")
    return Workload(id=identity, server=server, kind=kind, name=name, seen_at=AT)  # type: ignore[arg-type]


def found(ids: list[str], uses: list[tuple[str, str]], entries: tuple[Entry, ...] = ()) -> Systems:
    return propose(map(workload, ids), Uses(tuple(Use(a, b, "seen") for a, b in uses)), entries)


def held(systems: Systems) -> dict[str, set[str]]:
    return {one.name: set(one.workloads) for one in systems.systems}


SITE, API, DATA, JOB = "web/website/pay", "app/service/pay-api", "db/postgres/pay", "db/schedule/dump-pay"
OTHER, REGISTER = "web/website/plan", "db/postgres/register"
CHAIN = [(SITE, API), (API, DATA), (JOB, DATA)]


def test_a_website_what_it_uses_and_the_jobs_on_that_are_one_system_named_after_the_website() -> None:
    assert held(found([SITE, API, DATA, JOB], CHAIN)) == {"pay": {SITE, API, DATA, JOB}}


def test_each_workload_says_why_it_is_in_a_system() -> None:
    (system,) = found([SITE, API, DATA, JOB], CHAIN).systems
    assert system.reasons[DATA] == f"{API} uses it: seen"
    assert system.reasons[JOB] == f"it works on {DATA}: seen"
    assert "begin here" in system.reasons[SITE]


def test_what_two_systems_use_is_said_to_be_shared_and_makes_no_one_system_of_both() -> None:
    systems = found([SITE, API, DATA, OTHER, REGISTER], [*CHAIN[:2], (API, REGISTER), (OTHER, REGISTER)])
    assert held(systems) == {"pay": {SITE, API, DATA}, "plan": {OTHER}}
    assert systems.shared == {REGISTER: ("pay", "plan")}
    assert {one.name: one.uses for one in systems.systems} == {
        "pay": {REGISTER: ("plan",)},
        "plan": {REGISTER: ("pay",)},
    }


def test_a_website_and_a_service_of_one_server_over_one_database_are_one_system() -> None:
    worker = "web/service/pay-worker"
    assert held(found([SITE, worker, DATA], [(SITE, DATA), (worker, DATA)])) == {"pay": {SITE, worker, DATA}}


def test_services_that_use_each_other_are_one_system() -> None:
    one, other = "a/service/one", "b/service/other"
    assert held(found([one, other], [(one, other), (other, one)])) == {"one": {one, other}}


def test_what_looks_after_many_servers_makes_no_system_of_them_and_shares_nothing() -> None:
    sites = [f"web{number}/website/site{number}" for number in range(9)]
    data = [f"db{number}/postgres/data{number}" for number in range(9)]
    watch = "mon/service/icinga"
    apps = list(zip(sites, data, strict=True))
    systems = found([*sites, *data, watch], [*apps, *((watch, one) for one in (*sites, *data))])
    assert held(systems) == {"icinga": {watch}, **{f"site{n}": set(pair) for n, pair in enumerate(apps)}}
    assert systems.shared == {}
    reasons = {one: why for system in systems.systems for one, why in system.reasons.items()}
    assert reasons[sites[0]] == f"only {watch} is known to use it, which uses workloads of many servers"
    assert reasons[data[0]] == f"{sites[0]} uses it: seen"


def test_what_uses_a_few_others_is_no_hub() -> None:
    ends = [f"db{number}/postgres/data{number}" for number in range(8)]
    assert held(found([SITE, *ends], [(SITE, one) for one in ends])) == {"pay": {SITE, *ends}}


def test_what_nobody_is_known_to_use_is_a_system_of_its_own_and_says_so() -> None:
    (system,) = found([DATA], []).systems
    assert (system.name, system.reasons) == ("pay", {DATA: "nobody is known to use it"})


def test_what_is_used_from_elsewhere_is_not_said_to_be_used_by_nobody() -> None:
    data = workload(DATA).model_copy(update={"detail": {"port": 5432}})
    seen = Dependency(
        id="10.9.9.9>db:5432", client="10.9.9.9", server="db", port=5432, client_outside=True, seen_at=AT
    )
    other = seen.model_copy(update={"port": 22})
    (system,) = propose([data], Uses(()), (), [seen, other]).systems
    assert system.reasons == {
        DATA: "no other workload is known to use it; its port 5432 is used by 10.9.9.9 (outside)"
    }
    (system,) = propose([data], Uses(()), (), [other]).systems
    assert system.reasons == {DATA: "nobody is known to use it"}


def test_a_job_of_which_nothing_is_known_goes_with_the_only_system_of_its_server() -> None:
    alone = found([DATA, "db/schedule/tidy"], [])
    assert held(alone) == {"pay": {DATA, "db/schedule/tidy"}}
    several = found([DATA, REGISTER, "db/schedule/tidy"], [])
    assert several.unplaced == ("db/schedule/tidy",)
    assert held(several) == {"pay": {DATA}, "register": {REGISTER}}


def test_two_systems_that_would_have_one_name_say_their_server() -> None:
    assert set(held(found(["a/website/shop", "b/website/shop"], []))) == {"shop-a", "shop-b"}
    assert set(held(found(["a/website/shop", "a/postgres/shop"], []))) == {"a-website-shop", "a-postgres-shop"}


def test_what_a_person_placed_stays_there_and_what_only_it_uses_seems_to_belong_to_it() -> None:
    entries = (Entry("Payments", (SITE, DATA), "Revenues", "jsmith"),)
    systems = found([SITE, API, DATA, JOB, OTHER], [*CHAIN, (OTHER, DATA)], entries)
    payments = next(one for one in systems.systems if one.name == "Payments")
    assert (payments.state, payments.owner, payments.workloads) == ("confirmed", "Revenues", (SITE, DATA))
    assert set(payments.additions) == {API, JOB}
    assert held(systems)["plan"] == {OTHER}
    assert next(one for one in systems.systems if one.name == "plan").uses == {DATA: ("Payments",)}


def test_a_workload_that_is_gone_is_said_of_the_system_that_names_it() -> None:
    (system,) = found([SITE], [], (Entry("pay", (SITE, DATA), None, "jsmith"),)).systems
    assert (system.workloads, system.gone) == ((SITE,), (DATA,))


def test_what_is_written_and_not_confirmed_stays_a_proposal() -> None:
    (system,) = found([SITE, DATA], [], (Entry("pay", (SITE, DATA)),)).systems
    assert system.state == "edited"
    placed = with_systems([workload(SITE)], SystemsFile((Entry("pay", (SITE, DATA)),)))
    assert placed[0].system is None


def test_a_confirmed_system_is_that_of_its_workloads_until_the_file_says_otherwise() -> None:
    confirmed = SystemsFile((Entry("pay", (SITE,), None, "jsmith"),))
    placed = with_systems([workload(SITE), workload(DATA)], confirmed)
    assert [one.system for one in placed] == ["pay", None]
    assert [one.system for one in with_systems(placed, SystemsFile())] == [None, None]


kinds: list[Kind] = ["website", "service", "postgres", "files", "schedule"]
identities = st.builds(
    lambda server, kind, name: f"{server}/{kind}/{name}",
    st.sampled_from("abc"),
    st.sampled_from(kinds),
    st.sampled_from(["x", "y", "z"]),
)


@st.composite
def estates(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]], tuple[Entry, ...]]:
    ids = draw(st.lists(identities, min_size=1, max_size=12, unique=True))
    one = st.sampled_from(ids)
    uses = draw(st.lists(st.tuples(one, one), max_size=20))
    placed = draw(st.lists(one, unique=True, max_size=4))
    cut = draw(st.integers(0, len(placed)))
    by = draw(st.sampled_from(["", "jsmith"]))
    parts = (("first", placed[:cut]), ("second", placed[cut:]))
    return ids, uses, tuple(Entry(name, tuple(held), None, by) for name, held in parts if held)


@given(estates(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_known_changes_nothing(estate, random) -> None:  # type: ignore[no-untyped-def]
    ids, uses, entries = estate
    before = found(ids, uses, entries)
    random.shuffle(ids)
    random.shuffle(uses)
    assert found(ids, uses, entries) == before


@given(estates())
def test_every_workload_is_in_one_place_and_names_are_names_of_one_system(estate) -> None:  # type: ignore[no-untyped-def]
    ids, uses, entries = estate
    systems = found(ids, uses, entries)
    places = [one for system in systems.systems for one in (*system.workloads, *system.additions)]
    assert sorted([*places, *systems.shared, *systems.unplaced]) == sorted(ids)
    names = [one.name for one in systems.systems]
    assert len(names) == len(set(names))
    assert all(len(users) > 1 for users in systems.shared.values())


@given(estates())
def test_a_person_s_word_on_a_workload_always_counts(estate) -> None:  # type: ignore[no-untyped-def]
    ids, uses, entries = estate
    by_name = {one.name: one for one in found(ids, uses, entries).systems}
    for entry in entries:
        assert set(entry.workloads) <= {*by_name[entry.name].workloads}


# systems.toml


def written(folder: Path, systems: Systems) -> Path:
    path = folder / "systems.toml"
    path.write_text(render(load(path), systems))
    return path


def proposal(name: str, *workloads: str) -> System:
    return System(name=name, state="proposed", workloads=workloads, reasons=dict.fromkeys(workloads, "seen"))


def test_proposals_that_nobody_touched_are_replaced_and_writing_twice_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, Systems(systems=(proposal("pay", SITE), proposal("plan", OTHER))))
    first = path.read_text()
    assert load(path).entries == ()
    assert (
        written(tmp_path, Systems(systems=(proposal("pay", SITE), proposal("plan", OTHER)))).read_text() == first
    )
    replaced = written(tmp_path, Systems(systems=(proposal("all", SITE, OTHER),))).read_text()
    assert '"all"' in replaced
    assert '"plan"' not in replaced


def test_an_editor_on_windows_that_saves_the_file_makes_no_proposal_a_person_s(tmp_path: Path) -> None:
    path = written(tmp_path, Systems(systems=(proposal("pay", SITE), proposal("plan", OTHER))))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(path).entries == ()
    text = path.read_bytes().replace(b'# confirmed_by = "your id"', b'confirmed_by = "jsmith"', 1)
    path.write_bytes(text)
    assert [(one.name, one.confirmed_by) for one in load(path).entries] == [("pay", "jsmith")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('# confirmed_by = "your id"', 'confirmed_by = "jsmith"'),
        ('name = "pay"', 'name = "Payments"  # as the service calls it'),
        ('owner = ""', 'owner = "Revenues"'),
        ("workloads = [", "# ask Ann of Revenues\nworkloads = ["),
        ("]\n", "]\n\n# a last word\n"),
    ],
)
def test_what_a_person_changed_is_kept_to_the_byte(tmp_path: Path, old: str, new: str) -> None:
    path = written(tmp_path, Systems(systems=(proposal("pay", SITE),)))
    head, mark, block = path.read_text().partition("[[system]]")
    assert old in block
    edited = head + mark + block.replace(old, new, 1)
    path.write_text(edited)
    file = load(path)
    assert [one.workloads for one in file.entries] == [(SITE,)]
    again = render(file, Systems(systems=(proposal("other", DATA),)))
    assert again.startswith(edited)
    path.write_text(again)
    assert load(path).entries == file.entries


def test_an_addition_to_a_person_s_system_is_proposed_in_a_block_of_its_own_and_confirmed_there(
    tmp_path: Path,
) -> None:
    path = tmp_path / "systems.toml"
    path.write_text(f'[[system]]\nname = "pay"\nconfirmed_by = "jsmith"\nworkloads = ["{SITE}"]\n')
    ids, uses = [SITE, DATA], [(SITE, DATA)]
    path.write_text(render(load(path), found(ids, uses, load(path).entries)))
    assert "An addition to pay" in path.read_text()
    assert load(path).entries[0].workloads == (SITE,)
    path.write_text(path.read_text().replace('# confirmed_by = "your id"', 'confirmed_by = "jsmith"'))
    (system,) = found(ids, uses, load(path).entries).systems
    assert (system.workloads, system.additions) == ((SITE, DATA), {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[system]\n", "not valid TOML"),
        ('[[system]]\nname = "a"\nworkload = []\n', "workload"),
        ('[[system]]\nname = "a/b"\n', "name"),
        (
            f'[[system]]\nname = "a"\nworkloads = ["{SITE}"]\n[[system]]\nname = "b"\nworkloads = ["{SITE}"]\n',
            "in a and in b",
        ),
        ('[[system]]\nname = "pay"\nconfirmed_by = "your id"\n', "pay has confirmed_by"),
        ('system = [{ name = "a" }]\n', "a line [[system]] of its own"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_its_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "systems.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"systems\.toml") as wrong:
        load(path)
    assert said in str(wrong.value)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: f"[[system]]\n{text}".encode()))
def test_a_file_of_anything_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "systems.toml"
    path.write_bytes(content)
    try:
        load(path)
    except UsageError:
        return


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_a_workload_is_called_its_proposal_is_read_again(name: str, why: str) -> None:
    one = System(name="pay", state="proposed", workloads=(name,), reasons={name: why}, uses={name: (why,)})
    text = render(SystemsFile(), Systems(systems=(one,)))
    assert tomllib.loads(text)["system"][0]["workloads"] == [name]
