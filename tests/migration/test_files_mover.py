"""Moving a file tree between two real servers: nothing lost, nothing left, and frozen no longer than said."""

import shlex
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from estate.errors import RefusedError, UnreachableError
from migration.files import ending
from migration.files.sides import sides
from migration.movers.files import MOVER
from tests.migration.trees import Trial

pytestmark = pytest.mark.practice

REPOSITORY = Path(__file__).parents[2]

# Another Decant, with connections of its own, that is killed while it waits for the first copy.
SEED = """
import sys
from practice.estate import Estate
from tests.migration.trees import Trial, connected
estate, path, name = Estate(sys.argv[1]), sys.argv[2], sys.argv[3]
from migration.movers.files import MOVER
MOVER.seed(Trial(estate, path, name, connected(estate)).context())
"""


def test_a_description_changes_nothing_and_says_what_will_be(tree: Trial) -> None:
    said = MOVER.describe(tree.context())
    assert said.bytes is not None
    assert said.bytes > 5_000_000
    assert said.lossless_rollback
    assert not any("mode 0000" in line for line in said.changes)
    assert any("after accept" in line and "mode 0000" in line for line in said.lasting)
    assert tree.notes == []
    assert MOVER.residue(tree.context()) == ()
    assert tree.on("target", f"ls -d {tree.path} 2>/dev/null || echo absent") == "absent\n"


@pytest.mark.slow
def test_a_whole_move_with_writes_all_along_and_back_again(tree: Trial) -> None:
    tree.copied()
    tree.on(
        "source",
        f"cd {tree.path}; echo more >>a/one; rm b/three; mkdir new; echo n >'new/after seed'; chmod 700 b",
    )
    assert not MOVER.sync(tree.context(), "forward").zero
    assert tree.differing() == {}
    tree.on("source", f"cd {tree.path}; echo last >'new/just before the freeze'")
    tree.cut_over()
    assert MOVER.healthy(tree.context()) == ""
    tree.on("target", f"cd {tree.path}; echo kept >'new/written after cutover'; rm a/deep/two; echo grown >>a/one")
    MOVER.sync(tree.context(), "back")
    tree.on("target", f"cd {tree.path}; echo kept >'new/written later'")
    context = tree.context()
    MOVER.freeze(context, "target", 120)
    assert MOVER.sync(context, "back").zero
    MOVER.finish(context, "back")
    assert tree.verified().agrees
    MOVER.hold(context, "target", 5)
    MOVER.thaw(context, "source")
    tree.on("source", f"cd {tree.path}; test -f 'new/written later'; test ! -e a/deep/two; echo served >>a/one")
    assert MOVER.still(context) == ""
    MOVER.fold(context)
    MOVER.clean(context, None)
    assert MOVER.residue(context) == ()
    assert tree.notes == []
    assert tree.on("source", f"tail -n 2 {tree.path}/a/one") == "grown\nserved\n"
    assert tree.on("source", f"stat -c %h {tree.path}/a/one") == "3\n"
    assert tree.on("target", f"ls -d {tree.path} 2>/dev/null || echo absent") == "absent\n"
    again = Trial(tree.estate, tree.path, f"again-{tree.name}", tree.transports)
    try:
        again.copied()
        tree.on("target", f"mkdir -p {sides(again.context()).target.shadow}/b/.decant_partial")
        assert MOVER.residue(context) == ()  # what a second move has there is not left of this one
        assert any(left.kind == "partial" for left in MOVER.residue(again.context()))
    finally:
        MOVER.clean(again.context(), None)
    assert MOVER.residue(again.context()) == ()


@pytest.mark.slow
def test_a_rollback_that_was_cut_off_after_the_copy_was_removed_touches_nothing_that_came_since(
    tree: Trial,
) -> None:
    tree.on("target", f"mkdir {tree.path}")
    tree.copied().cut_over()
    context = tree.context()
    MOVER.freeze(context, "target", 120)
    assert MOVER.sync(context, "back").zero
    MOVER.hold(context, "target", 5)
    MOVER.thaw(context, "source")
    MOVER.fold(context)
    ending._discard(sides(context).target)  # and there it was killed
    assert tree.on("target", f"ls -A {tree.path}") == ""
    assert MOVER.still(context) == ""
    tree.on("target", f"echo new >{tree.path}/theirs")
    MOVER.fold(context)
    MOVER.clean(context, None)
    assert tree.on("target", f"cat {tree.path}/theirs") == "new\n"
    assert tree.on("source", f"cat {tree.path}/b/three") != ""
    assert MOVER.residue(context) == ()
    assert tree.notes == []


@pytest.mark.slow
def test_a_copy_that_is_opened_after_it_was_judged_is_seen_until_it_is_removed(tree: Trial) -> None:
    tree.copied().cut_over()
    context = tree.context()
    MOVER.freeze(context, "target", 120)
    assert MOVER.sync(context, "back").zero
    MOVER.hold(context, "target", 5)
    MOVER.thaw(context, "source")
    assert MOVER.still(context) == ""
    judged = replace(context, move=context.move.model_copy(update={"copy_kept": ""}))
    tree.on("target", f"umount -l {tree.path}; echo late >{tree.path}/late")
    MOVER.fold(judged)
    assert "open to its users again" in MOVER.still(judged)
    kept = replace(context, move=context.move.model_copy(update={"copy_kept": MOVER.still(judged)}))
    MOVER.fold(kept)
    assert tree.state("target").word == "shut"
    MOVER.clean(kept, "source")
    assert tree.on("target", f"cat {tree.path}/late; stat -c %a {tree.path}") == "late\n0\n"
    assert MOVER.still(judged) == ""
    assert MOVER.residue(context) == ()


@pytest.mark.slow
def test_a_rollback_with_a_loss_accepted_keeps_the_copy_closed(tree: Trial) -> None:
    tree.copied().cut_over()
    context = tree.context()
    MOVER.freeze(context, "target", 120)
    MOVER.hold(context, "target", 5)
    MOVER.thaw(context, "source")
    MOVER.fold(context)
    MOVER.clean(context, "source")
    assert MOVER.residue(context) == ()
    assert tree.on("target", f"stat -c %a {tree.path}; ls {tree.path} | wc -l") != "0\n0\n"
    assert tree.on("target", f"stat -c %a {tree.path}") == "0\n"


def test_cancelled_the_copy_is_gone_and_the_target_is_what_it_was(tree: Trial) -> None:
    tree.on(
        "target",
        f"""mkdir -m 2750 {tree.path}; setfacl -m u:akhan:rx {tree.path}; setfattr -n user.mine -v 1 {tree.path}
        touch -d 2020-01-01 {tree.path}""",
    )
    look = f"cd {tree.path}; stat -c '%U %G %a %y' .; getfacl .; getfattr -d .; ls -A"
    before = tree.on("target", look)
    key = tree.on("source", "cat ~ops/.ssh/authorized_keys")
    tree.copied()
    assert MOVER.residue(tree.context()) != ()
    MOVER.clean(tree.context(), None)
    assert tree.on("target", look) == before
    assert tree.on("source", "cat ~ops/.ssh/authorized_keys") == key
    assert MOVER.residue(tree.context()) == ()
    assert tree.notes == []


@pytest.mark.slow
def test_a_killed_decant_leaves_the_copy_running_and_the_next_attempt_takes_it_over(tree: Trial) -> None:
    tree.on("source", f"for n in 1 2 3 4 5 6; do head -c 60000000 /dev/urandom >{tree.path}/a/bulk$n; done")
    MOVER.prepare(tree.context())
    unit = f"{sides(tree.context()).target.tag}_seed.service"
    child = subprocess.Popen([sys.executable, "-c", SEED, tree.estate.name, tree.path, tree.name], cwd=REPOSITORY)
    show = f"systemctl show -p InvocationID --value {unit}"
    while not (first := tree.on("target", show).strip()):
        assert child.poll() is None
        time.sleep(0.05)
    child.kill()
    child.wait()
    assert tree.on("target", f"systemctl is-active {unit}") == "active\n"
    tree.epoch = 2
    assert tree.on("target", show).strip() == first
    MOVER.seed(tree.context())
    assert tree.differing() == {}


@pytest.mark.slow
def test_a_copy_that_is_ended_half_way_goes_on_and_leaves_no_part_behind(tree: Trial) -> None:
    tree.on("source", f"for n in 1 2 3 4; do head -c 80000000 /dev/urandom >{tree.path}/a/bulk$n; done")
    MOVER.prepare(tree.context())
    target = sides(tree.context()).target
    ending = (
        f"for n in $(seq 200); do [ -z \"$(find {target.shadow} -name '.bulk*' -size +1000k 2>/dev/null)\" ] || break; "
        "sleep 0.05; done; "
        f"systemctl kill -s KILL {target.tag}_seed.service"
    )
    tree.on("target", f"systemd-run -q bash -c {shlex.quote(ending)}")
    with pytest.raises(UnreachableError, match="ended from outside"):
        MOVER.seed(tree.context())
    MOVER.seed(tree.context(2))
    tree.epoch = 2
    rounds = [MOVER.sync(tree.context(), "forward").zero for _ in range(3)]
    assert rounds[-1]
    assert tree.differing() == {}
    assert not [left for left in MOVER.residue(tree.context()) if left.kind == "partial"]


@pytest.mark.slow
def test_a_source_that_goes_away_half_way_is_an_error_with_a_way_on(tree: Trial) -> None:
    tree.copied()
    tree.on("source", f"head -c 90000000 /dev/urandom >{tree.path}/a/bulk")
    tree.on(
        "source",
        """setsid bash -c 'for n in $(seq 400); do for p in /proc/[0-9]*; do
        [[ $(tr "\\0" " " <$p/cmdline) != "rsync --server --sender"* ]] || { kill -9 ${p#/proc/} && exit; }
        done; done' >/dev/null 2>&1 </dev/null &""",
    )
    with pytest.raises(UnreachableError, match="run the command again"):
        MOVER.sync(tree.context(), "forward")
    MOVER.sync(tree.context(), "forward")
    assert tree.differing() == {}


def test_a_change_that_keeps_size_and_time_is_carried_too(tree: Trial) -> None:
    tree.copied()
    tree.on(
        "source",
        f"""cd {tree.path}/b; cp -p large keep; printf 'XXXX' | dd of=large conv=notrunc status=none
        touch -r keep large; rm keep""",
    )
    MOVER.sync(tree.context(), "forward")
    assert tree.differing() == {}


def test_changes_within_one_second_are_carried(tree: Trial) -> None:
    tree.copied()
    tree.on("source", f"cd {tree.path}/b; printf aaaa >quick; touch -d '2024-01-01 00:00:00.1' quick")
    MOVER.sync(tree.context(), "forward")
    tree.on("source", f"cd {tree.path}/b; printf bbbb >quick; touch -d '2024-01-01 00:00:00.2' quick")
    MOVER.sync(tree.context(), "forward")
    assert tree.differing() == {}


# What is done to the copy, each to a path of its own, and what the verifier then says of it.
PLANTED = {
    "rm p/missing": {"p/missing": "missing on the target"},
    "echo x >p/more": {"p/more": "only on the target"},
    "printf X | dd of=p/content conv=notrunc status=none": {"p/content": "content"},
    "printf X >>p/longer": {"p/longer": "size, content"},
    "chmod 0604 p/mode": {"p/mode": "mode"},
    "chown akhan p/owner": {"p/owner": "owner"},
    "chgrp housing p/group": {"p/group": "group"},
    "chown 4999 p/nameless": {"p/nameless": "owner"},
    "ln -sfn elsewhere p/link": {"p/link": "where it leads"},
    "rm p/kind; mkfifo -m 644 p/kind": {"p/kind": "kind, size, content"},
    "setfacl -m u:dpatel:r p/list": {"p/list": "access list"},
    "setfacl -x d:g:housing a": {"a": "access list"},
    "setfattr -n user.decant.test -v other p/attribute": {"p/attribute": "extended attributes"},
    "printf w >\"$(printf 'p/new\\nline')\"": {r"p/new\nline": "content"},
    r"printf w >'p/back\slash'": {r"p/back\\slash": "content"},
    r"printf w >'p/back\new'": {r"p/back\\new": "content"},
    "printf w >\"$(printf 'p/re\\rturn')\"": {r"p/re\rturn": "content"},
    "printf w >\"$(printf 'p/caf\\351')\"": {r"p/caf\xe9": "content"},
    "rm -r p/folder": {"p/folder": "missing on the target", "p/folder/within": "missing on the target"},
}


@pytest.mark.slow
def test_the_verifier_names_a_planted_difference_of_each_sort(tree: Trial) -> None:
    same_time = "find . -exec touch -h -d '2024-05-06 07:08:09.123' {} +"
    tree.on(
        "source",
        f"""set -e; cd {tree.path}; mkdir p p/folder; ln -s nowhere p/link
        for name in missing content longer mode owner group nameless kind list attribute time folder/within; do
        echo 12345 >p/$name; done
        printf x >"$(printf 'p/new\\nline')"; printf x >"$(printf 'p/caf\\351')"; printf x >'p/back\\slash'
        printf x >'p/back\\new'; printf x >"$(printf 'p/re\\rturn')"; setfacl -m u:akhan:r p/list
        setfattr -n user.decant.test -v value p/attribute; {same_time}""",
    )
    tree.copied()
    assert tree.differing() == {}
    shadow = sides(tree.context()).target.shadow
    tree.on(
        "target",
        "\n".join(["set -e", f"cd {shadow}", *PLANTED, same_time, "touch -d '2024-05-06 07:08:09.124' p/time"]),
    )
    wanted = {name: note for found in PLANTED.values() for name, note in found.items()} | {"p/time": "time"}
    assert tree.differing() == wanted
    said = tree.verified(frozen=False)
    assert not said.agrees
    assert [check.name for check in said.checks if check.name.startswith("folder ") and not check.agrees] == [
        "folder a",
        "folder p",
    ]


def test_names_that_are_one_file_on_one_side_only_are_found_and_mended(tree: Trial) -> None:
    tree.copied()
    shadow = sides(tree.context()).target.shadow
    tree.on("target", f"cd {shadow}; touch -r b ref; cp -p b/also-one x; mv x b/also-one; touch -r ref b; rm ref")
    assert any("one file on one side only" in note for note in tree.differing().values())
    MOVER.sync(tree.context(), "forward")
    assert tree.differing() == {}


def test_owners_that_are_missing_on_the_target_are_listed(tree: Trial) -> None:
    tree.on(
        "source", f"useradd -u 7001 leaver; chown leaver {tree.path}/a/one; chown :oldsupplier {tree.path}/b/large"
    )
    try:
        with pytest.raises(RefusedError) as caught:
            MOVER.describe(tree.context())
        assert "user leaver is not there" in caught.value.what
        assert "group oldsupplier is not there" in caught.value.what
    finally:
        tree.on("source", f"chown root:root {tree.path}/a/one {tree.path}/b/large; userdel leaver")


def test_a_new_owner_on_the_target_breaks_the_way_back_and_is_said_at_once(tree: Trial) -> None:
    tree.copied().cut_over()
    tree.on("target", f"useradd -u 7002 joiner; chown joiner {tree.path}/a/one")
    try:
        assert "user joiner is not there" in MOVER.healthy(tree.context())
        with pytest.raises(RefusedError, match="New owners on data-target"):
            MOVER.sync(tree.context(), "back")
    finally:
        tree.on("target", "userdel joiner")


def test_the_moves_key_opens_nothing_but_the_one_tree_in_the_one_direction(tree: Trial) -> None:
    tree.copied()
    work = sides(tree.context()).target.work
    ssh = (
        f"cd {work}; . ./transfer.conf; ssh -F none -i key -p $PORT -l $LOGIN -o BatchMode=yes -o LogLevel=ERROR "
        "-o UserKnownHostsFile=$PWD/known_hosts $HOST"
    )
    for command in (
        "id",
        "rsync --server --sender -logDtpr . /etc/",
        "rsync --server --sender --remove-source-files -logDtpr . tree/",
        "rsync --server -logDtpr . tree/",
        "rsync --server --sender -logDtpr --log-file=/etc/cron.d/x . tree/",
        "rsync --server --sender -logDtpr . tree/ . tree/;id",
        "",
    ):
        said = tree.on("target", f"{ssh} '{command}' </dev/null 2>&1; echo status $?")
        assert "status 0" not in said, (command, said)
        assert "uid=" not in said
    line = tree.on("source", "grep decant_ ~ops/.ssh/authorized_keys")
    assert line.startswith('restrict,from="10.99.2.22",command="')


def test_the_flow_back_runs_by_itself(tree: Trial) -> None:
    tree.copied().cut_over()
    target = sides(tree.context()).target
    tree.on("target", f"echo by itself >{tree.path}/a/alone; systemctl start --wait {target.tag}_back.service")
    # The source's own eyes: behind its closed gate.
    assert tree.on("source", f"cat {tree.path}/a/alone") == "by itself\n"
    tree.on("target", f"systemctl is-active {target.tag}_back.timer")
    tree.on("target", f"systemctl stop {target.tag}_back.timer")
    assert "does not run on" in MOVER.healthy(tree.context())
    MOVER.sync(tree.context(), "back")
    assert MOVER.healthy(tree.context()) == ""
