"""The documentation and the commands do not drift apart."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from decant import reference, schema_page
from decant.cli import JOURNEY, cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PLACEHOLDER = re.compile(r"[A-Z][A-Z_]*|…|\.\.\.|NAME/.*")


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert page == reference.markdown(), "write the output of `python -m decant.reference` to docs/commands.md"


def test_the_page_of_schemas_is_the_schemas() -> None:
    listed = (ROOT / "docs" / "json.md").read_text("utf-8").partition("<!-- schemas -->\n")[2]
    assert listed == schema_page.markdown(), (
        "put the output of `decant schema list --markdown` below `<!-- schemas -->`"
    )


def test_every_command_and_option_explains_itself() -> None:
    for words, command in reference.commands():
        assert command.help, words
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{words} {parameter.name}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, left = set(), [ROOT / "README.md"]
    while left:
        page = left.pop()
        if page in reached:
            continue
        reached.add(page)
        links = re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", page.read_text("utf-8"))
        left += [(page.parent / link).resolve() for link in links]
    assert set(PAGES) <= reached


def quoted(page: Path) -> Iterator[str]:
    """Every command line of a page: in its code blocks and in backticks, without comments and prompts."""
    inline = re.compile(r"`([^`\n]+)`")
    text = page.read_text("utf-8")
    fenced = [
        line for block in re.findall(r"^```.*?\n(.*?)^```", text, re.M | re.S) for line in block.splitlines()
    ]
    outside = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    indented = [line for line in outside.splitlines() if line.startswith("    ")]
    for line in (*fenced, *indented, *inline.findall(outside)):
        for part in re.split(r"&&|\||;", line.partition("  #")[0]):
            words = part.strip().removeprefix(".venv/bin/")
            if re.match(r"decant( |$)", words):
                yield words


def wrong_with(line: str) -> str:
    """What a person who types this line would be told; empty where every command and option is there."""
    words = shlex.split(line.split("  ", maxsplit=1)[0])[1:]
    command: click.Command = cli
    options = {text: option for option in cli.params for text in option.opts}
    expects_value = False
    for word in words:
        if word == "--":
            break
        if expects_value:
            expects_value = False
        elif word.startswith("-"):
            name = word.partition("=")[0]
            if name not in {*options, "--help", "-h"}:
                return f"no option {name}"
            option = options.get(name)
            expects_value = isinstance(option, click.Option) and not option.is_flag and "=" not in word
        elif isinstance(command, click.Group) and not PLACEHOLDER.fullmatch(word):
            with click.Context(command) as context:
                found = command.get_command(context, word)
            if found is None:
                return f"no command {word}"
            command = found
            options = {text: option for option in command.params for text in option.opts}
    return ""


def test_the_check_of_quoted_lines_finds_what_is_wrong() -> None:
    assert wrong_with("decant discovr") == "no command discovr"
    assert wrong_with("decant stack preview NAME --jsn") == "no option --jsn"
    assert not wrong_with("decant --workspace demo stack preview NAME --against FILE --json")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_that_is_quoted_works(page: Path) -> None:
    wrong = {line: found for line in quoted(page) if (found := wrong_with(line))}
    assert not wrong


def test_command_lines_are_really_found() -> None:
    found = {line for page in PAGES for line in quoted(page)}
    assert "decant init anytown" in found
    assert len(found) > 40


def test_help_lists_every_command_once_in_the_order_of_the_journey() -> None:
    listed = [name for names in JOURNEY.values() for name in names]
    with click.Context(cli) as context:
        assert sorted(listed) == cli.list_commands(context)


def test_no_short_help_is_cut_at_80_columns() -> None:
    groups = [command for _, command in reference.commands() if isinstance(command, click.Group)]
    for group in (cli, *groups):
        with click.Context(group, terminal_width=80) as context:
            listed = group.get_help(context).partition("Show this message and exit.")[2]
            assert len(listed.splitlines()) > 3
            assert "..." not in listed, listed
