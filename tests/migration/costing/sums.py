"""Works out a line's sum again, from its text alone: numbers, ×, ÷, +, − and brackets; words are passed over."""

import re

_TOKEN = re.compile(r"£?(?<![A-Za-z_\d.])(\d[\d,]*(?:\.\d+)?)(?![A-Za-z_])|([×÷+−()])")


def worked_out(text: str) -> float:
    """What the sum in `text` comes to."""
    tokens = [number.replace(",", "") or sign for number, sign in _TOKEN.findall(text)]
    place = 0

    def peek() -> str:
        return tokens[place] if place < len(tokens) else ""

    def take() -> str:
        nonlocal place
        place += 1
        return tokens[place - 1]

    def value() -> float:
        if peek() == "(":
            take()
            inside = sum_of()
            assert take() == ")", text
            return inside
        return float(take())

    def product() -> float:
        found = value()
        while peek() in ("×", "÷"):
            found = found * value() if take() == "×" else found / value()
        return found

    def sum_of() -> float:
        found = product()
        while peek() in ("+", "−"):
            found = found + product() if take() == "+" else found - product()
        return found

    result = sum_of()
    assert place == len(tokens), text
    return result
