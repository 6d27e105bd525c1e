"""The stages of the demo that need no servers: the practice estate, as it was recorded."""

from importlib.resources import files
from pathlib import Path

from decant.journeys.demo import Demo, Stage, init
from decant.journeys.on_servers import assess, check, discover, plan, preview, report
from practice.handover import hosts_toml, settings_toml

LEFT_OUT = (
    "Starting the practice estate, and the writer: needs root on Linux.",
    "Reading servers: what was read comes from transcripts of the practice estate that ship with Decant.",
    "Moving the shared drive and the database, cutover, rollback, and the proof that no write was lost.",
)


def stages() -> tuple[Stage, ...]:
    """Everything that needs no servers, in order."""
    return (
        Stage("Make a workspace", _workspace),
        Stage("Discover, from recorded transcripts", lambda demo: discover(demo, "--replay", str(transcripts()))),
        Stage("Assess each server", assess),
        Stage("Plan the waves", plan),
        Stage("Preview production and test", preview),
        Stage("Check stacks and hosts against the rules", check),
        Stage("Report, and check the evidence", report),
    )


def transcripts() -> Path:
    """The folder of transcripts of the practice estate."""
    return Path(str(files("practice").joinpath("transcripts")))


def _workspace(demo: Demo) -> str:
    init(demo, "Practice Borough Council")
    nowhere = demo.workspace.state / "no-key-is-needed"
    demo.workspace.hosts.write_text(hosts_toml(nowhere), "utf-8")
    with demo.workspace.settings.open("a", encoding="utf-8") as settings:
        settings.write("\n" + settings_toml(nowhere))
    return demo.workspace.root.name
