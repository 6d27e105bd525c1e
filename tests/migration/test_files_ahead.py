"""The bulk of a tree compared before a freeze; inside it, what was changed since, on either side."""

import pytest

from migration.movers.files import MOVER
from migration.verify.files import VERIFIER
from tests.migration.trees import Trial

pytestmark = [pytest.mark.practice, pytest.mark.slow]

CHANGES = r"""
set -eu; cd "$1"
echo more >>b/three; mv a/deep a/moved; mkdir b/new; echo n >"b/new/$(printf 'odd\\\nname')"; rm b/nothing
ln b/large b/large-too; rm "with space/third"; chmod 0700 empty; ln -sfn elsewhere a/link
touch -d '2001-01-01' b/holes; setfattr -n user.decant.test -v other b/large
"""
PLANTED = {
    "echo x | dd of=b/large bs=1 seek=200000 conv=notrunc status=none; touch -d @1700000000 b/large": "b/large",
    "setfacl -m u:root:r b/holes": "b/holes",
    "echo sneaked >a/moved/sneaked": "a/moved/sneaked",
    "rm a/link": "a/link",
    "cp -p b/large-too x && mv x b/large-too": "b/large",
    "chmod 0711 empty": "empty",
}
"""What somebody does on the target, whose tree Decant alone should write."""


def test_what_was_changed_since_on_either_side_is_compared_inside_the_freeze_and_nothing_else(tree: Trial) -> None:
    tree.on("source", f"cd {tree.path}; mkdir quiet; echo 1 >quiet/1; echo 2 >quiet/2")
    tree.copied()
    age = f"echo $(($(date +%s) - $(stat -c %Z {tree.path}/quiet/2)))"
    while int(tree.on("target", age)) < 4:  # what was changed at most two seconds before counts as changed since
        MOVER.sync(tree.context(), "forward")
    tree.on("source", f"echo in flight >{tree.path}/a/one")
    rest = VERIFIER.ahead(tree.context())
    assert rest is not None
    tree.on("source", f"set -- {tree.path}\n{CHANGES}")
    context = tree.context()
    MOVER.freeze(context, "source", 600)
    assert MOVER.sync(context, "forward").zero
    MOVER.finish(context, "forward")
    seen = rest.verify(context)
    assert seen.agrees, [check for check in seen.checks if not check.agrees]
    assert seen.frozen
    quiet = next(check for check in seen.checks if check.name == "folder quiet")
    assert quiet.source == "3 entries before the freeze, 1 looked at inside it"  # itself, in the top
    assert VERIFIER.residue(context) == ()
    shadow = f"/var/lib/decant_{tree.name.replace('-', '_')}/gate/tree"
    for script, name in PLANTED.items():
        tree.on("target", f"set -eu; cd {shadow}; {script}")
        told = {check.name for check in rest.verify(context).checks if not check.agrees}
        assert name in told, (script, told)
        assert f"folder {name.split('/')[0]}" in told
