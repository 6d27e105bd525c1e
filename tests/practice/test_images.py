"""The cache of images: what a key stands for, and what is kept."""

import os
import shutil
import time
from pathlib import Path

import pytest

from estate.errors import DecantError, UnreachableError, UsageError
from estate.progress import silent
from practice import images, layer, mirror, passwords, places
from practice.mirror import BOOKWORM, BULLSEYE, TRIXIE, Mirror, Pair

PAIR = Pair(BULLSEYE, BOOKWORM)


@pytest.fixture
def layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the layers, and a cache of its own."""
    copy = tmp_path / "layers"
    shutil.copytree(places.LAYERS, copy)
    monkeypatch.setattr(layer, "LAYERS", copy)
    monkeypatch.setattr(passwords, "PASSWORDS", tmp_path / "passwords")
    for module in (images, layer):
        monkeypatch.setattr(module, "IMAGES", tmp_path / "images")
    (tmp_path / "images").mkdir()
    return copy


def keys(pair: Pair = PAIR) -> dict[str, str]:
    return {name: layer.load(name).key(pair) for name in ("legacy-base", "db-legacy", "web-legacy", "dns")}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_the_same_recipe_has_the_same_key(layers: Path) -> None:
    assert keys() == keys()


def test_a_changed_recipe_changes_its_key_and_those_above_it(layers: Path) -> None:
    before = keys()
    with (layers / "legacy-base" / "setup.sh").open("a") as file:
        file.write("true\n")
    assert changed(before, keys()) == {"legacy-base", "db-legacy", "web-legacy"}


def test_a_file_that_becomes_a_program_changes_the_key(layers: Path) -> None:
    before = keys()
    (layers / "web-legacy/root/opt/report-it/nightly.py").chmod(0o755)
    assert changed(before, keys()) == {"web-legacy"}


def test_another_password_changes_the_key_of_images_that_hold_it(layers: Path) -> None:
    before = keys()
    passwords.write(passwords.PASSWORDS / "shop_app", passwords.new())
    assert changed(before, keys()) == {"db-legacy"}


def test_another_release_changes_the_key(layers: Path) -> None:
    assert changed(keys(), keys(Pair(BOOKWORM, TRIXIE))) == {"legacy-base", "db-legacy", "web-legacy", "dns"}


def test_a_description_with_an_unknown_entry_is_refused(layers: Path) -> None:
    (layers / "dns" / "layer.toml").write_text('parent = "target-base"\npackage = ["bind9"]\n')
    with pytest.raises(DecantError, match="package"):
        layer.load("dns")


def test_passwords_stay_the_same_and_are_for_their_owner_only(layers: Path) -> None:
    assert passwords.of("drive") == passwords.of("drive") != passwords.of("shop_app")
    assert (passwords.PASSWORDS / "drive").stat().st_mode & 0o777 == 0o600


def test_only_old_images_that_nobody_asks_for_are_removed(layers: Path) -> None:
    names = ("asked-1", "recent-2", "old-3")
    for name in names:
        (images.IMAGES / name).mkdir()
        (images.IMAGES / f"{name}.used").touch()
    long_ago = time.time() - (images.KEEP_DAYS + 1) * 86400
    for name in ("asked-1", "old-3"):
        os.utime(images.IMAGES / f"{name}.used", (long_ago, long_ago))
    images.prune({images.IMAGES / "asked-1"})
    assert sorted(path.name for path in images.IMAGES.iterdir() if path.is_dir()) == ["asked-1", "recent-2"]


def test_without_debian_11_the_estate_is_12_to_13_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "_fetchable", lambda url: "bullseye" not in url)
    pair = mirror.choose(Mirror("http://mirror.example/debian", None))
    assert (pair.legacy, pair.target) == (BOOKWORM, TRIXIE)
    assert "no longer has bullseye" in pair.notice


def test_a_mirror_that_does_not_answer_is_no_sign_that_a_release_is_gone() -> None:
    with pytest.raises(UnreachableError, match=r"does not answer.*127\.0\.0\.1") as caught:
        mirror.choose(Mirror("http://127.0.0.1:9/debian", None))
    assert "apt-get update" in caught.value.remedy


def test_images_that_are_all_in_the_cache_need_no_mirror(layers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> Mirror:
        raise AssertionError("the mirror was asked")

    monkeypatch.setattr(images, "of_machine", asked)
    for one in layer.chain("dns"):
        one.image(PAIR).mkdir()
    found = images.layers(["dns"], silent)
    assert [path.name for path in found["dns"]] == [one.image(PAIR).name for one in layer.chain("dns")]


def test_a_release_that_is_no_choice_is_refused() -> None:
    with pytest.raises(UsageError, match="bullseye or bookworm"):
        mirror.choose(Mirror("http://mirror.example/debian", None), "trixie")
