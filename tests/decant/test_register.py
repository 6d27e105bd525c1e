"""The draft for the record of processing: what it says, and that a person's work on it is never overwritten."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decant.app import App
from decant.journeys import personal
from estate.records.facts.postgresql import PostgresCluster, PostgresDatabase, Postgresql
from estate.records.observation import Outcome
from estate.records.personal import NotLookedAt, PersonalData, PersonalKind, PersonalPlace
from inventory.personal.register import entry
from tests.decant.face import decant
from tests.inventory.estates import AT, server


def found(name: str = "housing", where: str = "public.tenants.nhs_number") -> PersonalData:
    return PersonalData(
        id="db/postgres/housing",
        server="db",
        source="postgres",
        name=name,
        outcome=Outcome.KNOWN,
        sample="up to 500 rows of each table",
        places=(
            PersonalPlace(
                where=where,
                looked_at=500,
                of_about=9000,
                bytes=5000,
                found=(PersonalKind(kind="nhs_number", matches=498, confidence="high"),),
            ),
        ),
        not_looked_at=(NotLookedAt(what="views", count=2, reason="what they show is in tables"),),
        at=AT,
    )


def test_the_draft_says_what_is_known_and_leaves_to_a_person_what_only_a_person_can_state() -> None:
    databases = (PostgresDatabase(name="housing", owner="o"),)
    settings = {"ssl": "on", "password_encryption": "md5"}
    clusters = (PostgresCluster(port=1, version="15", databases=databases, settings=settings),)
    facts = server("db", postgresql=Postgresql(clusters=clusters))
    draft = tomllib.loads(entry(found(), facts, "Anytown Council"))
    assert draft["activity"]["controller"] == "Anytown Council"
    for key in ("purpose", "lawful_basis", "recipients", "transfers", "retention", "contact"):
        assert draft["activity"][key] == ""
    assert draft["people"]["to_be_confirmed"] == ["tenants"]
    assert draft["data"]["categories"] == ["health identifiers"]
    assert draft["data"]["found"][0]["where"] == "public.tenants.nhs_number"
    assert draft["security"]["encrypted_connections"] == "on"
    assert draft["security"]["password_hashes"] == "md5"
    assert draft["security"]["firewall"] == "not known: never read"
    assert draft["sample"]["not_looked_at"][0]["count"] == 2


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_name_breaks_the_draft(name: str) -> None:
    draft = tomllib.loads(entry(found(name, name), None, name))
    assert draft["data"]["found"][0]["where"] == name


@pytest.fixture
def app(tmp_path: Path) -> App:
    assert decant("init", "anytown", at=tmp_path).code == 0
    return App(start=tmp_path / "anytown")


def test_a_draft_is_written_anew_until_a_person_changes_it_and_never_after(app: App) -> None:
    written, edited = personal._drafts(app, [found()], {})
    assert (len(written), edited) == (1, [])
    assert personal._drafts(app, [found(where="public.tenants.chi")], {})[0] == written
    assert "public.tenants.chi" in written[0].read_text()
    text = written[0].read_text().replace('purpose = ""', 'purpose = "letting homes"')
    written[0].write_text(text)
    assert personal._drafts(app, [found()], {}) == ([], written)
    assert written[0].read_text() == text


def test_a_source_in_which_nothing_was_found_gets_no_draft(app: App) -> None:
    assert personal._drafts(app, [found().model_copy(update={"places": ()})], {}) == ([], [])


def test_what_was_found_stays_where_a_later_look_could_not_look(app: App) -> None:
    personal._keep(app, "db", [found()])
    unread = found().model_copy(update={"id": "db/postgres", "outcome": Outcome.FAILED, "places": ()})
    personal._keep(app, "db", [unread])
    assert {one.id for one in app.store.all(PersonalData)} == {"db/postgres", "db/postgres/housing"}
    other = found().model_copy(update={"id": "db/postgres/other"})
    personal._keep(app, "db", [other])
    assert [one.id for one in app.store.all(PersonalData)] == ["db/postgres/other"]
    app.close()
