"""The public edition: canaries in every field of the full report, and none of them gets out."""

import re
import types
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from decant.journeys.public import named_in, public
from estate.documents.public_report import public_html
from estate.records.report import Report
from estate.store import Store, sqlite_url
from tests.decant.face import decant
from tests.estate.documents.reports import small

R = TypeVar("R", bound=BaseModel)
AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
PUBLISHED = {
    "Report.council",
    "Report.left_out",
    "Support.product",
    "Support.version",
    "FrameworkState.name",
    "FrameworkState.version",
    "LedgerState.head",
    "Outdated.assessments",
    "Outdated.checks",
    "Outdated.costs",
    "Outdated.plan",
}
"""Text that the public edition is meant to carry: the council's own, products, frameworks, a hash, and what is old."""


def test_nothing_gets_out_that_was_not_named() -> None:
    full = filled(Report)
    shown = public(full)
    told = set(re.findall(r"canary:([\w.]+)", public_html(shown) + shown.model_dump_json()))
    assert told == PUBLISHED


def test_every_text_of_every_record_had_a_canary() -> None:
    planted = set(re.findall(r"canary:([\w.]+)", filled(Report).model_dump_json()))
    assert {"Server.address", "Workload.detail", "Move.id", "Move.started_by", "Finding.observed"} <= planted
    assert {"Dependency.process", "Residue.name", "Check.source", "Plan.not_moving", "Unpriced.why"} <= planted
    assert len(planted) > 80


def test_no_port_or_finding_gets_out() -> None:
    full = small()
    text = public_html(public(full)) + public(full).model_dump_json()
    for told in ("5432", "HC-01", "in support</", "db-legacy", "10.99.1.12", "reports", "asmith", "Revenues"):
        assert told not in text


def test_moves_are_numbered_and_support_is_by_product() -> None:
    shown = public(small())
    assert [move.name for move in shown.moves] == ["move 1"]
    assert [(p.product, p.version, p.servers, p.until) for p in shown.products] == [
        ("debian", "11", 1, date(2026, 8, 31))
    ]


def test_a_sentence_that_names_a_server_is_noticed_and_one_that_does_not_is_let_through() -> None:
    assert named_in(small(), ("Moving db-legacy, of course.",)) == "db-legacy"
    assert named_in(small(), ("Moving the databases.",)) == ""


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Moving DB-LEGACY at office.", "db-legacy"),
        ("Moving reports-db, late.", "reports-db"),
        ("What Revenues asked for.", "Revenues"),
        ("What was started by ASmith.", "asmith"),
        ("Agreed with first.person there.", "first.person"),
        ("Moving 10.99.1.12 alone.", "10.99.1.12"),
        ("In 10 days the production stack is built.", ""),
    ],
)
def test_a_sentence_names_nobody_in_whatever_case_and_nothing_by_its_short_name(sentence: str, name: str) -> None:
    assert named_in(small(), (sentence,), people=("first.person",)) == name


def test_people_and_services_of_the_workspace_s_files_are_names_too(tmp_path: Path) -> None:
    assert decant("init", "anytown", at=tmp_path).code == 0
    root = tmp_path / "anytown"
    service = '[[service]]\nname = "rents.internal.example"\nworkload = "db/postgres/rents"\n'
    (root / "decant.toml").write_text(f'[workspace]\noperator = "first.person"\n{service}')
    key = "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
    (root / "allowed_signers").write_text(f"second.person@anytown.example ssh-ed25519 {key}\n")
    for said in (
        "First.Person was away.",
        "RENTS stays.",
        "second.person@anytown.example signs.",
        "Second.Person.",
    ):
        refused = decant("report", "--public", "--left-out", said, at=root)
        assert (refused.code, "--left-out names" in refused.err) == (2, True), said


def test_the_command_writes_it_and_refuses_a_sentence_that_names_a_server(tmp_path: Path) -> None:
    assert decant("init", "anytown", at=tmp_path).code == 0
    store = Store.open(sqlite_url(tmp_path / "anytown/.decant/estate.db"))
    store.put(*small().servers, *small().workloads)
    store.close()
    said = decant("report", "--public", "--left-out", "The website was not moved.", at=tmp_path / "anytown")
    assert said.code == 0, said.err
    page = Path(said.out.strip())
    assert "The website was not moved." in page.read_text("utf-8")
    text = page.read_text("utf-8") + page.with_suffix(".json").read_text("utf-8")
    assert "db-legacy" not in text
    refused = decant("report", "--public", "--left-out", "Moving db-legacy.", at=tmp_path / "anytown")
    assert refused.code == 2
    assert "--left-out names db-legacy" in refused.err


def filled(record: type[R]) -> R:
    """A record whose every text is a canary that says where it stood."""
    return record.model_validate(
        {
            name: _value(field.annotation, f"{record.__name__}.{name}")
            for name, field in record.model_fields.items()
        }
    )


def _value(kind: Any, where: str) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _value(inside[0], where)
    if origin in (Union, types.UnionType):
        return _value(next(one for one in inside if one is not type(None)), where)
    if origin is Literal:
        # Of the reports' own choices, the one that has most to hide.
        return "legacy" if "legacy" in inside else inside[0]
    if origin is tuple:
        return (_value(inside[0], where),)
    if origin is dict:
        return {f"canary:{where}": _value(inside[1], where)}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return filled(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    simple = {datetime: AT, date: AT.date(), bool: True, int: 48613, float: 48613.5}
    return simple.get(kind, f"canary:{where}")
