"""Fact `shares`: folders shared by Samba and NFS, with their size."""

import re
from collections.abc import Iterator

from estate.records.facts.shares import Share, Shares
from inventory.facts.base import Fact, Reading, Section, absent, file_lines, known, unreadable, whole

SNIPPET = r"""
[ -e /etc/samba/smb.conf ] || [ -e /etc/exports ] || { echo none; exit 0; }
grep -aHvE '^[[:space:]]*([#;]|$)' /etc/samba/smb.conf /etc/exports /etc/exports.d/*.exports 2>&1 \
  | grep -av '^grep: .*No such file or directory$'
for f in /etc/samba/smb.conf /etc/exports; do [ -r $f ] || continue
  while IFS= read -r l; do
    case $l in
      [[:space:]]*path*=*|path*=*) r=${l#*=}; r=${r#"${r%%[![:space:]]*}"}; r=${r%"${r##*[![:space:]]}"} ;;
      /*) r=${l%%[[:space:]]*} ;;
      *) continue ;;
    esac
    [ -d "$r" ] && [ "$r" != / ] || continue
    b=$($t du -skx "$r" 2>/dev/null); s=$?
    n=$($t du -sx --inodes "$r" 2>/dev/null) || [ $? = 1 ] || n=
    printf 'size %s %s %s %s\n' "$s" "${b%%[!0-9]*}" "${n%%[!0-9]*}" "$r"
  done <$f
done
echo end
"""

_YES = frozenset({"yes", "true", "1"})


def parse(section: Section) -> Reading:
    """Read smb.conf's sections and the exports; the inodes that du counts include folders."""
    lines = section.lines
    if lines == ["none"]:
        return absent("neither Samba nor NFS is set up to share anything")
    if not lines or lines[-1] != "end":
        raise ValueError("the configuration was cut off")
    sizes: dict[str, tuple[int | None, int | None]] = {}
    rest: list[str] = []
    unmeasured: list[str] = []
    for line in lines[:-1]:
        if line.startswith("size "):
            _, status, kib, inodes, path = line.split(" ", 4)
            if whole(status, section.uid):
                sizes[path] = (int(kib) * 1024 if kib else None, int(inodes) if inodes else None)
            else:
                unmeasured.append(path)
        else:
            rest.append(line)
    pairs, refused = file_lines(Section("\n".join(rest).encode()))
    if refused and not pairs:
        return unreadable(f"{', '.join(refused)} may not be read")
    smb = [line for file, line in pairs if file == "/etc/samba/smb.conf"]
    shares = [*_samba(smb), *_exports([line for file, line in pairs if file != "/etc/samba/smb.conf"])]
    missing = [f"shares in {', '.join(refused)}"] if refused else []
    missing += [f"the size of {', '.join(unmeasured[:8])}"] if unmeasured else []
    measured = tuple(
        share.model_copy(update={"bytes": sizes[share.path][0], "files": sizes[share.path][1]})
        if share.path in sizes
        else share
        for share in shares
    )
    return known(
        Shares(shares=measured, smb1=_smb1(smb)),
        partial="; ".join(missing),
        privilege="root" if missing and section.uid != 0 else "",
    )


def _samba_sections(lines: list[str]) -> dict[str, dict[str, str]]:
    """smb.conf: names of settings ignore case and spaces."""
    sections: dict[str, dict[str, str]] = {}
    here: dict[str, str] | None = None
    for line in (one.strip() for one in lines):
        heading = re.fullmatch(r"\[([^\]]+)\]", line)
        if heading:
            here = sections.setdefault(heading[1], {})
        elif here is not None and "=" in line:
            key, _, value = line.partition("=")
            here["".join(key.lower().split())] = value.strip()
    return sections


def _samba(lines: list[str]) -> Iterator[Share]:
    for name, settings in _samba_sections(lines).items():
        if name.lower() == "global":
            continue
        writable = next((settings[key] for key in ("writeable", "writable", "writeok") if key in settings), None)
        read_only = settings.get("readonly", "yes").lower() in _YES
        yield Share(
            protocol="smb",
            name=name,
            path=settings.get("path", settings.get("directory", "")).strip('"'),
            read_only=read_only if writable is None else writable.lower() not in _YES,
            guest=settings.get("guestok", settings.get("public", "no")).lower() in _YES,
            clients=tuple(re.split(r"[\s,]+", settings["hostsallow"])) if "hostsallow" in settings else (),
        )


def _smb1(lines: list[str]) -> bool | None:
    settings = {key.lower(): value for key, value in _samba_sections(lines).items()}.get("global", {})
    lowest = settings.get("serverminprotocol", settings.get("minprotocol", "")).upper()
    return None if not lowest else not lowest.startswith("SMB")


def _exports(lines: list[str]) -> Iterator[Share]:
    for line in lines:
        words = line.split()
        clients = [re.match(r"([^(]*)(?:\((.*)\))?", word) for word in words[1:]]
        yield Share(
            protocol="nfs",
            name=words[0],
            path=words[0].strip('"'),
            read_only=not any(found and "rw" in (found[2] or "").split(",") for found in clients),
            clients=tuple(found[1] or "*" for found in clients if found),
        )


FACT = Fact(
    id="shares",
    reads="/etc/samba/smb.conf, /etc/exports, and du of each shared folder. Any account; "
    "root to measure closed folders.",
    tool="grep",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=4 << 20,
    tier=2,
)
