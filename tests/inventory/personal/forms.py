"""One set of planted values in every form that a file can have."""

import base64
import io
import json
import zipfile
from email.message import EmailMessage

import openpyxl

NI, NHS, POSTCODE, EMAIL = "JK563412C", "401 023 2137", "LS1 4DY", "planted.person@example.org"
PHONE, BORN, CARD, IBAN = "0161 496 0123", "1961-03-27", "4929 4213 1166 0086", "GB82 WEST 1234 5698 7654 32"
UPRN = "100023336956"
PLANTED = (NI, NHS, POSTCODE, EMAIL, PHONE, BORN, CARD, IBAN, UPRN)
KINDS = {
    *("ni_number", "nhs_number", "postcode", "email", "telephone", "date_of_birth"),
    *("payment_card", "bank_account", "uprn"),
}
HEADER = ("ni_number", "nhs_number", "postcode", "email", "phone", "date_of_birth", "card", "iban", "uprn")
TEXT = "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in zip(HEADER, PLANTED, strict=True)) + "\n"


def office(member: str, body: str) -> bytes:
    """A zip archive with one part, as office documents are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, body)
    return out.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADER))
    sheet.append(list(PLANTED))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.net", "b@example.net", "hello"
    message.set_content(TEXT, cte="base64")
    return message.as_bytes()


def docx(body: str) -> bytes:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    lines = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in body.splitlines())
    return office("word/document.xml", f'<w:document xmlns:w="{w}"><w:body>{lines}</w:body></w:document>')


def odt(body: str) -> bytes:
    t = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    lines = "".join(f"<t:p>{line}</t:p>" for line in body.splitlines())
    return office("content.xml", f'<d xmlns:t="{t}">{lines}</d>')


_ROW = ",".join(f'"{value}"' for value in PLANTED)
_TABLE = f"{','.join(HEADER)}\n" + f"{_ROW}\n" * 3
FORMS: dict[str, bytes] = {
    "txt": TEXT.encode(),
    "csv": _TABLE.encode(),
    "tsv": _TABLE.replace('"', "").replace(",", "\t").encode(),
    "json": json.dumps([dict(zip(HEADER, PLANTED, strict=True))], indent=1).encode(),
    "xml": ("<r>" + "".join(f"<{n}>{v}</{n}>" for n, v in zip(HEADER, PLANTED, strict=True)) + "</r>").encode(),
    "html": (
        "<table>" + "".join(f"<tr><th>{n}</th><td>{v}</td></tr>" for n, v in zip(HEADER, PLANTED, strict=True))
    ).encode(),
    "eml": mail(),
    "docx": docx(TEXT),
    "odt": odt(TEXT),
    "ods": odt(TEXT),
    "xlsx": workbook(),
}
ENCODED = {
    "utf-16": TEXT.encode("utf-16"),
    "utf-8 with a mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "Windows": ("Café £5\n" + TEXT).encode("cp1252"),
}


def spellings(value: str) -> set[bytes]:
    """How a planted value might lie in a file."""
    plain = value.encode()
    bare = value.replace(" ", "").encode()
    return {
        plain,
        bare,
        base64.b64encode(plain)[:-4],
        plain.lower(),
        value.encode("utf-16-le"),
        plain.hex().encode(),
    }
