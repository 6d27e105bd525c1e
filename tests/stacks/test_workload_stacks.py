"""A workload stack: one system's targets in a stack of their own, on a platform that stands already."""

from pathlib import Path

import pytest

from estate.errors import UsageError
from estate.records.preview import Preview
from stacks.preview.stack import preview_stack
from stacks.settings import fingerprint
from stacks.settings.file import load, template

OWN = """
platform = "production"
systems = ["library"]

[tags]
owner = "Libraries"

[[vm]]
name = "lib1"
system = "library"
size = "Standard_D2as_v5"

[[postgres]]
name = "loans"
system = "library"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "production.toml").write_text(template("production", "production"))
    (tmp_path / "production-library.toml").write_text(OWN)
    return tmp_path


def of_type(preview: Preview, kind: str) -> list[str]:
    return [one.name for one in preview.resources if one.type == f"azure-native:{kind}"]


def test_it_has_its_platform_s_settings_and_its_own_over_them(folder: Path) -> None:
    settings, below = load(folder / "production-library.toml"), load(folder / "production.toml")
    assert (settings.kind, settings.subscription, settings.network) == (
        "production",
        below.subscription,
        below.network,
    )
    assert (settings.tags.owner, settings.tags.cost_centre) == ("Libraries", below.tags.cost_centre)
    assert [one.name for one in settings.targets] == ["lib1", "loans"]
    assert settings.systems == ("library",)


@pytest.mark.slow
def test_it_builds_its_targets_and_nothing_of_the_platform(folder: Path) -> None:
    preview = preview_stack(folder / "production-library.toml")
    assert of_type(preview, "compute:VirtualMachine") == ["vm-lib1"]
    assert of_type(preview, "dbforpostgresql:Server") == ["postgres-loans"]
    for kind in (
        "network:VirtualNetwork",
        "keyvault:Vault",
        "operationalinsights:Workspace",
        "consumption:Budget",
    ):
        assert not of_type(preview, kind)
    assert preview.estimate.unpriced == ()
    assert set(preview.outputs["targets"]) == {"lib1", "loans"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["production", "rehearsal"])
def test_it_names_its_platform_s_parts_as_the_platform_itself_does(folder: Path, kind: str) -> None:
    """Every literal id in it is that of something which the platform builds."""
    (folder / "rehearsal.toml").write_text(template("rehearsal", "rehearsal"))
    (folder / "rehearsal-library.toml").write_text(OWN.replace('"production"', '"rehearsal"'))
    below = preview_stack(folder / f"{kind}.toml")
    names = {
        str(value).lower()
        for one in below.resources
        for key, value in one.inputs.items()
        if key.lower().endswith("name")
    } | {"daily"}
    preview = preview_stack(folder / f"{kind}-library.toml")
    assert bool(of_type(preview, "compute:VirtualMachineExtension"))
    ids = [
        text
        for one in preview.resources
        for text in _texts(one.inputs)
        if text.startswith("/subscriptions/") and "roleDefinitions" not in text
    ]
    assert len(ids) >= 5
    for found in ids:
        parts = found.lower().split("/")
        assert set(parts[4::2][:1] + parts[8::2]) <= names, found


def test_its_fingerprint_changes_with_its_platform_s_settings(folder: Path) -> None:
    before = fingerprint.settings(folder / "production-library.toml")
    below = folder / "production.toml"
    below.write_text(below.read_text().replace("log_gb = 20", "log_gb = 25"))
    assert fingerprint.settings(folder / "production-library.toml") != before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('platform = "production"', 'platform = "produktion"', "no such stack"),
        ('platform = "production"', 'platform = "production-library"', "no such stack"),
        ("systems =", 'region = "ukwest"\nsystems =', "its platform's to say"),
        ("systems =", "sistems = []\nsystems =", "unknown setting sistems"),
        ('system = "library"', 'system = "libary"', "not in systems"),
        ("[tags]", "[tags]\nowmer = 1", "tags.owmer"),
    ],
)
def test_what_is_wrong_in_it_is_named(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "production-library.toml"
    path.write_text(OWN.replace(old, new, 1))
    with pytest.raises(UsageError) as refused:
        load(path)
    assert said in str(refused.value)
    assert path.name in str(refused.value)


def test_a_fault_of_the_platform_is_told_as_the_platform_s(folder: Path) -> None:
    below = folder / "production.toml"
    below.write_text(below.read_text().replace("uksouth", "mars"))
    with pytest.raises(UsageError, match=r"production\.toml: region"):
        load(folder / "production-library.toml")


def test_a_stack_does_not_stand_on_one_that_stands_on_another(folder: Path) -> None:
    path = folder / "production-annex.toml"
    path.write_text('platform = "production-library"\nsystems = []\n')
    with pytest.raises(UsageError, match="stands on a platform itself"):
        load(path)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
