"""The labelled set: synthetic columns and files of which we know what they hold, from a fixed seed.

Check digits and prefixes are worked out here anew, and not by the detectors' own code. The two parts share how a
value is formed and nothing else: the tuning part and the reporting part have other seeds, other column names,
other wordings and other things that only look like personal data.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import ModuleType
from typing import Literal

from faker import Faker

from tests.inventory.personal import held_out, wordings, wordings_served_1, wordings_served_2, wordings_served_3

Part = Literal["tune", "report"]
SEEDS: Mapping[Part, int] = {"tune": 1, "report": 6}
KINDS = (
    *("bank_account", "date_of_birth", "email", "name", "nhs_number", "ni_number"),
    *("payment_card", "postcode", "telephone", "uprn"),
)
NOTHING = ("", "n/a", "unknown", "TBC", "-", "not given")


@dataclass(frozen=True)
class LabelledColumn:
    """A column; `kinds[i]` is what value i is, empty for nothing."""

    name: str
    beside: tuple[str, ...]
    values: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def holds(self) -> frozenset[str]:
        return frozenset(self.kinds) - {""}


@dataclass(frozen=True)
class LabelledText:
    """A file of text, by line; `kinds[i]` are those of line i."""

    lines: tuple[str, ...]
    kinds: tuple[frozenset[str], ...]

    @property
    def holds(self) -> frozenset[str]:
        return frozenset().union(*self.kinds)


class Maker:
    """Makes values of every kind, true ones and ones that only look like it."""

    def __init__(self, part: Part) -> None:
        self.pick = random.Random(f"personal data, {part}, {SEEDS[part]}")
        self.faker = Faker("en_GB")
        self.faker.seed_instance(SEEDS[part])

    def digits(self, count: int) -> str:
        return "".join(self.pick.choice("0123456789") for _ in range(count))

    def day(self, first: int, last: int) -> date:
        return date(first, 1, 1) + timedelta(
            days=self.pick.randrange((date(last, 12, 31) - date(first, 1, 1)).days)
        )

    # Kinds.

    def ni_number(self, style: int = 0) -> str:
        while True:
            prefix = self.pick.choice("ABCEGHJKLMNOPRSTWXYZ") + self.pick.choice("ABCEGHJKLMNPRSTWXYZ")
            if prefix not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}:
                break
        a, b, c, last = self.digits(2), self.digits(2), self.digits(2), self.pick.choice("ABCD")
        return (
            f"{prefix}{a}{b}{c}{last}",
            f"{prefix} {a} {b} {c} {last}",
            f"{prefix.lower()}{a}{b}{c}{last.lower()}",
        )[style]

    def nhs_number(self, style: int = 0) -> str:
        while True:
            body = self.pick.choice("467") + self.digits(8)
            check = 11 - sum(int(d) * (10 - i) for i, d in enumerate(body)) % 11
            if check != 10:
                number = body + str(check % 11)
                return (
                    number,
                    f"{number[:3]} {number[3:6]} {number[6:]}",
                    f"{number[:3]}-{number[3:6]}-{number[6:]}",
                )[style]

    def payment_card(self, style: int = 0) -> str:
        amex = style != 1 and self.pick.random() < 0.15
        body = (
            self.pick.choice(("34", "37")) + self.digits(12)
            if amex
            else self.pick.choice(
                (
                    "4" + self.digits(14),
                    "5" + self.pick.choice("12345") + self.digits(13),
                    "2" + str(self.pick.randrange(221, 720)) + self.digits(11),
                )
            )
        )
        number = body + self.luhn(body)
        if amex or style == 0:
            return number
        return ("-" if style == 2 else " ").join(number[i : i + 4] for i in range(0, 16, 4))

    @staticmethod
    def luhn(body: str) -> str:
        total = 0
        for place, digit in enumerate(reversed(body)):
            value = int(digit) * (2 if place % 2 == 0 else 1)
            total += value - 9 if value > 9 else value
        return str(-total % 10)

    def postcode(self, style: int = 0) -> str:
        text = self.faker.postcode()
        return (text, text.replace(" ", ""), text.lower())[style]

    def uprn(self, style: int = 0) -> str:
        return self.pick.choice(("100", "200", "10")) + self.digits(9 - (style == 1))

    def email(self, style: int = 0) -> str:
        return (
            self.faker.email(),
            self.faker.company_email(),
            f"{self.faker.first_name()}.{self.faker.last_name()}@{self.faker.domain_name()}".replace(" ", ""),
        )[style]

    def telephone(self, style: int = 0) -> str:
        mobile = "7" + self.pick.choice("345789") + self.pick.choice("0123456789")
        geographic = self.pick.choice(
            ("20 7", "20 8", "161 4", "121 3", "113 2", "1865 3", "1223 4", "1603 6", "1332 2")
        )
        if self.pick.random() < 0.5:
            rest = self.digits(7)
            plain = f"07{self.pick.choice('4578')}{self.digits(2)} {self.digits(6)}"
        else:
            area, first = geographic.split(" ")
            rest = self.digits(10 - len(area) - 1)
            plain = f"0{area} {first}{rest}"
        del mobile, rest
        return (plain, plain.replace(" ", ""), "+44 " + plain[1:])[style]

    def date_of_birth(self, style: int = 0) -> str:
        born = self.day(1930, 2015)
        return (born.isoformat(), f"{born:%d/%m/%Y}", f"{born.day} {born:%B %Y}")[style]

    def bank_account(self, style: int = 0) -> str:
        code = f"{self.pick.choice(('20', '30', '40', '60', '77', '09', '16'))}-{self.digits(2)}-{self.digits(2)}"
        account = self.digits(8)
        body = (
            "".join(self.pick.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(4))
            + code.replace("-", "")
            + account
        )
        numeric = "".join(str(int(c, 36)) for c in body + "GB00")
        iban = f"GB{98 - int(numeric) % 97:02d}{body}"
        return (code, account, iban)[style]

    def name(self, style: int = 0) -> str:
        return (self.faker.first_name(), self.faker.last_name(), self.faker.name())[style]

    # What only looks like it: see `wordings.NEGATIVE`.

    def look_alike(self, form: str) -> str:
        pick = self.pick
        made: Mapping[str, Callable[[], str]] = {
            "ten digits": lambda: pick.choice("123456789") + self.digits(9),
            "ten digits, 4": lambda: "4" + self.digits(9),
            "nine digits": lambda: self.digits(9),
            "eight digits": lambda: self.digits(8),
            "six digits": lambda: pick.choice("123456789") + self.digits(5),
            "twelve digits": lambda: "1" + self.digits(11),
            "thirteen digits": lambda: "978" + self.digits(10),
            "sixteen digits": lambda: pick.choice("123456789") + self.digits(15),
            "sixteen digits, 4": lambda: "4" + self.digits(15),
            "imei": lambda: "35" + self.digits(13),
            "phone-like": lambda: "07" + self.digits(9),
            "phone-like, 01": lambda: "01" + self.digits(9),
            "hex": lambda: "".join(pick.choice("0123456789abcdef") for _ in range(pick.choice((32, 40, 64)))),
            "uuid": lambda: str(self.faker.uuid4()),
            "version": lambda: f"{pick.randrange(20)}.{pick.randrange(30)}.{pick.randrange(2000)}",
            "day": lambda: self.day(2005, 2026).isoformat(),
            "british day": lambda: f"{self.day(2015, 2026):%d/%m/%Y}",
            "short day": lambda: f"{self.day(2015, 2026):%d-%m-%y}",
            "stamp": lambda: f"{self.day(2015, 2026):%Y%m%d}{self.digits(6)}",
            "moment": lambda: (
                f"{self.day(2015, 2026).isoformat()} {pick.randrange(24):02d}:{pick.randrange(60):02d}:00"
            ),
            "postcode-like": lambda: "".join(
                (
                    pick.choice("ABCDEFGHLMNPRSTW"),
                    pick.choice("ABDELNORST"),
                    str(pick.randrange(1, 20)),
                    " ",
                    str(pick.randrange(1, 10)),
                    pick.choice("ABDEFGHJ"),
                    pick.choice("LNPQRSTU"),
                )
            ),
            "plate": lambda: "".join(
                (
                    pick.choice("ABCDEFGHK"),
                    pick.choice("ABCDEFGHK"),
                    f"{pick.randrange(2, 74):02d} ",
                    *(pick.choice("ABCDEFGHJKLMNOPRSTUVWXYZ") for _ in range(3)),
                )
            ),
            "ni-like": lambda: (
                f"{pick.choice(('PO', 'IV', 'QU', 'DF', 'GB', 'OR'))}{self.digits(6)}{pick.choice('ABCDEFGH')}"
            ),
            "serial": lambda: (
                f"{''.join(pick.choice('ABCDEFGHJKLMNPRSTWXYZ') for _ in range(2))}{self.digits(6)}{pick.choice('ABCD')}"
            ),
            "money": lambda: f"{pick.randrange(10**6) / 100:.2f}",
            "address": lambda: ".".join(str(pick.randrange(256)) for _ in range(4)),
            "coordinates": lambda: f"{50 + pick.random() * 6:.6f}, {-pick.random() * 3:.6f}",
            "grid": lambda: f"{pick.choice(('TQ', 'SE', 'NZ', 'SU'))} {self.digits(3)} {self.digits(3)}",
            "street": self.faker.street_name,
            "company": self.faker.company,
            "job": self.faker.job,
            "word": lambda: self.faker.word().title(),
            "sentence": self.faker.sentence,
            "user": self.faker.user_name,
            "file": lambda: f"{self.faker.word()}@{pick.choice((2, 3))}x.png",
            "package": lambda: (
                f"{self.faker.word()}@{pick.randrange(9)}.{pick.randrange(20)}.{pick.randrange(20)}"
            ),
            "repository": lambda: f"git@code.example.org:{self.faker.word()}/{self.faker.word()}.git",
            "ward": lambda: f"{self.faker.city()} {pick.choice(('North', 'South', 'Central'))}",
            "usrn": lambda: "2" + self.digits(7),
            "mac": lambda: ":".join(f"{pick.randrange(256):02x}" for _ in range(6)),
            "vat": lambda: f"GB{self.digits(9)}",
            "room": lambda: f"{pick.choice('ABCDEF')}{pick.randrange(1, 9)}.{pick.randrange(1, 40):02d}",
            "reference": lambda: (
                f"{pick.choice(('PLN', 'HSG', 'ENF', 'REV'))}/{pick.randrange(2015, 2027)}/{self.digits(5)}"
            ),
        }
        return made[form]()


@dataclass(frozen=True)
class Words:
    """One set of names and lines."""

    positive: Mapping[str, Sequence[wordings.Entry]]
    negative: Mapping[str, Sequence[str]]
    notes: Mapping[str, Sequence[str]]
    lines: Sequence[str]
    plain: Sequence[str]


def sets(part: Part) -> list[Words]:
    """The sets of words of one part."""
    if part == "report":
        return [_whole(held_out)]
    w = wordings
    return [
        *(
            Words(w.POSITIVE[one], w.NEGATIVE[one], w.NOTES[one], w.LINES[one], w.PLAIN_LINES[one])
            for one in ("first", "second")
        ),
        _whole(wordings_served_1),
        _whole(wordings_served_2),
        _whole(wordings_served_3),
    ]


def _whole(module: ModuleType) -> Words:
    return Words(module.POSITIVE, module.NEGATIVE, module.NOTES, module.LINES, module.PLAIN_LINES)


def columns(part: Part) -> list[LabelledColumn]:
    """Every labelled column of one part."""
    maker = Maker(part)
    return [column for words in sets(part) for column in _columns(maker, words)]


def texts(part: Part) -> list[LabelledText]:
    """Every labelled file of one part."""
    maker = Maker(part)
    return [text for words in sets(part) for text in _texts(maker, words)]


def _columns(maker: Maker, words: Words) -> Iterator[LabelledColumn]:
    for kind, entries in words.positive.items():
        for name, style, beside in entries:
            for size in (12, 60, 150):
                yield _spoilt(maker, name, beside, [getattr(maker, kind)(style) for _ in range(size)], kind)
    for form, names in words.negative.items():
        for name in names:
            for size in (12, 60, 150):
                values = [maker.look_alike(form) for _ in range(size)]
                yield _spoilt(maker, name, ("id", "created_at"), values, "")
    for name, templates in words.notes.items():
        for _ in range(6):
            lines = [_line(maker, maker.pick.choice(templates)) for _ in range(40)]
            # A column of notes: a value holds one kind at the most.
            yield LabelledColumn(name, (), tuple(text for text, _ in lines), tuple(kind for _, kind in lines))


def _texts(maker: Maker, words: Words) -> Iterator[LabelledText]:
    for number in range(240):
        # Half hold nothing; the others one to three lines that do, among those that do not.
        lines = [_line(maker, maker.pick.choice(words.plain)) for _ in range(maker.pick.randrange(5, 40))]
        for _ in range(maker.pick.randrange(1, 4) if number % 2 else 0):
            lines.insert(maker.pick.randrange(len(lines) + 1), _line(maker, maker.pick.choice(words.lines)))
        yield LabelledText(tuple(text for text, _ in lines), tuple(frozenset({kind} - {""}) for _, kind in lines))


def _spoilt(maker: Maker, name: str, beside: Sequence[str], values: Sequence[str], kind: str) -> LabelledColumn:
    """As people leave a column: some values missing, some with what stands for nothing."""
    kept = [(value, kind) if maker.pick.random() > 0.08 else (maker.pick.choice(NOTHING), "") for value in values]
    return LabelledColumn(name, tuple(beside), tuple(v for v, _ in kept), tuple(k for _, k in kept))


def _line(maker: Maker, template: str) -> tuple[str, str]:
    """One line, and its kind. `{kind:style}` is a true value, `<form>` something that looks like one."""
    kind = ""
    while "{" in template:
        before, _, rest = template.partition("{")
        what, _, after = rest.partition("}")
        kind, _, style = what.partition(":")
        template = before + str(getattr(maker, kind)(int(style or 0))) + after
    while "<" in template:
        before, _, rest = template.partition("<")
        what, _, after = rest.partition(">")
        template = before + maker.look_alike(what) + after
    return template, kind
