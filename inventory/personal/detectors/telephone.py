"""British telephone numbers, by the numbering plan that the library phonenumbers carries."""

import re

from inventory.personal.detectors.base import THINGS, Detector, Example, words


def check(text: str) -> float:
    """Whether the numbering plan has such a number. Ofcom's numbers for drama are in no plan and count for less."""
    # Its tables take a tenth of a second to load: only where a candidate is there to be checked.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text.replace("(0)", ""), "GB")
    except phonenumbers.NumberParseException:
        return 0.0
    if number.country_code != 44 or not phonenumbers.is_possible_number(number):
        return 0.0
    grouped = not text.isdigit()
    if phonenumbers.is_valid_number(number):
        # A bare mobile number tells itself rather than any other row of eleven digits.
        return 0.65 if grouped else 0.5 if text.startswith("07") else 0.45
    return 0.25


DETECTOR = Detector(
    id="telephone",
    title="Telephone number",
    category="contact details",
    pattern=re.compile(
        r"(?<![\w.:/+-])(?:\(?\+44\)?[ -]?(?:\(0\))?[ -]?|0044[ -]?|\(0|0)[1-9]\d{1,4}\)?(?:[ -]?\d{2,6}){1,3}(?![\w-]|\.\d)"
    ),
    check=check,
    named=words(
        "phones?|phone ?no|telno|mobno|handset|tele?phones?|tel(?: ?no)?|mob(?:iles?)?|cell|contact(?: (?:number|no))?|fax|"
        "landline|(?:tele)?phone (?:number|no)|call|ring|whats ?app|message|voicemail|dial|text|sms"
    ),
    other=words(f"{THINGS}|meter|account|barcode|number plate|id|isbn|imei"),
    passing=(
        Example("020 7946 0018"),
        Example("07911123456", "mobile"),
        Example("ring +44 (0)161 496 0000 after six"),
        Example("07700 900123", "phone"),
    ),
    failing=(
        Example("07700 900123"),
        Example("07911123456", "order_ref"),
        Example("01234"),
        Example("Ref 0161 496 0000"),
        Example("192.168.01.20"),
    ),
    chance=0.6,
    limits="numbers of other countries are not looked for",
)
