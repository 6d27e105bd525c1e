"""Trees and targets that a move of files refuses before it does anything."""

import pytest

from estate.errors import RefusedError, UsageError
from migration.movers.files import MOVER
from tests.migration.trees import Trial

pytestmark = pytest.mark.practice


def test_a_target_that_holds_something_else_is_refused(tree: Trial) -> None:
    tree.on("target", f"mkdir {tree.path}; echo mine >{tree.path}/mine")
    with pytest.raises(RefusedError, match="holds something else already"):
        MOVER.describe(tree.context())
    with pytest.raises(RefusedError, match="holds something else already"):
        MOVER.prepare(tree.context())
    assert tree.on("target", f"cat {tree.path}/mine") == "mine\n"


@pytest.mark.parametrize(("option", "what"), [("size=2M", "MiB free"), ("size=50M,nr_inodes=8", "more files")])
def test_a_target_with_too_little_room_is_refused(tree: Trial, option: str, what: str) -> None:
    tree.on("target", f"mkdir {tree.path}; mount -t tmpfs -o {option} tmpfs {tree.path}")
    tree.on("source", f"head -c 3000000 /dev/urandom >{tree.path}/b/bulk")
    try:
        with pytest.raises(RefusedError, match=what):
            MOVER.describe(tree.context())
    finally:
        tree.on("target", f"umount {tree.path}")


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("mount -t tmpfs tmpfs {path}/empty", "umount {path}/empty", "mounted inside"),
        ("mv {path} {path}.real; ln -s {path}.real {path}", "rm {path}; mv {path}.real {path}", "symbolic link"),
        ("mv {path} {path}.away", "mv {path}.away {path}", "is not there"),
    ],
)
def test_what_cannot_move_so_is_said(tree: Trial, before: str, after: str, what: str) -> None:
    tree.on("source", before.format(path=tree.path))
    try:
        with pytest.raises(UsageError, match=what):
            MOVER.describe(tree.context())
    finally:
        tree.on("source", after.format(path=tree.path))


@pytest.mark.parametrize("path", ["", "/", "relative", "/srv/../etc", "/srv/x/"])
def test_a_path_that_is_no_trees_is_refused(tree: Trial, path: str) -> None:
    tree.path, kept = path, tree.path
    with pytest.raises(UsageError, match="no path that can be moved"):
        MOVER.describe(tree.context())
    tree.path = kept
