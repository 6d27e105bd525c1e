"""The example pipelines: their commands are Decant's, they hold no secret, and a pull request gets no token."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.decant.test_docs import wrong_with

FOLDER = Path(__file__).parents[2] / "docs/pipelines"
GITHUB, AZURE = FOLDER / "github-actions.yml", FOLDER / "azure-pipelines.yml"
PINNED = re.compile(r"[\w-]+/[\w-]+@v\d+")


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def scripts(node: Any) -> Iterator[str]:
    """Every shell script of a pipeline, however deep."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("run", "script", "inlineScript") and isinstance(value, str):
                yield value
            else:
                yield from scripts(value)
    elif isinstance(node, list):
        for one in node:
            yield from scripts(one)


def commands(path: Path) -> list[str]:
    lines = [line.strip() for script in scripts(read(path)) for line in script.splitlines()]
    return [line for line in lines if line.startswith("decant ")]


@pytest.mark.parametrize("path", [GITHUB, AZURE], ids=lambda path: path.stem)
def test_every_command_of_decant_in_it_exists(path: Path) -> None:
    found = commands(path)
    words = {tuple(line.split()[1:3]) for line in found}
    assert {("stack", "preview"), ("check", "stack"), ("stack", "separation"), ("stack", "up")} <= words
    assert {line: wrong for line in found if (wrong := wrong_with(line))} == {}


@pytest.mark.parametrize("path", [GITHUB, AZURE], ids=lambda path: path.stem)
def test_no_secret_is_stored_for_it(path: Path) -> None:
    text = path.read_text()
    assert "secrets." not in text
    assert not re.search(r"(?i)password|passphrase|client.?secret|access.?token", text)


def test_a_pull_request_on_github_gets_no_token_and_building_waits_for_a_person() -> None:
    made = read(GITHUB)
    assert made["permissions"] == {"contents": "read"}
    preview, build = made["jobs"]["preview"], made["jobs"]["build"]
    assert "permissions" not in preview
    assert "environment" not in preview
    assert preview["if"] == "github.event_name == 'pull_request'"
    assert "pull_request_target" not in GITHUB.read_text()
    assert build["permissions"] == {"contents": "read", "id-token": "write"}
    assert build["environment"] == "production"
    used = [step["uses"] for job in (preview, build) for step in job["steps"] if "uses" in step]
    assert all(PINNED.fullmatch(one) for one in used)
    checkouts = [step for job in (preview, build) for step in job["steps"] if "checkout" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_azure_devops_builds_only_from_main_in_an_environment() -> None:
    preview, build = read(AZURE)["stages"]
    assert "refs/heads/main" in build["condition"]
    assert build["jobs"][0]["environment"] == "production"
    assert "AzureCLI" not in str(preview)
