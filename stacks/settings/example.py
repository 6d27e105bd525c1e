"""Whether a stack is still the example that its template is."""

import tomllib

from stacks.settings.file import template
from stacks.settings.whole import StackSettings


def is_example(settings: StackSettings) -> bool:
    """Whether its machines, databases and assumptions are all those that the template of its kind gives."""
    given = StackSettings.model_validate(tomllib.loads(template("example", settings.kind)))
    return (settings.targets, settings.assumptions) == (given.targets, given.assumptions)
