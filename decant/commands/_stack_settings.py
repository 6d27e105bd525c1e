"""`decant stack settings`: every setting that a stack's file may have."""

import click


@click.command("settings", short_help="Show every setting of a stack's file.")
@click.option("--markdown", is_flag=True, help="Write them as the page docs/stacks.md has them.")
def COMMAND(markdown: bool) -> None:
    """Show every setting that a stack's file may have, with its default and its meaning."""
    from decant.output import table
    from stacks.settings import page

    if markdown:
        click.echo(page.markdown(), nl=False)
        return
    table(
        "Settings of a stack",
        ("section", "key", "default", "meaning"),
        [
            (one.section.replace("`", "") or "at the top", one.key, one.default.strip("`") or "none", one.meaning)
            for one in page.settings()
        ],
    )
