"""How a table is set within the width of a terminal: no word is ever broken, so that every name can be copied."""

from collections.abc import Iterator, Sequence

_GAP = 2
"""Characters between two columns."""
_NARROWEST = 16
"""Characters; words in a narrower column are hard to read."""
_MOST_LINES = 3
"""A cell that would take more lines goes below its row."""
_INDENT = "    "
_APART = "   "
NOTHING = "—"
"""Where there is nothing to say. Below a row it is left out."""


def lay_out(
    columns: Sequence[str], rows: Sequence[Sequence[str]], width: int, numbers: Sequence[str] = ()
) -> tuple[list[str], list[str]]:
    """The lines of the head and those of the rows. Columns named in `numbers` are set to the right.

    Cells are broken between words. Where columns do not fit side by side, the widest goes below its row (of several
    the last), in lines of its own with its name before it; the first always stands in the row. A word wider than
    `width` stands whole: the terminal breaks the line, and what is copied from there is whole again.
    """
    cells = [[columns[at], *(row[at] for row in rows)] for at in range(len(columns))]
    natural = [max(map(_width, column)) for column in cells]
    least = [_least(column, at_most) for column, at_most in zip(cells, natural, strict=True)]
    beside = list(range(len(columns)))
    while len(beside) > 1 and sum(least[at] + _GAP for at in beside) - _GAP > width:
        beside.remove(max(beside[1:], key=lambda at: (least[at], natural[at], at)))
    widths = _shared({at: natural[at] for at in beside}, least, width - _GAP * (len(beside) - 1))
    right = {at for at in beside if columns[at] in numbers}
    below = [at for at in range(len(columns)) if at not in widths]
    head = list(_side_by_side({at: columns[at] for at in beside}, widths, right))
    lines: list[str] = []
    for row in rows:
        lines += _side_by_side({at: row[at] for at in beside}, widths, right)
        said = [f"{columns[at]}: {row[at]}" if columns[at] else row[at] for at in below if row[at] != NOTHING]
        lines += (_INDENT + line for line in _below(said, width - len(_INDENT)))
    return head, lines


def _below(said: Sequence[str], width: int) -> Iterator[str]:
    """What stands below a row: short values together in a line."""
    line = ""
    for one in said:
        if line and _width(line) + len(_APART) + _width(one) > width:
            yield from broken(line, width)
            line = ""
        line += _APART + one if line else one
    if line:
        yield from broken(line, width)


def broken(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` characters, broken between words alone."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and _width(lines[-1]) + 1 + _width(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _least(column: Sequence[str], natural: int) -> int:
    """The least width in which no word is broken and no cell takes too many lines."""
    longest = max(_width(word) for cell in column for word in cell.split(" "))
    # Lines end before the margin where the next word does not fit: a fifth more makes up for it.
    readable = max(longest, _NARROWEST, natural * 6 // (_MOST_LINES * 5))
    # What has no second word in any row, as numbers and names, is never made narrower.
    return min(natural, readable)


def _shared(natural: dict[int, int], least: Sequence[int], room: int) -> dict[int, int]:
    """The room for each column: what it would like, and where that is too much, the widest give way first."""
    given = {at: min(wanted, max(least[at], room)) for at, wanted in natural.items()}
    while sum(given.values()) > room:
        wide = [at for at in given if given[at] > least[at]]
        if not wide:
            break
        given[max(wide, key=lambda at: given[at])] -= 1
    return given


def _side_by_side(cells: dict[int, str], widths: dict[int, int], right: set[int]) -> Iterator[str]:
    parts = {at: broken(cell, widths[at]) for at, cell in cells.items()}
    for number in range(max(map(len, parts.values()))):
        line = ""
        for at, lines in parts.items():
            text = lines[number] if number < len(lines) else ""
            space = " " * max(0, widths[at] - _width(text))
            line += (space + text if at in right else text + space) + " " * _GAP
        yield line.rstrip()


def _width(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
