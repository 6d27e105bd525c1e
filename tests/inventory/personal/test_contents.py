"""What is read of a file: every form that the page names, and nothing that does harm."""

import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.personal import contents
from tests.inventory.personal import forms


@pytest.mark.parametrize("kind", forms.FORMS)
def test_every_planted_kind_is_found_in_every_form(kind: str) -> None:
    found = {one.kind for one in contents.found_in(contents.read(forms.FORMS[kind], kind))}
    assert found >= forms.KINDS


@pytest.mark.parametrize("encoding", forms.ENCODED)
def test_text_is_read_in_the_encodings_that_people_use(encoding: str) -> None:
    found = {one.kind for one in contents.found_in(contents.read(forms.ENCODED[encoding], "txt"))}
    assert found >= forms.KINDS


def test_a_table_without_a_heading_is_looked_into_all_the_same() -> None:
    rows = forms.FORMS["csv"].split(b"\n", 1)[1]
    found = {one.kind for one in contents.found_in(contents.read(rows, "csv"))}
    assert {"email", "ni_number", "bank_account", "payment_card"} <= found


def test_bytes_that_are_no_text_are_binary_whatever_the_name_says() -> None:
    assert contents.read(b"\x00\x01\x02" * 100, "txt").problem == "binary"
    assert contents.read(bytes(range(1, 32)) * 100, "csv").problem == "binary"


def test_a_document_that_swells_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (contents.UNPACKED + 1))
    begun = time.monotonic()
    assert contents.read(out.getvalue(), "docx").problem == "too large when unpacked"
    assert time.monotonic() - begun < 1


def test_a_document_whose_size_is_a_lie_is_damaged() -> None:
    data = bytearray(forms.docx("x" * 100_000))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert contents.read(bytes(data), "docx").problem


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    assert contents.read(forms.office("content.xml", bomb), "odt").problem == "damaged"


@pytest.mark.parametrize("kind", ["docx", "xlsx", "odt"])
def test_what_is_no_archive_is_damaged(kind: str) -> None:
    assert contents.read(b"no archive", kind).problem


@given(st.binary(max_size=600), st.sampled_from(sorted(contents.TEXTS | contents.OFFICE | {""})))
def test_no_bytes_break_a_reader(data: bytes, kind: str) -> None:
    read = contents.read(data, kind)
    if not read.problem:
        contents.found_in(read)


@given(st.data())
def test_no_broken_document_breaks_a_reader(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["docx", "xlsx", "odt", "eml", "xml", "html"]))
    whole = bytearray(forms.FORMS[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read = contents.read(bytes(whole), kind)
    if not read.problem:
        contents.found_in(read)


def test_neither_content_nor_sample_shows_a_value_when_printed() -> None:
    assert forms.NI not in repr(contents.read(forms.FORMS["txt"], "txt"))
