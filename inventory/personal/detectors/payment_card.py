"""Payment cards: length and first digits of a known scheme, and the Luhn check digit (ISO/IEC 7812)."""

import re

from stdnum import luhn

from inventory.personal.detectors.base import THINGS, Detector, Example, words

_SCHEMES = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(?:6011|65\d{2}|64[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}"
)


def check(text: str) -> float:
    """By scheme, length and check digit; digits in a card's groups say more than a bare row of them."""
    number = re.sub(r"[ -]", "", text)
    if not _SCHEMES.fullmatch(number) or not luhn.is_valid(number):
        return 0.0
    grouped = re.fullmatch(r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{5}", text)
    return 0.8 if grouped else 0.55


DETECTOR = Detector(
    id="payment_card",
    title="Payment card number",
    category="financial details",
    pattern=re.compile(r"(?<![\w.-])\d(?:[ -]?\d){11,18}(?![\w-]|\.\d)"),
    check=check,
    named=words("cards?|card (?:number|no|num)|pan|visa|mastercard|amex|credit card|debit card|cc"),
    other=words(f"{THINGS}|isbn|ean|barcode|imei|mpan|meter|library|iccid|sim|loyalty|id|bus pass|borrower"),
    passing=(
        Example("4111 1111 1111 1111", "card"),
        Example("4929 4213 1166 0086"),
        Example("paid by 5555-5555-5555-4444 at the desk"),
        Example("378282246310005", "card_number"),
    ),
    failing=(
        Example("4111 1111 1111 1112", "card"),
        Example("4929421311660086", "tracking_ref"),
        Example("0000000000000000", "card"),
        Example("9999421311660080"),
        Example("20261122091500"),
    ),
    chance=0.1,
    limits="one long number in ten passes the check digit by chance",
)
