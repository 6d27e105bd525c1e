"""Names of people, by what a column is called: weaker evidence, said so."""

import re

from inventory.personal.detectors.base import Detector, Example, words

_NOBODY = frozenset(
    {"unknown", "tbc", "tba", "none", "null", "n a", "not given", "not known", "vacant", "void", "test"}
)

DETECTOR = Detector(
    id="name",
    title="Name of a person",
    category="names",
    pattern=re.compile(r"^(?=.{2,80}$)[^\W\d_]+(?:[ .,'’-]{1,2}[^\W\d_]*){0,6}$"),
    check=lambda text: 0.0 if text.lower() in _NOBODY else 0.25 if text[0].isupper() else 0.15,
    named=words(
        "fname|lname|sname|forenames?|(?:first|given|fore|last|family|sur|middle|maiden|full|known as|preferred) ?names?|"
        "(?:tenant|resident|applicant|claimant|customer|client|patient|pupil|student|parent|"
        "carer|guardian|officer|author|contact|payee|owner|landlord|councillor|employee|staff|"
        "person|candidate|witness|complainant|driver|occupier|caseworker|social worker|"
        "next of kin|account ?holder|cardholder|elector|voter|reported by|submitted by|member|"
        "citizen) ?(?:full ?)?names?|councillors?|next of kin|forenames?|surnames?|account ?holder|"
        "cardholder|officer|author|reported by|submitted by"
    ),
    other=words("user name|login|street|ward|company|product|file|host|school|table|role"),
    passing=(
        Example("Mary", "first_name"),
        Example("O'Brien", "surname"),
        Example("Dr Łukasz van den Berg", "full_name"),
        Example("Smith, John", "tenant_name"),
    ),
    failing=(
        Example("Mary Smith"),
        Example("Mary Smith", "street_name"),
        Example("12 High Street", "full_name"),
        Example("Pothole", "name"),
    ),
    in_text=False,
    weak=True,
    limits="weak: what a column is called decides; names in running text, and in a column that is called `name` "
    "only, are not looked for",
)
