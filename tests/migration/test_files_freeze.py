"""Freezing a tree on a real server: nobody writes, a deadline opens it, and what stands in the way is named."""

import shlex

import pytest

from estate.errors import RefusedError
from migration.movers.files import MOVER
from practice.estate import Estate
from tests.migration.trees import Trial, trial

pytestmark = pytest.mark.practice


def test_an_open_writer_is_named_and_the_tree_serves_on(tree: Trial) -> None:
    tree.copied()
    unit = f"writer-{tree.name}"
    tree.on("source", f"systemd-run -q --unit={unit} bash -c 'exec 7>>{tree.path}/a/one; sleep 60'; sleep 0.3")
    with pytest.raises(RefusedError, match=r"still open for writing: process \d+ \(.*a/one"):
        MOVER.freeze(tree.context(), "source", 60)
    assert tree.state("source").word == "open"
    tree.on("source", f"echo served >>{tree.path}/a/one; systemctl stop {unit}")
    assert tree.on("source", "systemctl list-units --all --no-legend 'decant_*_thaw_*'") == ""
    MOVER.freeze(tree.context(), "source", 60)
    assert tree.state("source").closed


def test_a_file_that_is_only_mapped_for_writing_counts_as_a_writer(tree: Trial) -> None:
    tree.copied()
    program = "import mmap,os,sys,time; f=os.open(sys.argv[1],os.O_RDWR); m=mmap.mmap(f,4096); os.close(f); time.sleep(60)"
    tree.on(
        "source", f'systemd-run -q --unit=mapper-{tree.name} python3 -c "{program}" {tree.path}/b/large; sleep 1'
    )
    with pytest.raises(RefusedError, match="mapped"):
        MOVER.freeze(tree.context(), "source", 60)
    tree.on("source", f"systemctl stop mapper-{tree.name}")


def test_who_works_in_a_folder_of_the_tree_is_named(tree: Trial) -> None:
    tree.copied()
    writing = f"cd {tree.path}/b; while :; do echo $$ >relative; sleep 0.05; done"
    tree.on("source", f"systemd-run -q --unit=inside-{tree.name} bash -c {shlex.quote(writing)}; sleep 0.3")
    with pytest.raises(RefusedError, match=rf"can still write: .*\(bash, root\) works in {tree.path}/b"):
        MOVER.freeze(tree.context(), "source", 60)
    assert tree.state("source").word == "open"
    tree.on("source", f"systemctl stop inside-{tree.name}")
    MOVER.freeze(tree.context(), "source", 60)
    # Who comes later is let in to read.
    tree.on(
        "source", f"cd {tree.path}/b; systemd-run -q --unit=inside-{tree.name} -p WorkingDirectory=$PWD sleep 60"
    )
    MOVER.hold(tree.context(), "source", 5)
    tree.on("source", f"systemctl stop inside-{tree.name}")


def test_a_second_way_to_the_tree_is_found(tree: Trial) -> None:
    tree.copied()
    tree.on("source", f"mkdir -p /mnt/{tree.name}; mount --bind {tree.path}/b /mnt/{tree.name}")
    try:
        with pytest.raises(RefusedError, match=f"mounted for writing at /mnt/{tree.name} too"):
            MOVER.freeze(tree.context(), "source", 60)
        assert tree.on("source", f"echo served >>{tree.path}/a/one; echo ok") == "ok\n"
    finally:
        tree.on("source", f"umount /mnt/{tree.name}; rmdir /mnt/{tree.name}")


def test_a_file_system_that_is_mounted_inside_is_refused_at_each_step_and_left_mounted(tree: Trial) -> None:
    tree.copied()
    mount = f"mount -t tmpfs tmpfs {tree.path}/empty; echo precious >{tree.path}/empty/file"
    there = f"cat {tree.path}/empty/file; umount {tree.path}/empty"
    inside = f"mounted at {tree.path}/empty"
    tree.on("source", mount)
    with pytest.raises(RefusedError, match=inside):
        MOVER.freeze(tree.context(), "source", 60)
    assert tree.state("source").word == "open"
    with pytest.raises(RefusedError, match=f"{tree.path}/empty"):
        MOVER.sync(tree.context(), "forward")
    assert tree.on("source", there) == "precious\n"
    MOVER.freeze(tree.context(), "source", 60)
    for side in ("source", "target"):
        tree.on(side, mount)
        with pytest.raises(RefusedError, match=f"{tree.path}/empty"):
            MOVER.finish(tree.context(), "forward")
        if side == "source":
            with pytest.raises(RefusedError, match=inside):
                MOVER.hold(tree.context(), "source", 5)
        else:
            with pytest.raises(RefusedError, match=f"{tree.path}/empty"):
                MOVER.clean(tree.context(), None)
        assert tree.on(side, there) == "precious\n"
    tree.cut_over()
    tree.on("target", mount)
    with pytest.raises(RefusedError, match=f"{tree.path}/empty"):
        MOVER.sync(tree.context(), "back")
    with pytest.raises(RefusedError, match=inside):
        MOVER.freeze(tree.context(), "target", 60)
    assert tree.state("target").word == "open"
    assert tree.on("target", there) == "precious\n"
    assert MOVER.healthy(tree.context()) == ""


def test_frozen_nobody_writes_root_and_other_mount_namespaces_included(tree: Trial) -> None:
    tree.copied()
    unit = f"apart-{tree.name}"
    attempt = f"[ ! -e /run/{unit} ] || {{ echo x >{tree.path}/a/apart; echo $? >/run/{unit}.said; }}"
    script = f"while sleep 0.1; do {attempt}; done"
    tree.on("source", f"systemd-run -q --unit={unit} -p PrivateTmp=yes bash -c '{script}'; sleep 0.3")
    try:
        MOVER.freeze(tree.context(), "source", 60)
        tree.on(
            "source",
            f"! echo x >{tree.path}/a/root 2>/dev/null; touch /run/{unit}; sleep 0.5; grep -qx 1 /run/{unit}.said",
        )
    finally:
        tree.on("source", f"systemctl stop {unit}; rm -f /run/{unit} /run/{unit}.said")
    MOVER.thaw(tree.context(), "source")
    assert (
        tree.on("source", f"echo x >{tree.path}/a/root; ls {tree.path}/a")
        == "dangling\ndeep\nlink\none\npipe\nroot\n"
    )


@pytest.mark.slow
def test_a_restart_opens_a_tree_under_a_deadline_and_keeps_a_held_one_closed(tree: Trial) -> None:
    tree.copied()
    MOVER.freeze(tree.context(), "source", 120)
    tree.restart("source")
    assert tree.state("source").word == "lapsed"
    tree.on("source", f"echo served >>{tree.path}/a/one")
    with pytest.raises(RefusedError, match="lapsed"):
        MOVER.hold(tree.context(), "source", 1)
    tree.epoch = 2
    MOVER.freeze(tree.context(), "source", 120)
    MOVER.hold(tree.context(), "source", 5)
    tree.restart("source")
    assert tree.state("source").word == "held"
    tree.on("source", f"! echo x >{tree.path}/a/root 2>/dev/null")
    assert MOVER.sync(tree.context(), "forward").zero
    assert tree.differing() == {}
    MOVER.thaw(tree.context(), "source")
    tree.on("source", f"echo served >>{tree.path}/a/one")


@pytest.mark.slow
def test_the_share_is_stopped_for_good_until_it_is_opened_again(estate: Estate) -> None:
    with trial(estate, "/srv/shared") as tree:
        said = MOVER.describe(tree.context())
        assert any("smbd.service on files-legacy: stopped at the freeze" in line for line in said.stops)
        MOVER.prepare(tree.context())
        assert tree.on("target", "systemctl is-active smbd || true") == "inactive\n"
        MOVER.freeze(tree.context(), "source", 60)
        MOVER.hold(tree.context(), "source", 1)
        assert tree.on("source", "systemctl start smbd; systemctl is-active smbd || true") == "inactive\n"
        MOVER.thaw(tree.context(), "source")
        assert tree.on("source", "systemctl is-active smbd") == "active\n"
        MOVER.clean(tree.context(), None)
        assert tree.on("target", "systemctl is-active smbd; ls -A /srv/shared") == "active\n"
        assert MOVER.residue(tree.context()) == ()


@pytest.mark.slow
def test_an_exporter_that_serves_another_share_serves_on(estate: Estate) -> None:
    with trial(estate, "/srv/shared") as tree:
        tree.on(
            "source",
            """cp -p /etc/samba/smb.conf /root/smb.conf; mkdir -p /srv/other
            printf '[other]\\npath = /srv/other\\n' >>/etc/samba/smb.conf""",
        )
        try:
            said = MOVER.describe(tree.context())
            stopped = (
                "smbd.service on files-legacy: stopped at the freeze for some 5 s; it then serves /srv/other on"
            )
            assert any(stopped in line for line in said.stops)
            MOVER.prepare(tree.context())
            MOVER.freeze(tree.context(), "source", 60)
            assert tree.on("source", "systemctl is-active smbd") == "active\n"
            MOVER.thaw(tree.context(), "source")
        finally:
            tree.on("source", "mv /root/smb.conf /etc/samba/smb.conf; rmdir /srv/other; systemctl restart smbd")


def test_a_restart_of_the_source_while_it_soaks_leaves_no_unit(tree: Trial) -> None:
    tree.copied().cut_over()
    unit = f"decant_{tree.name.replace('-', '_')}_gate.service"
    tree.on("source", f"systemctl start {unit}")  # as the restart does
    MOVER.thaw(tree.context(), "source")
    assert tree.on("source", f"systemctl list-units --all --plain --no-legend {unit}") == ""
    MOVER.fold(tree.context())
    MOVER.clean(tree.context(), "source")
    assert MOVER.residue(tree.context()) == ()
