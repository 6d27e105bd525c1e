"""The published shape of every `--json` output: a JSON Schema each, made from the records it carries.

`decant schema show NAME` prints one; `docs/json.md` lists them, and a test holds the two together. A name's number
rises only when a key is removed or changes its meaning; keys may be added at any time.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Literal

from pydantic import ConfigDict, Field, create_model
from pydantic.json_schema import GenerateJsonSchema

from decant import rows
from decant.journeys.importing import Taken
from decant.journeys.needs import Check
from decant.journeys.status import Stage
from decant.schema_output import Output
from decant.schemas_costs import COSTING
from decant.schemas_deciding import DECIDING
from estate.anchors import Anchor
from estate.catalogue.lifecycle import Moved, Product
from estate.records.base import Instant
from estate.records.change import Change
from estate.records.conflict import Accepted, Conflict, Lookalike
from estate.records.dependency import Dependency
from estate.records.estate_map import MapEdge, MapNode
from estate.records.finding import Control, Finding
from estate.records.move import Description
from estate.records.observation import Observation
from estate.records.personal import PersonalData
from estate.records.preview import Estimate, Resource, StackKind
from estate.records.public_report import PublicReport
from estate.records.report import NotSeen, Report
from estate.records.server import Server
from estate.records.usage import Usage
from estate.records.workload import Workload
from inventory.sources.base import Doubt, LeftOut, Part
from practice.load.verify import StreamReport
from stacks.estimate.cap import Cap
from stacks.preview.difference import Change as StackChange
from stacks.separation.base import Way

OUTPUTS: Mapping[str, Output] = {
    "decant.error/1": Output(
        (),
        "What went wrong, of any command with --json that fails.",
        {"error": (rows.ErrorRow, "what, to what, and what to do next")},
    ),
    "decant.status/1": Output(
        ("status",),
        "Where the workspace stands.",
        {
            "workspace": (str, "its folder"),
            "stages": (list[Stage], "each stage of the journey"),
            "next": (str, "the command to type next"),
        },
    ),
    "decant.config/1": Output(
        ("config show",),
        "The settings in force.",
        {"settings": (list[rows.SettingRow], "each value and where it came from; secrets are references")},
    ),
    "decant.doctor/1": Output(
        ("doctor",),
        "What is missing for what.",
        {
            "checks": (list[Check], "each thing that is needed; `ok` is null where it was not looked at"),
            "healthy": (bool, "whether nothing is missing"),
        },
    ),
    "decant.approvers/1": Output(
        ("approvers list",),
        "Who may approve.",
        {
            "approvers": (list[rows.ApproverRow], "each person of `allowed_signers`"),
            "recorded_in_entry": (
                int | None,
                "the ledger entry that notes the file as it is now; null where none does, and nobody can approve",
            ),
        },
    ),
    "decant.hosts/1": Output(
        ("hosts list",),
        "The hosts file, with the keys accepted.",
        {"hosts": (list[rows.HostRow], "each host; no key in `host_keys` means that none was accepted yet")},
    ),
    "decant.discover/1": Output(
        ("discover",),
        "What one discovery found.",
        {
            "servers": (list[Server], "the servers that were read"),
            "unreached": (list[rows.UnreachedRow], "the servers that could not be read"),
            "fresh": (list[rows.FreshRow], "the servers that were left out, as --max-age says"),
            "not_seen": (list[NotSeen], "facts not known, or only in part, and why"),
            "workloads": (list[Workload], "of these servers"),
            "dependencies": (list[Dependency], "of these servers"),
            "personal_data": (
                list[PersonalData] | None,
                "with --personal-data, what the samples held: kinds and counts, never a value; null without it",
            ),
            "seconds": (float, "how long it took"),
        },
    ),
    "decant.observe/1": Output(
        ("observe",),
        "What one run of rounds saw.",
        {
            "every_seconds": (float, "from one round to the next"),
            "rounds": (int, "rounds of this run that were done"),
            "of_rounds": (int, "rounds that were to be"),
            "skipped": (int, "rounds whose time passed while this machine was busy"),
            "stopped": (bool, "whether somebody stopped it before its end"),
            "servers": (
                list[rows.ObservedRow],
                "each server that was to be looked at, with its rounds of this run",
            ),
            "dependencies": (
                list[Dependency],
                "of these servers, from all that is known; their rounds are of all runs",
            ),
            "new": (list[str], "ids of those that were not seen before this run"),
            "usage": (list[Usage], "what these servers use, over all that was observed of them"),
            "left_out": (int, "talk that was not kept, because its server has too many peers"),
            "seconds": (float, "how long it took"),
        },
    ),
    "decant.import/1": Output(
        ("import rvtools", "import azure-migrate", "import csv", "import aws"),
        "What one import took in, or would.",
        {
            "source": (str, "the source's id"),
            "dry_run": (bool, "whether nothing was kept"),
            "rows": (dict[str, int], "`rows` read, `taken` and `left_out`, over all parts"),
            "parts": (list[Part], "each file, sheet, or service and region, and how it ended"),
            "taken": (list[Taken], "each machine that came in, and the server that it is"),
            "left_out": (list[LeftOut], "each row that did not come in, and why"),
            "doubts": (list[Doubt], "each value that could not be read; its row came in without it"),
            "conflicts": (list[Conflict], "values of these servers on which sources differ; the first is shown"),
            "lookalikes": (list[Lookalike], "machines that may be one server and were not joined, and why"),
            "not_seen_again": (list[str], "servers that an earlier import of this source told of"),
        },
    ),
    "decant.conflicts/1": Output(
        ("estate conflicts",),
        "Where sources do not agree.",
        {
            "conflicts": (list[Conflict], "each value on which sources differ; the first is what is shown"),
            "lookalikes": (list[Lookalike], "machines that may be one server and were not joined, and why"),
            "accepted": (list[Accepted], "differences that a person let stand, by whom and why"),
        },
    ),
    "decant.changes/1": Output(
        ("estate changes",),
        "What changed between two dates.",
        {
            "since": (Instant, "the first instant"),
            "until": (Instant, "the last instant"),
            "changes": (list[Change], "each thing that appeared, went, or has another value"),
        },
    ),
    "decant.estate/1": Output(
        ("estate list",),
        "All that is known of the estate.",
        {
            "servers": (list[Server], "every server, reached or not"),
            "workloads": (list[Workload], "every workload"),
            "dependencies": (list[Dependency], "every dependency"),
            "unreached": (list[rows.UnreachedRow], "the servers that could not be read"),
        },
    ),
    "decant.server/1": Output(
        ("estate show",),
        "One server.",
        {
            "server": (Server, "the server"),
            "facts": (dict[str, Observation], "the newest observation of each fact, by the fact's id"),
            "not_seen": (list[NotSeen], "what could not be seen, and why"),
            "conflicts": (list[Conflict], "its values on which sources differ; the first is shown"),
            "workloads": (list[Workload], "its workloads"),
            "dependencies": (list[Dependency], "those that it is an end of"),
            "personal_data": (list[PersonalData], "what samples of its databases and shared trees held"),
        },
    ),
    "decant.map/1": Output(
        ("estate map",),
        "The dependency map as a graph.",
        {
            "nodes": (list[MapNode], "servers with their workloads, and what is outside"),
            "edges": (list[MapEdge], "who talks to whom"),
        },
    ),
    "decant.lifecycle/1": Output(
        ("lifecycle show", "lifecycle refresh"),
        "Until when products are supported.",
        {
            "as_of": (date, "of when the table is"),
            "source": (str, "where it is from"),
            "products": (
                dict[str, Product],
                "each product by its id; `as_of` is null where its dates are the table's",
            ),
            "moved": (list[Moved], "with `refresh`, what differs from the table before"),
            "kept": (list[str], "with `refresh`, products that the source does not know: older dates stay"),
        },
    ),
    **DECIDING,
    **COSTING,
    "decant.preview/1": Output(
        ("stack preview",),
        "What a stack builds and what it costs a month.",
        {
            "stack": (str, "its name"),
            "kind": (StackKind, "what it is for"),
            "settings_sha256": (str, "of the settings file it was made from"),
            "programs_sha256": (str, "of the programs, prices and sizes that made it"),
            "resources": (list[Resource], "every resource; secret inputs are `[secret]`, later ones `[unknown]`"),
            "outputs": (dict[str, Any], "what the stack will give"),
            "estimate": (Estimate, "`monthly_gbp`, `priced_at`, `source`, `lines[]`, `unpriced[]`"),
            "warnings": (list[str], "what a person should know"),
            "example": (bool, "whether it is still sized as the template made it"),
            "seconds": (float, "how long it took"),
            "at": (Instant, "when"),
            "built": (int, "how many of `resources` Azure would hold: no components, no providers"),
            "cap": (Cap, "the budgets that it draws on, what is left of them, and in what ways it is over"),
            "findings": (list[Finding], "what the rules find: failing, waived, and not evaluated"),
            "finding_counts": (dict[str, int], "how many findings ended in each way"),
            "changes": (list[StackChange] | None, "with `--against`: what differs; else null"),
        },
    ),
    "decant.stacks/1": Output(
        ("stack list",),
        "The workspace's stacks.",
        {"stacks": (list[rows.StackRow], "each stack; what was not previewed has no cost")},
    ),
    "decant.separation/1": Output(
        ("stack separation",),
        "Every path between two environments.",
        {
            "environments": (list[rows.EnvironmentRow], "the two, by name"),
            "apart": (bool, "whether no path was found"),
            "paths": (list[Way], "each path, step by step, by what joins them"),
            "said": (list[str], "what both have in common without being joined by it"),
            "unjudged": (list[str], "what cannot be judged"),
        },
    ),
    "decant.outputs/1": Output(
        ("stack outputs",),
        "What a built stack gives.",
        {"stack": (str, "its name"), "outputs": (dict[str, Any], "secret ones are `[secret]`")},
    ),
    "decant.rules/1": Output(("rules list",), "Every rule.", {"rules": (list[rows.RuleRow], "each rule")}),
    "decant.rule/1": Output(
        ("rules show",),
        "One rule.",
        {
            "id": (str, "its id, as `NET-01`"),
            "title": (str, "what it holds against"),
            "severity": (str, "critical, high, medium or low"),
            "enforcement": (str, "mandatory or advisory"),
            "over": (str, "resource, stack or host"),
            "kinds": (list[str], "the kinds of stack that it is for"),
            "looks_at": (list[str], "facts for a rule over hosts, resource types otherwise"),
            "rationale": (str, "why it is there"),
            "remedy": (str, "what to do"),
            "controls": (list[Control], "what it gives evidence for"),
        },
    ),
    "decant.findings/1": Output(
        ("check stack", "check hosts"),
        "What the rules say.",
        {
            "subjects": (list[str], "what was checked"),
            "at": (Instant, "when"),
            "as_of": (Instant | None, "when the oldest of what was judged was recorded; null where nothing was"),
            "counts": (dict[str, int], "findings by status"),
            "findings": (list[Finding], "one a rule and subject"),
            "uncovered": (dict[str, int], "how many resources there are of each type that no rule speaks of"),
            "notes": (list[str], "what a reader should know"),
        },
    ),
    "decant.description/1": Output(
        ("move --describe",),
        "What a move would do.",
        {"description": (Description, "what an approval binds to")},
    ),
    "decant.move/1": Output(
        ("move", "cutover", "rollback", "accept", "cancel"),
        "The move that was worked on.",
        {"move": (rows.MoveRow, "where it stands now")},
    ),
    "decant.moves/1": Output(
        ("moves",),
        "Where every move stands.",
        {
            "moves": (list[rows.MoveRow], "each move, the oldest first"),
            "detail": (rows.MoveDetail | None, "of the one move that was named; else null"),
        },
    ),
    "decant.paper/1": Output(
        ("plan report",),
        "The committee's paper, as files.",
        {
            "edition": (Literal["full", "public"], "`public` names nothing"),
            "files": (list[rows.PaperRow], "each file that was written"),
            "blanks": (int, "places that a person must write"),
            "possible": (bool, "whether the plan keeps every rule"),
        },
    ),
    "decant.report/1": Output(
        ("report",),
        "The report, with the file it was written to.",
        {"path": (str, "the HTML file"), "report": (Report, "everything it says")},
    ),
    "decant.public-report/1": Output(
        ("report --public",),
        "The public edition, with the file it was written to.",
        {"path": (str, "the HTML file"), "report": (PublicReport, "everything it says")},
    ),
    "decant.evidence/1": Output(
        ("evidence verify",),
        "What a check of the ledger found.",
        {
            "holds": (bool, "true; a ledger that does not hold is a `decant.error/1` and exit code 1"),
            "entries": (int, "how many"),
            "head": (str, "hash of the last entry"),
            "anchors": (int, "how many anchors were compared"),
            "anchored_sequence": (int | None, "the last entry that an anchor covers"),
            "anchored_at": (Instant | None, "when that anchor was made"),
            "elsewhere_sequence": (int | None, "the last entry that an anchor kept outside the workspace covers"),
            "public_key_given": (bool, "whether a public key kept elsewhere was used"),
        },
    ),
    "decant.anchor/1": Output(
        ("evidence anchor",),
        "The head of the ledger that was anchored.",
        {"anchor": (Anchor | None, "null where the ledger is empty")},
    ),
    "decant.schemas/1": Output(
        ("schema list",),
        "Every schema.",
        {"schemas": (list[rows.SchemaRow], "each with the commands that print it")},
    ),
    "decant.practice-status/1": Output(
        ("practice status",),
        "Each host of the practice estate.",
        {"estate": (str, "its name"), "hosts": (list[rows.PracticeHostRow], "each host")},
    ),
    "decant.load/1": Output(
        ("practice load verify",),
        "What became of the writes.",
        {
            "lost": (int | None, "acknowledged writes that are not there; null where it could not be told"),
            "running": (bool, "whether the writer still runs"),
            "run": (str, "marks what this writer wrote"),
            "streams": (list[StreamReport], "one a service that is written to"),
            "at": (Instant, "when"),
        },
    ),
}


class _Printed(GenerateJsonSchema):
    """Schemas of what is printed: every key is there, also one that has a default."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        del field, total
        return True


@cache
def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one output of `OUTPUTS`.

    Every key is always printed; keys that it does not name may be there too. Raises `KeyError` for a name that is
    not in `OUTPUTS`.
    """
    output = OUTPUTS[name]
    fields: dict[str, Any] = {key: (kind, Field(description=about)) for key, (kind, about) in output.keys.items()}
    fields["schema_"] = (Literal[name], Field(alias="schema"))
    model = create_model("Output", __config__=ConfigDict(extra="allow", title=name), **fields)
    found: dict[str, Any] = model.model_json_schema(by_alias=True, mode="serialization", schema_generator=_Printed)
    header = {"$schema": "https://json-schema.org/draft/2020-12/schema", "description": output.about}
    return {**header, **_open(found)}


def _open(node: Any) -> Any:
    """The same schema, without the refusal of keys that are added later."""
    if isinstance(node, dict):
        return {k: _open(v) for k, v in node.items() if (k, v) != ("additionalProperties", False)}
    return [_open(value) for value in node] if isinstance(node, list) else node
