"""Runs the stacks' program under Pulumi's own mocks, as unit tests of Pulumi programs do. In a process of its own.

`python -m benchmarks.mocked SETTINGS [--no-collector]` prints how many resources were registered.
"""

import gc
import sys
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("settings", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--no-collector", is_flag=True, help="Without Python's garbage collector, as Decant's preview runs it."
)
def main(settings: Path, no_collector: bool) -> None:
    """Run the program over one settings file."""
    if no_collector:
        gc.disable()
    import runpy  # noqa: PLC0415 - after the collector is off, so that it holds for everything

    import pulumi  # noqa: PLC0415
    from pulumi import runtime  # noqa: PLC0415
    from pulumi.runtime.stack import run_pulumi_func  # noqa: PLC0415
    from pulumi.runtime.sync_await import _sync_await  # noqa: PLC0415

    from stacks.preview.stack import placeholders  # noqa: PLC0415
    from stacks.settings.file import load  # noqa: PLC0415

    registered: list[str] = []

    class Mocks(pulumi.runtime.Mocks):
        """Answers as Decant's monitor does: plain inputs come back."""

        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
            """Take note of a resource."""
            registered.append(args.name)
            plain = {
                key: value for key, value in args.inputs.items() if isinstance(value, str | int | float | bool)
            }
            return f"{args.name}-id", plain

        def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
            """Nothing is asked."""
            del args
            return {}, None

    def program() -> None:
        runpy.run_path(str(Path(__file__).parents[1] / "stacks" / "__main__.py"), run_name="__main__")

    pulumi.runtime.set_mocks(Mocks(), project="decant", stack=settings.stem, preview=True)
    hidden = placeholders(load(settings))
    runtime.set_all_config({"decant:settings": str(settings.resolve()), **hidden}, sorted(hidden))
    _sync_await(run_pulumi_func(program))
    click.echo(len(registered))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
