"""Postcodes: the form of BS 7666 with an area that Royal Mail uses."""

import re

from inventory.personal.detectors.base import THINGS, Detector, Example, words

AREAS = frozenset(
    re.findall(
        r"[A-Z]+",
        "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK"
        " FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG"
        " NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR"
        " TS TW UB W WA WC WD WF WN WR WS WV YO ZE",
    )
)
"""The 124 postcode areas, with those of the Crown dependencies (Royal Mail's Postcode Address File)."""


def check(text: str) -> float:
    """By the area; one that does not exist (as in test data) counts only where something names it."""
    area = re.match(r"[A-Za-z]+", text)
    if area is None or area[0].upper() not in AREAS:
        return 0.2
    return 0.7 if text.isupper() and " " in text else 0.35


DETECTOR = Detector(
    id="postcode",
    title="Postcode",
    category="addresses and property",
    pattern=re.compile(
        r"(?<![A-Za-z0-9-])(?:[A-Za-z]{1,2}\d{1,2}|[A-Za-z]{1,2}\d[A-Za-z])"
        r" ?\d[ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2}(?![A-Za-z0-9-])"
    ),
    check=check,
    named=words("post(?:al)? ?codes?|post ?cd|pcode|zip(?: code)?|p c|address(?:es)?|addr"),
    other=words(f"{THINGS}|bay|room|flight|locker|shelf|rack|bin|build|catalogue|seat|release"),
    passing=(
        Example("SW1A 1AA"),
        Example("12 High Street, Leeds LS1 4DY"),
        Example("ls14dy", "postcode"),
        Example("AQ1 2AB", "post_code"),
    ),
    failing=(
        Example("AQ1 2AB"),
        Example("LS14DY"),
        Example("LS1 4DY", "product_code"),
        Example("SW1A 1CV"),
        Example("part BX10 4DD"),
    ),
    limits="a postcode is of a household or a firm: by itself it may not be of a person",
)
