"""What costs are reckoned with: `assumptions.toml` over the defaults. Each value knows where it is from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from estate import invalid, reading
from estate.errors import UsageError
from estate.printable import plain
from estate.records.cost import Amount
from estate.suggest import did_you_mean
from migration.business.terms import Terms
from migration.costing.defaults import CHOICES, DEFAULTS, Default

BUSINESS = "business"
"""The table of the file that is the business case's own (`migration/business/terms.py`)."""
_MEND = "mend it; docs/costs.md lists every assumption"
_DAYS = ("build_days", "soak_days")
"""Of the business case's terms, what costs rest on too."""
_BY_KEY: Mapping[str, Default] = {one.key: one for one in DEFAULTS}
_CHOICES = {one.key: one for one in CHOICES}


class _Range(BaseModel):
    """What a person wrote: one number, or a range with the likely one inside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float = Field(allow_inf_nan=False, strict=True)
    likely: float = Field(allow_inf_nan=False, strict=True)
    high: float = Field(allow_inf_nan=False, strict=True)
    source: Annotated[str, AfterValidator(plain)] = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise ValueError("low, likely and high must not fall")
        return self


@dataclass(frozen=True)
class Assumed:
    """One value in force."""

    key: str
    amount: Amount
    unit: str
    origin: str
    """Where it is from: assumptions.toml, or the default with its source."""

    @property
    def text(self) -> str:
        """For people: "20 GB a month and server (5 to 60; our judgement)"."""
        amount, money = self.amount, self.unit.startswith("£ ")
        sign, unit = ("£", self.unit[2:]) if money else ("", self.unit)
        low, likely, high = (f"{sign}{_plain(one)}" for one in (amount.low, amount.likely, amount.high))
        if likely == "1":
            first, _, rest = unit.partition(" ")
            unit = f"{first.removesuffix('s')} {rest}".strip()
        spread = f"{low} to {high}; " if low != high else ""
        return f"{likely} {unit} ({spread}{self.origin})"


@dataclass(frozen=True)
class Assumptions:
    """Every assumption in force."""

    numbers: Mapping[str, Assumed]
    choices: Mapping[str, tuple[str | bool, str]]
    """Each with where it is from."""
    terms: Terms

    def number(self, key: str) -> Assumed:
        """A number; its key is one of the table's."""
        return self.numbers[key]

    def given(self, key: str) -> Assumed | None:
        """A number that has no default; None where the council gave none."""
        return self.numbers.get(key)

    def choice(self, key: str) -> str | bool:
        """A choice; its key is one of the table's."""
        return self.choices[key][0]

    def texts(self) -> dict[str, str]:
        """Every assumption as text, by key."""
        numbers = {key: one.text for key, one in self.numbers.items()}
        choices = {key: f"{_word(value)} ({origin})" for key, (value, origin) in self.choices.items()}
        return dict(sorted({**numbers, **choices}.items()))


def load(path: Path) -> Assumptions:
    """The assumptions of a workspace; the defaults where there is no file.

    Raises `UsageError` for a file that is not right: an unknown key, with the nearest; what is no number, is
    negative, too large, or a range that falls.
    """
    return parse(reading.toml(path) if path.exists() else {}, path.name)


def parse(written: Mapping[str, Any], name: str = "assumptions.toml") -> Assumptions:
    """The assumptions that these tables hold; raises `UsageError` as `load` does."""
    numbers = {one.key: Assumed(one.key, one.amount, one.unit, one.origin) for one in DEFAULTS if one.amount}
    choices: dict[str, tuple[str | bool, str]] = {one.key: (one.value, "the default") for one in CHOICES}
    for key, value in written.items():
        if key == BUSINESS:
            continue
        if key in _BY_KEY:
            numbers[key] = _number(_BY_KEY[key], value, name)
        elif key in _CHOICES:
            choices[key] = (_choice(key, value, name), name)
        else:
            near = did_you_mean(key, (*_BY_KEY, *_CHOICES, BUSINESS), "docs/costs.md lists every assumption")
            raise UsageError(f"{name}: there is no assumption {key!r}", near)
    if numbers["reserved_years"].amount.likely not in (0, 1, 3):
        raise UsageError(f"{name}: reserved_years must be 0, 1 or 3", "Azure reserves for one year or for three")
    terms = _terms(written.get(BUSINESS, {}), name)
    for key in _DAYS:
        value = float(getattr(terms, key))
        source = name if key in written.get(BUSINESS, {}) else "the default"
        full = f"{BUSINESS}.{key}"
        numbers[full] = Assumed(full, Amount(low=value, likely=value, high=value), "days", source)
    return Assumptions(numbers, choices, terms)


def _number(default: Default, value: object, name: str) -> Assumed:
    alone = not isinstance(value, dict)
    try:
        found = _Range.model_validate({"low": value, "likely": value, "high": value} if alone else value)
    except ValidationError as wrong:
        # Of one number that is wrong, the first of the three that it stands for is named; that name nobody wrote.
        said = invalid.sentence(wrong)
        said = said.removeprefix("low ") if alone else said
        raise UsageError(f"{name}: {default.key} {said}", _MEND) from None
    if default.exact and found.low != found.high:
        raise UsageError(f"{name}: {default.key} takes one number and no range", _MEND)
    if found.low < default.least or found.high > default.most:
        limits = f"from {_plain(default.least)} to {_plain(default.most)}"
        raise UsageError(f"{name}: {default.key} must be {limits} ({default.unit})", _MEND)
    origin = f"{name}: {found.source}" if found.source else name
    return Assumed(default.key, Amount(low=found.low, likely=found.likely, high=found.high), default.unit, origin)


def _choice(key: str, value: object, name: str) -> str | bool:
    allowed = _CHOICES[key].allowed
    if not allowed:
        if not isinstance(value, bool):
            raise UsageError(f"{name}: {key} must be true or false", _MEND)
        return value
    if not isinstance(value, str) or value not in allowed:
        raise UsageError(
            f"{name}: {key} must be one of {', '.join(allowed)}", did_you_mean(str(value)[:50], allowed, _MEND)
        )
    return value


def _terms(value: object, name: str) -> Terms:
    try:
        return Terms.model_validate(value)
    except ValidationError as wrong:
        first = invalid.first(wrong)
        near = (
            did_you_mean(str(first["loc"][-1]), Terms.model_fields, _MEND)
            if first["type"] == "extra_forbidden"
            else _MEND
        )
        raise UsageError(f"{name}: {BUSINESS}.{invalid.sentence(wrong)}", near) from None


def _plain(value: float) -> str:
    """A number as a person writes it: 730, 0.24, 1,000."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def _word(value: str | bool) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def template() -> str:
    """`assumptions.toml` with every default, commented out."""
    lines = [
        "# What costs, carbon and the business case rest on. Each line is a default: take its # away to change it.",
        '# A number may be a range: egress_gb = { low = 5, likely = 20, high = 60, source = "our firewall, 2026" }',
        "# What is marked (ours) is Decant's own judgement: look at these first. docs/costs.md says more.",
    ]
    for group in dict.fromkeys(one.group for one in DEFAULTS):
        lines += ["", f"# {group}", ""]
        for one in (each for each in DEFAULTS if each.group == group):
            mark = " (ours)" if one.judged else f" ({one.origin})"
            lines.append(f"# {one.unit}: {one.why}{mark}")
            lines.append(f"# {one.key} = {_toml(one.amount)}")
        for choice in (each for each in CHOICES if each.group == group):
            allowed = f" ({', '.join(choice.allowed)})" if choice.allowed else ""
            value = str(choice.value).lower() if isinstance(choice.value, bool) else f'"{choice.value}"'
            lines += [f"# {choice.why}{allowed}", f"# {choice.key} = {value}"]
    lines += ["", "# The business case, in a table of its own at the end of this file", "", f"# [{BUSINESS}]"]
    plain = ((key, field.default) for key, field in Terms.model_fields.items())
    lines += [f"# {key} = {default}" for key, default in plain if default is not None]
    return "\n".join(lines) + "\n"


def _toml(amount: Amount | None) -> str:
    if amount is None:
        return "120000"
    low, likely, high = (f"{one:.6f}".rstrip("0").rstrip(".") for one in (amount.low, amount.likely, amount.high))
    return likely if low == high else f"{{ low = {low}, likely = {likely}, high = {high} }}"
