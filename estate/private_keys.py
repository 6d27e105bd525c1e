"""Takes private keys out of text, whole or cut off, in one pass over its lines."""

import re

_KIND = r"[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?"
_BEGIN = re.compile(rf"-----BEGIN {_KIND}-----")
_END = re.compile(rf"-----END {_KIND}-----")
# Lines may have the name of their file before them.
_WITHIN = re.compile(r"(?:/[^\s:]*:)?[A-Za-z0-9+/=,:. \t\r-]*")
_CUT = re.compile(r"(?:/[^\s:]*:)?[ \t]*[A-Za-z0-9+/=]{20,}[ \t\r]*")


def without_keys(text: str, gone: str) -> str:
    """`text` with `gone` for each private key.

    A key that was cut off goes with its own line or lines and nothing behind them, so that it does not take the rest
    of what a host said.
    """
    if "PRIVATE KEY-----" not in text and "PRIVATE KEY BLOCK-----" not in text:
        return text
    lines = text.split("\n")
    out: list[str] = []
    before, number, barren = "", 0, -1
    while number < len(lines):
        line, at = lines[number], 0
        kept = [before]
        before = ""
        begin = _BEGIN.search(line)
        while begin and (end := _END.search(line, begin.end())):
            kept += [line[at : begin.start()], gone]
            at = end.end()
            begin = _BEGIN.search(line, at)
        if begin is None:
            out.append("".join([*kept, line[at:]]))
            number += 1
            continue
        kept += [line[at : begin.start()], gone]
        if line[begin.end() :].strip():
            out.append("".join(kept))
            number += 1
            continue
        last = number + 1
        # Where a run of lines had no end, none that begins inside it has one: each line is looked at once for that.
        if number + 1 >= barren:
            while last < len(lines) and not (closing := _END.search(lines[last])):
                if last > number + 1 and not _WITHIN.fullmatch(lines[last]):
                    break
                last += 1
            else:
                if last < len(lines) and closing:
                    before = "".join(kept)
                    lines[last] = lines[last][closing.end() :]
                    number = last
                    continue
            barren = last
        out.append("".join(kept))
        number += 2
        while number < len(lines) and _CUT.fullmatch(lines[number]):
            number += 1
    return "\n".join(out)
