"""Bank accounts: a sort code with an account number, or a British IBAN."""

import re

from stdnum import iban

from inventory.personal.detectors.base import Detector, Example, words

_PAIR = re.compile(r"(\d{2})[ -]?(\d{2})[ -]?(\d{2})\D{1,24}\d{8}")


def check(text: str) -> float:
    """An IBAN by its check digits; a sort code beside an account number; either alone says little."""
    if text[:2].upper() == "GB":
        return 0.9 if iban.is_valid(text) else 0.0
    pair = _PAIR.fullmatch(text)
    if pair:
        # Two digits, a month and two digits are rather a date and a number.
        date = 1 <= int(pair[2]) <= 12 and 1 <= int(pair[1]) <= 31
        return 0.2 if date else 0.5
    return 0.2 if len(set(text)) > 2 else 0.0


DETECTOR = Detector(
    id="bank_account",
    title="Bank account or sort code",
    category="financial details",
    pattern=re.compile(
        r"(?<![\w-])(?:GB\d{2}(?: ?[A-Z]{4})(?: ?\d){14}|\d{2}-\d{2}-\d{2}[ ,/;:]{1,3}\d{8}"
        r"|\d{2}-\d{2}-\d{2}|\d{2} \d{2} \d{2}|\d{8}|\d{6})(?![\w-])"
    ),
    check=check,
    named=words(
        "sort ?codes?|sort ?cd|accno|acctno|bank(?:ing)?(?: (?:account|acc|acct|details))?(?: (?:number|no))?|iban|"
        "direct debit|account (?:number|no|num)|acc(?:t|ount)? (?:number|no|num)|payee account"
    ),
    other=words(
        "council tax|rent|customer|tenancy|billing|ledger|nominal|order|invoice|utility|"
        "supplier id|electricity|gas|water|date|holiday|library|ctax|rates|asset|budget"
    ),
    passing=(
        Example("20-00-00", "sort_code"),
        Example("55779911", "account_number", "sort_code account_name"),
        Example("sort code 40-47-84 account 70872490"),
        Example("GB82 WEST 1234 5698 7654 32"),
    ),
    failing=(
        Example("20-00-00"),
        Example("12-10-21 55779911"),
        Example("55779911", "order_id"),
        Example("council tax account number 55779911"),
        Example("GB82 WEST 1234 5698 7654 33"),
    ),
    beside=words("sort ?code"),
    limits="the banks' own check of a sort code against an account number is not made: its tables change monthly",
)
