"""Owners by name, streams of a first copy, and what the hosts' own words are read as: no host needed."""

from hypothesis import given
from hypothesis import strategies as st

from migration.files.look import NOT_SHARES, _touches
from migration.files.owners import Owner, compare
from migration.files.streams import pieces, share_out
from migration.verify.tree.comparison import shown
from migration.verify.tree.walk import _blocks, _contents, _odd_contents, _time


def user(name: str, number: int, listed_only: bool = False) -> Owner:
    return Owner("user", number, name, listed_only)


def test_names_that_are_there_map_whatever_their_numbers() -> None:
    found = compare(
        [user("akhan", 3102), Owner("group", 3002, "planning")],
        {("user", "akhan"): 5102, ("group", "planning"): 5002},
        set(),
    )
    assert found.problems == ()


def test_root_is_always_the_same() -> None:
    assert compare([user("root", 0), Owner("group", 0, "wheel")], {}, {("user", 0)}).problems == ()


def test_an_owner_that_is_missing_is_a_problem() -> None:
    assert compare([user("leaver", 7)], {}, set()).problems == ("user leaver is not there",)


def test_a_name_of_access_lists_only_is_carried_as_a_number_that_is_nobodys() -> None:
    found = compare([user("leaver", 7, listed_only=True)], {}, set())
    assert found.problems == ()
    assert found.as_numbers == (user("leaver", 7, listed_only=True),)


def test_but_not_where_the_number_is_somebody_elses() -> None:
    assert "somebody else's" in compare([user("leaver", 7, listed_only=True)], {}, {("user", 7)}).problems[0]
    assert "somebody else's" in compare([user("4242", 4242)], {}, {("user", 4242)}).problems[0]


def test_two_names_that_become_one_number_are_a_problem() -> None:
    found = compare([user("a", 1), user("b", 2)], {("user", "a"): 9, ("user", "b"): 9}, set())
    assert found.problems == ("users a, b are all number 9 there",)


def test_a_name_that_is_root_there_is_a_problem() -> None:
    assert compare([user("toor", 5)], {("user", "toor"): 0}, set()).problems


def test_a_nameless_number_must_not_meet_a_name_that_maps_to_it() -> None:
    assert compare([user("50", 50), user("a", 1)], {("user", "a"): 50}, set()).problems


numbers = st.integers(1, 30)
names = st.sampled_from("abcdefgh")


@given(st.dictionaries(numbers, names), st.dictionaries(names, numbers))
def test_what_passes_is_one_to_one(here: dict[int, str], there: dict[str, int]) -> None:
    owners = [user(name, number) for number, name in here.items()]
    found = compare(
        owners, {("user", name): number for name, number in there.items()}, {("user", n) for n in there.values()}
    )
    if not found.problems:
        mapped = [there[owner.name] for owner in owners]
        assert len(set(mapped)) == len(owners)


@given(
    st.lists(st.tuples(st.integers(0, 10**12), st.binary(min_size=1, max_size=8)), unique_by=lambda item: item[1]),
    st.integers(1, 8),
)
def test_every_folder_goes_into_exactly_one_stream(sizes: list[tuple[int, bytes]], streams: int) -> None:
    lists = share_out(sizes, streams)
    assert sorted(name for names in lists for name in names) == sorted(name for _, name in sizes)
    assert len(lists) <= streams


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=40), st.integers(1, 8))
def test_no_stream_takes_much_more_than_its_share(sizes: list[int], streams: int) -> None:
    named = [(size, b"%d" % number) for number, size in enumerate(sizes)]
    by_name = {name: size for size, name in named}
    heaviest = max(sum(by_name[name] for name in names) for names in share_out(named, streams))
    assert heaviest <= sum(sizes) / streams + max(sizes)


plain = st.binary(min_size=1, max_size=20).filter(lambda name: not {0, 10, 13, 92} & {*name})


@given(st.lists(plain, min_size=1, max_size=6, unique=True), st.data())
def test_digests_are_read_back_for_any_name_and_none_is_made_up(names_: list[bytes], data: st.DataObject) -> None:
    read = data.draw(st.sets(st.sampled_from(names_)))
    out = b"".join(b"%064x *%s\n" % (hash(name) % 2**256, name) for name in names_ if name in read)
    said = b"".join(name + b"\0" for name in names_) + b"\0" + out + b"\0"
    assert dict(_contents(said + said)) == {name: "%064x" % (hash(name) % 2**256) for name in read}


@given(st.binary(min_size=1, max_size=20).filter(lambda name: 0 not in name))
def test_digests_of_odd_names(name: bytes) -> None:
    assert list(_odd_contents(b"f" * 64 + b"  " + name + b"\0")) == [(name, "f" * 64)]


def test_paths_of_access_lists_are_read_from_octal() -> None:
    said = b"# file: ./a\\012b\\303\\251\nuser::rw-\nuser:x:r--\n\n# file: ./c\nuser::r--\n\n"
    assert dict(_blocks(said)) == {b"./a\nb\xc3\xa9": "user::rw-\nuser:x:r--", b"./c": "user::r--"}


def test_times_have_nine_decimals() -> None:
    assert _time("-144543477.1234567890") == "-144543477.123456789"
    assert _time("5.0000000000") == "5.000000000"


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_two_names_never_look_the_same(one: bytes, other: bytes) -> None:
    assert (shown(one) == shown(other)) == (one.removeprefix(b"./") == other.removeprefix(b"./"))


@given(st.binary(max_size=30))
def test_a_shown_name_is_one_printable_line(name: bytes) -> None:
    assert shown(name).isprintable()


def test_shares_touch_a_tree_above_at_and_below_it() -> None:
    assert _touches("/srv/shared", "/srv/shared")
    assert _touches("/srv", "/srv/shared")
    assert _touches("/srv/shared/planning", "/srv/shared")
    assert not _touches("/srv/shared2", "/srv/shared")
    assert "homes" in NOT_SHARES


def test_a_folder_that_outweighs_the_others_is_taken_apart() -> None:
    sizes = {b"homes": 900, b"homes/a": 400, b"homes/b": 480, b"homes/b/mail": 470, b"small": 10}
    assert sorted(pieces(sizes, 2)) == [(10, b"small"), (400, b"homes/a"), (470, b"homes/b/mail")]
    flat = {b"scans": 900, b"scans/old": 90, b"small": 10}
    assert sorted(pieces(flat, 2)) == [(10, b"small"), (900, b"scans")]


@given(
    st.recursive(
        st.integers(0, 1000),
        lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
        max_leaves=30,
    ),
    st.integers(1, 8),
)
def test_no_piece_lies_in_another_and_every_folder_is_in_one_or_above_one(tree: object, streams: int) -> None:
    sizes: dict[bytes, int] = {}

    def weigh(node: object, path: str) -> int:
        weight = (
            sum(weigh(one, f"{path}/{name}") for name, one in node.items()) if isinstance(node, dict) else node
        )
        assert isinstance(weight, int)
        if path:
            sizes[path.strip("/").encode()] = weight
        return weight

    weigh(tree, "")
    paths = [path for _, path in pieces(sizes, streams)]
    assert len(paths) == len(set(paths))
    for one in paths:
        assert not any(other != one and one.startswith(other + b"/") for other in paths)
    for folder in sizes:
        assert any((folder + b"/").startswith(one + b"/") or one.startswith(folder + b"/") for one in paths)
