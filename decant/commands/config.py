"""`decant config show`: each setting in force, and where it came from."""

import os
from typing import TYPE_CHECKING

import click

from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from decant.rows import SettingRow


@click.group("config", short_help="Show each setting in force and where it came from.")
def COMMAND() -> None:
    """Settings: flags, then environment, workspace, user, system."""


@COMMAND.command("show")
@json_option
@click.pass_obj
def show(app: App, as_json: bool) -> None:
    """Show each value in force and where it came from. Secrets are references, so none is shown."""
    from decant.output import jsonable, show_json, table
    from decant.settings import load

    loaded = load(app.workspace, os.environ)
    values = jsonable(loaded.settings.model_dump(mode="json"))
    rows: list[SettingRow] = []
    for section, content in values.items():
        if isinstance(content, dict):
            rows += [
                {"setting": f"{section}.{key}", "value": value, "from": loaded.origins[f"{section}.{key}"]}
                for key, value in content.items()
            ]
    rows += [
        {
            "setting": f"service {entry['name']}",
            "value": entry["workload"],
            "from": loaded.origins.get("service", ""),
        }
        for entry in values["service"]
    ]
    rows += [
        {
            "setting": f"object_store {entry['name']}",
            "value": f"{entry['kind']} {entry['container']}/{entry['prefix']}",
            "from": loaded.origins.get("object_store", ""),
        }
        for entry in values["object_store"]
    ]
    if as_json:
        show_json("decant.config/1", {"settings": rows})
    else:
        table("Settings", ["setting", "value", "from"], [[r["setting"], r["value"], r["from"]] for r in rows])
