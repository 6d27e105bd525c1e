"""`decant doctor`: what is missing, and for which command."""

import click

from decant.app import App
from decant.output import json_option


@click.command("doctor", short_help="Say what is missing, and for which command.")
@click.option("--offline", is_flag=True, help="Look at this machine and the workspace only; reach no host.")
@json_option
@click.pass_obj
def COMMAND(app: App, offline: bool, as_json: bool) -> int:
    """Say what is missing for which command: programs, rights, the workspace's files, and each host.

    Changes nothing. Exit 0 where all is there, 1 where something is missing, 3 where a host was not reached, 4
    where a host's key is not the accepted one.
    """
    from decant.journeys.doctor import examine
    from decant.output import next_step, say, show_json, table
    from estate.errors import worst

    checks = examine(app, offline)
    missing = [check for check in checks if check.ok is False]
    code = worst(check.code for check in missing)
    if as_json:
        show_json("decant.doctor/1", {"checks": checks, "healthy": not missing})
        return code
    words = {True: "there", False: "MISSING", None: "not checked"}
    table(
        "What Decant needs",
        ["what", "for", "state", "found"],
        [[check.what, check.needed_for, words[check.ok], check.found] for check in checks],
    )
    for check in missing:
        say(f"{check.what}: {check.remedy}")
    if missing:
        say(f"{len(missing)} of {len(checks)} are missing; what does not need them works")
    next_step("decant status", "see where the workspace stands")
    return code
