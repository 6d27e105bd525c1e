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

    Changes nothing. Exit 0 where all is there, 1 where something is missing, 2 where a file is not right, 3 where
    a host was not reached, 4 where a host's key is not the accepted one.
    """
    from decant.journeys.doctor import by_cause, examine
    from decant.journeys.status import standing
    from decant.output import listing, next_step, say, show_json, table
    from estate.errors import worst

    checks = examine(app, offline)
    missing = [check for check in checks if check.ok is False]
    code = worst(check.code for check in missing)
    if as_json:
        show_json("decant.doctor/1", {"checks": checks, "healthy": not missing})
        return code
    causes = by_cause(checks)
    wanting = [(what, check) for what, check in causes if not check.ok]
    if wanting:
        table(
            "What is missing, or was not checked",
            ["what", "for", "state", "found"],
            [
                [what, check.needed_for, "not checked" if check.ok is None else "MISSING", check.found]
                for what, check in sorted(wanting, key=lambda each: each[1].ok is None)
            ],
        )
    right = [check.what for check in checks if check.ok]
    if right:
        listing(f"{len(right)} of {len(checks)} are there (--json has what was found)", [", ".join(right)])
    told = [(what, check) for what, check in causes if check.ok is False]
    for what, check in told:
        say(f"{what}: {check.remedy}" + (" (optional)" if check.optional else ""))
    if missing:
        say(f"{len(missing)} of {len(checks)} are missing; what does not need them works")
    first = next(((what, check) for what, check in told if not check.optional), None)
    if first is not None:
        next_step(first[1].remedy, f"{first[0]}, for {first[1].needed_for}")
    elif any(check.what == "workspace" and check.ok for check in checks):
        then = standing(app)
        next_step(then.next, then.why)
    else:
        next_step("decant init", "make a workspace")
    return code
