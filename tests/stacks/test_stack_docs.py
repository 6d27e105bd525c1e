"""The page for the ICT team says every setting there is, as the program knows it."""

from pathlib import Path

import pytest

from stacks.settings.page import Setting, markdown, settings

PAGE = Path(__file__).parents[2] / "docs" / "stacks.md"


def test_the_page_ends_in_what_the_command_prints() -> None:
    assert PAGE.read_text("utf-8").endswith(f"<!-- settings -->\n{markdown()}")


@pytest.mark.parametrize("setting", settings(), ids=lambda one: f"{one.section}.{one.key}")
def test_every_setting_is_explained_in_a_sentence(setting: Setting) -> None:
    assert setting.meaning.endswith("."), f"{setting.section} {setting.key} has no description"
    assert "|" not in setting.meaning
