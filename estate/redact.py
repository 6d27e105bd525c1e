"""Takes secrets out of text that was read from a server, before it is stored, logged or shown.

It knows how secrets look where they are usually found: process arguments, cron lines, `Environment=` of units,
connection strings, configuration, headers, private keys and cloud keys: `estate/secret_forms.py` is the published
list. It prefers to take out too much. It cannot know a secret that looks like nothing (a bare word as an argument),
so it is the last of several guards, not the only one.

What is taken out becomes `[redacted]`; redacting twice changes nothing more.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

GONE = "[redacted]"

# A name that announces a secret: DB_PASSWORD, api-key, clientSecret, pwd …
_NAME = (
    r"(?:pass(?:w(?:or)?d|wd|phrase|code)?(?![a-z])|passw|pwd|secret|token|credential|api[_-]?key|access[_-]?key"
    r"|(?:bind|root)pw|authtok"
    r"|account[_-]?key|private[_-]?key|shared[_-]?key|auth[_-]?key|encryption[_-]?key|signing[_-]?key|master[_-]?key"
    r"|license[_-]?key|authorization|(?<![a-z])sig(?:nature)?(?![a-z])|(?<![a-z])auth(?![a-z])|connection[_-]?string)"
)
_WORD = rf"[\w.-]*{_NAME}[\w.-]*"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?"
_HEADER = r"(?:x-)?[\w-]*(?:authorization|api-key|token|secret)[\w-]*|cookie|set-cookie"

# Settings of services whose value stands behind a space: OpenLDAP, nslcd, Redis, net-snmp, Apache, nginx.
_SPACED = (
    rf"(?:(?:root)?bindpw|rootpw|bind_?passw(?:or)?d|\w*bindpassword|requirepass|masterauth|r[ow]community6?"
    rf"|\$action\w*password|(?:setenv|fastcgi_param|uwsgi_param|proxy_set_header|requestheader[ \t]+\w+)[ \t]+{_WORD})"
)

_PRIVATE = r"[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?"
_KEYISH = r"(?:/[^\s:]*:)?[A-Za-z0-9+/=,:. \t\r-]*"

_MYSQL = (
    r"(?:mysql|mariadb|mysqldump|mysqladmin|mysqlimport|mysqlcheck|mysqlshow|mysqlbinlog|mydumper|myloader|xtrabackup"
    r"|mariabackup|innobackupex|automysqlbackup|mytop|mtop|innotop)[\w.-]*"
)

_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    # A private key, whole or cut off: its line or lines, and nothing behind them, so that a key that was cut does
    # not take the rest of what a host said. Lines may have the name of their file before them.
    (
        re.compile(
            rf"-----BEGIN {_PRIVATE}-----(?:[^\r\n]*?-----END {_PRIVATE}-----"
            rf"|[ \t]*\r?\n[^\n]*(?:\n{_KEYISH}(?=\n|\Z))*\n[^\n]*-----END {_PRIVATE}-----"
            rf"|[ \t]*\r?\n[^\n]*(?:\n(?:/[^\s:]*:)?[ \t]*[A-Za-z0-9+/=]{{20,}}[ \t\r]*(?=\n|\Z))*"
            r"|[^\r\n]+)"
        ),
        GONE,
    ),
    # scheme://user:password@host: up to the last @ of the word, because passwords may hold one.
    (re.compile(r"([a-z][a-z0-9+.-]*://[^\s:/@'\"]*):[^\s'\"]+@", re.I), rf"\1:{GONE}@"),
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^\s:/@'\"]{20,}@", re.I), rf"\1{GONE}@"),
    # Headers: the rest of the line, or of the quotes.
    (re.compile(rf"(['\"])({_HEADER})(\s*:\s*)(?:(?!\1).)+", re.I), rf"\1\2\3{GONE}"),
    (re.compile(rf"(?<![\w'\"-])({_HEADER})(\s*:[ \t]*+)(?!\[redacted\])[^\r\n]+", re.I), rf"\1\2{GONE}"),
    (re.compile(r"\b(bearer|basic|negotiate)\s+[A-Za-z0-9+/=._~-]{6,}", re.I), rf"\1 {GONE}"),
    # "NAME=value with spaces", quoted as a whole, as units and shells write it.
    (re.compile(rf"(['\"])({_WORD})(\s*=\s*)(?:(?!\1)[^\\\r\n]|\\.)*\1", re.I), rf"\1\2\3{GONE}\1"),
    # "name": "value", name = 'value', name: value, NAME=value.
    (
        re.compile(
            rf"({_WORD}['\"]?\s*(?::=|=>|=(?!>)|:(?!=))\s*+)(?:{_QUOTED}|(?!\[redacted\])[^\s'\"]\S*)", re.I
        ),
        rf"\1{GONE}",
    ),
    # define('NAME', 'value') of PHP.
    (re.compile(rf"((['\"]){_WORD}\2\s*\\?,\s*)(?:{_QUOTED})(?=\s*\))", re.I), rf"\1{GONE}"),
    (re.compile(rf"((?<![\w-]){_SPACED}[ \t]+)(?:{_QUOTED}|(?!\[redacted\])[^\s'\"]\S*)", re.I), rf"\1{GONE}"),
    # machine x login y password z, of .netrc.
    (re.compile(r"(\blogin[ \t]+\S+[ \t]+password[ \t]+)\S+", re.I), rf"\1{GONE}"),
    # :ommysql:server,database,user,password of rsyslog.
    (re.compile(r"(:om\w*sql:(?:[^,\s]*,){3})[^\s;]+"), rf"\1{GONE}"),
    # user/password@service, of Oracle.
    (re.compile(r"(\bjdbc:oracle:\w+:[^\s/@]*)/[^\s@]+(?=@)", re.I), rf"\1/{GONE}"),
    (
        re.compile(r"\b(?:sqlplus|sqlldr|expdp|impdp|rman)\b[^\r\n|;&]*", re.I),
        lambda found: re.sub(r"((?<!\S)[A-Za-z][\w.$#]*)/[^\s@]+(?=[@\s]|\Z)", rf"\1/{GONE}", found[0]),
    ),
    # --password value, -token value, and Windows' /password value.
    (re.compile(rf"((?<!\S)(?:--?|/){_WORD}[ \t]+)(?:{_QUOTED}|(?![-/\[])\S+)", re.I), rf"\1{GONE}"),
    # SQL.
    (
        re.compile(rf"(\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?)(?:{_QUOTED}|\S+)", re.I),
        rf"\1{GONE}",
    ),
    (re.compile(rf"(\bpassword\s+)(?:{_QUOTED})", re.I), rf"\1{GONE}"),
    # Tools whose short options carry a password.
    (
        re.compile(rf"\b{_MYSQL}\b[^\r\n|;&]*", re.I),
        lambda found: re.sub(rf"((?<!\S)-p)(?:{_QUOTED}|\S+)", rf"\1{GONE}", found[0]),
    ),
    (
        re.compile(
            r"\b(?:sshpass|7z\w*|zip|unzip|mongo\w*|[io]sql|sqlcmd|tsql|bcp|cqlsh|htpasswd|dbmaster|psexec\w*|schtasks)"
            r"\b[^\r\n|;&]*",
            re.I,
        ),
        lambda found: re.sub(rf"((?<!\S)(?:-[pP]|/(?:rp|p|RP|P)\b) ?)(?:{_QUOTED}|\S+)", rf"\1{GONE}", found[0]),
    ),
    # plink -pw value; net use X: \\\\server\\share value.
    (re.compile(rf"((?<!\S)-pw[ \t]+)(?:{_QUOTED}|\S+)"), rf"\1{GONE}"),
    (
        re.compile(r"\bnet1?(?:\.exe)?\"?[ \t]+use[ \t][^\r\n|;&]*", re.I),
        lambda found: re.sub(
            rf"((?:^|\s)\\\\\S+(?:[ \t]+/\S+)*[ \t]+)(?![/*\s])(?:{_QUOTED}|\S+)", rf"\1{GONE}", found[0]
        ),
    ),
    (
        re.compile(r"\bldap(?:search|modify|add|delete|passwd|whoami)\b[^\r\n|;&]*", re.I),
        lambda found: re.sub(rf"((?<!\S)-w ?)(?:{_QUOTED}|\S+)", rf"\1{GONE}", found[0]),
    ),
    (
        re.compile(r"\bredis-cli\b[^\r\n|;&]*", re.I),
        lambda found: re.sub(rf"((?<!\S)-a ?)(?:{_QUOTED}|\S+)", rf"\1{GONE}", found[0]),
    ),
    (
        re.compile(r"\b(?:snmp(?:get|walk|set|bulk\w*|table|trap)|check_snmp\w*)\b[^\r\n|;&]*", re.I),
        lambda found: re.sub(rf"((?<!\S)-[AXcC] ?)(?:{_QUOTED}|\S+)", rf"\1{GONE}", found[0]),
    ),
    # curl -u user:password, smbclient -U user%password.
    (re.compile(r"((?<!\S)(?:-u ?|--user[= ]|--proxy-user[= ])['\"]?[^\s:'\"]*):[^\s'\"]+"), rf"\1:{GONE}"),
    (re.compile(r"((?<!\S)(?:-U ?|--user[= ])['\"]?[^\s%'\"]*)%[^\s'\"]+"), rf"\1%{GONE}"),
    (re.compile(r"(\bpass:)\S+"), rf"\1{GONE}"),
    # Hashes of passwords.
    (re.compile(r"\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|argon2\w*)\$[^\s:'\"]+"), GONE),
    (re.compile(r"\b(?:SCRAM-SHA-256\$|md5[0-9a-f]{32}\b)\S*"), GONE),
    (re.compile(r"(\{(?:S?SHA\d*|S?MD5|CRYPT|PBKDF2[\w-]*|ARGON2)\})[^\s'\"]+"), rf"\1{GONE}"),
    # A public key's comment, which names a person.
    (re.compile(r"(\b(?:ssh|ecdsa)-[\w@.-]+[ \t]+AAAA[A-Za-z0-9+/]+=*[ \t]+)[^\r\n]+"), rf"\1{GONE}"),
    # Keys by their looks: AWS, Azure, GitHub, GitLab, Slack, Google, Stripe, and JSON web tokens.
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b"), GONE),
    (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}=="), GONE),
    (re.compile(r"[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}"), GONE),
    (
        re.compile(r"\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|AIza|[rs]k_live_|pul-)[A-Za-z0-9_-]{10,}"),
        GONE,
    ),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), GONE),
)

# Where none of these is in a text, in whatever case, no rule can fit: most of what a host says costs no more than that.
_SIGNS = (
    *(
        "pass",
        "pwd",
        "pw",
        "secret",
        "token",
        "credential",
        "key",
        "auth",
        "sig",
        "connection",
        "community",
        "login",
    ),
    *(
        "://",
        "==",
        "$",
        "q~",
        "{s",
        "{m",
        "{c",
        "{p",
        "{a",
        "cookie",
        "bearer",
        "basic",
        "negotiate",
        "identified",
    ),
    *("sql", "cql", "maria", "dumper", "loader", "backup", "top", "7z", "zip", "mongo", "bcp", "dbmaster", "ldap"),
    *(
        "redis",
        "snmp",
        "jdbc:oracle",
        "expdp",
        "impdp",
        "rman",
        "-u",
        "--user",
        "--proxy-user",
        "setenv",
        "_param",
    ),
    *("header", "scram", "md5", "ssh-", "ecdsa-", "akia", "asia", "aroa", "aida", "gho_", "ghp_", "ghr_", "ghs_"),
    *(
        "psexec",
        "schtasks",
        "plink",
        "net",
        "ghu_",
        "github_pat_",
        "glpat-",
        "xox",
        "aiza",
        "_live_",
        "pul-",
        "eyj",
    ),
)

# `/etc/passwd:root:…`, as grep writes a line behind the name of its file: the name is no setting's.
_FILE = re.compile(r"^((?:grep: )?/[^\s:=]*):", re.M)

_FLAG = re.compile(rf"--?{_WORD}", re.I)
_SHORT = {
    "sshpass": ("-p",),
    "mongo": ("-p",),
    "mongodump": ("-p",),
    "sqlcmd": ("-P",),
    "isql": ("-P",),
    "ldapsearch": ("-w",),
    "ldapmodify": ("-w",),
    "redis-cli": ("-a",),
}


def redact(text: str) -> str:
    """`text` without what looks like a secret."""
    folded = text.casefold()
    return _redact(text) if any(sign in folded for sign in _SIGNS) else text


def _redact(text: str) -> str:
    """By every rule."""
    # A stand-in for the colon: a character for private use that the text does not use itself.
    colon = next((mark for mark in map(chr, range(0xE000, 0xE100)) if mark not in text), ":")
    text = _FILE.sub(rf"\1{colon}", text)
    for pattern, by in _RULES:
        # Most find nothing, and looking takes half the time of replacing.
        if pattern.search(text):
            text = pattern.sub(by, text)
    return text.replace(colon, ":")


def redact_bytes(data: bytes) -> bytes:
    """As `redact`, for bytes of any encoding."""
    return redact(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def redact_output(data: bytes) -> bytes:
    """As `redact_bytes`, for a command's output: a line that is a JSON object stays one, redacted value by value."""
    out: list[bytes] = []
    plain: list[bytes] = []
    for line in data.split(b"\n"):
        clean = _json_line(line)
        if clean is None:
            plain.append(line)
            continue
        # Lines that are no JSON are redacted together, as a private key goes over many.
        out += [redact_bytes(b"\n".join(plain))] if plain else []
        out.append(clean)
        plain = []
    return b"\n".join([*out, redact_bytes(b"\n".join(plain))] if plain else out)


def _json_line(line: bytes) -> bytes | None:
    if not (line.startswith(b"{") and line.rstrip().endswith(b"}")):
        return None
    try:
        value = json.loads(line)
        return json.dumps(_within(value), ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return None


def _within(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _within(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_within(one, name) for one in value]
    if not isinstance(value, str):
        return value
    return GONE if value and re.fullmatch(_WORD, name, re.I) else redact(value)


def redact_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """A process's arguments without what looks like a secret.

    Better than `redact` on the joined line, because it knows where each argument ends: a password with spaces
    goes whole.
    """
    out: list[str] = []
    tool = argv[0].rsplit("/", 1)[-1] if argv else ""
    hidden_next = False
    for argument in argv:
        if hidden_next:
            out.append(GONE)
            hidden_next = False
            continue
        hidden_next = bool(_FLAG.fullmatch(argument)) or argument in _SHORT.get(tool, ())
        name, equals, _ = argument.partition("=")
        if equals and re.fullmatch(rf"(?:--?)?{_WORD}", name, re.I):
            out.append(f"{name}={GONE}")
        elif re.fullmatch(_MYSQL, tool, re.I) and argument.startswith("-p") and len(argument) > 2:
            out.append(f"-p{GONE}")
        else:
            out.append(redact(argument))
    return tuple(out)
