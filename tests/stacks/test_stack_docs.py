"""The page for the ICT team says every setting there is, as the program knows it."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from stacks.sections import AdminGroup, StackSettings
from stacks.targets import Disk, Postgres, Section, Vm

PAGE = Path(__file__).parents[2] / "docs" / "stacks.md"
SECTIONS = [
    model
    for model in (field.annotation for field in StackSettings.model_fields.values())
    if isinstance(model, type) and issubclass(model, Section)
]


@pytest.mark.parametrize("model", [*SECTIONS, AdminGroup, Vm, Disk, Postgres], ids=lambda model: model.__name__)
def test_every_setting_is_on_the_page(model: type[BaseModel]) -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    for key, field in model.model_fields.items():
        assert field.description, f"{model.__name__}.{key} has no description"
        row = [
            line for line in lines if line.startswith(f"| `{key}` |") and line.endswith(f"| {field.description} |")
        ]
        assert row, f"docs/stacks.md does not describe {key} as the program does"
