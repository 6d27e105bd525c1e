"""Settings as `decant init` writes them, and the previews of them, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from estate.records.preview import Preview
from stacks.kinds import KINDS
from stacks.preview.stack import preview_stack
from stacks.settings.file import template

WriteSettings = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteSettings:
    """Writes a template as a settings file, with `old=new` replacements, and returns its path."""

    def written(kind: str = "production", *changes: tuple[str, str], name: str | None = None) -> Path:
        text = template(name or kind, kind)
        for old, new in changes:
            assert old in text, f"the template has no {old!r}"
            text = text.replace(old, new, 1)
        path = tmp_path / f"{name or kind}.toml"
        path.write_text(text, "utf-8")
        return path

    return written


@pytest.fixture(scope="session")
def previews(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Preview]:
    """The shipped stack of each kind, previewed as it stands."""
    folder = tmp_path_factory.mktemp("stacks")
    made = {}
    for kind in KINDS:
        path = folder / f"{kind}.toml"
        path.write_text(template(kind, kind), "utf-8")
        made[kind] = preview_stack(path)
    return made
