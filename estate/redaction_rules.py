r"""How secrets look, as patterns: what `estate/redact.py` goes by, and `estate/secret_forms.py` publishes.

Every pattern takes time linear in the length of the text, whatever the text is: it comes from servers, where anybody
may write it. So a pattern begins where few places can be its beginning (a word's, a quote's, a literal one), does not
go back (`*+`), or is bounded; and once its beginning stands, the rest of it fits, so that nothing is read twice.

A value ends at white space of ASCII alone: a no-break space may be part of a password.
"""

import re
from collections.abc import Callable

GONE = "[redacted]"

# A name that announces a secret: DB_PASSWORD, api-key, clientSecret, pwd …
_NAME = (
    r"(?:pass(?:w(?:or)?d|wd|phrase|code)?(?![a-z])|passw|pwd|secret|token|credential|api[_-]?key|access[_-]?key"
    r"|(?:bind|root)pw|authtok"
    r"|account[_-]?key|private[_-]?key|shared[_-]?key|auth[_-]?key|encryption[_-]?key|signing[_-]?key|master[_-]?key"
    r"|license[_-]?key|authorization|(?<![a-z])sig(?:nature)?(?![a-z])|(?<![a-z])auth(?![a-z])|connection[_-]?string)"
)
NAMED = rf"(?:(?!{_NAME})[\w.-])*+{_NAME}[\w.-]*+"
"""A whole word with such a name in it, where the pattern before it says that a word begins."""
_WORD = rf"(?<![\w.-]){NAMED}"

_V = r"[^ \t\r\n\x0b\x0c]"
# Between quotes, over lines where they close soon, else to the end of the line; and what stands against the last quote.
_QUOTED = (
    r"(?:(?:\"(?:(?:[^\"\\]|\\[\s\S]){0,2000}+\"|[^\r\n]*+)|'(?:(?:[^'\\]|\\[\s\S]){0,2000}+'|[^\r\n]*+))++"
    rf"(?:[^ \t\r\n\x0b\x0c,;:)\]}}><&|\\/]{_V}*+)?)"
)
_KEPT = r"(?!\[redacted\](?!\w))"
VALUE = rf"(?:{_QUOTED}|{_KEPT}{_V}++)"

_HEADER_NAME = r"(?:authorization|api-key|token|secret)"
_HEADER = rf"(?:(?:(?!{_HEADER_NAME})[\w-])*+{_HEADER_NAME}[\w-]*+|cookie|set-cookie)"

# Settings of services whose value stands behind a space: OpenLDAP, nslcd, Redis, net-snmp, Apache, nginx.
_SPACED = (
    r"(?:(?:root)?bindpw|rootpw|bind_?passw(?:or)?d|\w*bindpassword|requirepass|masterauth|r[ow]community6?"
    r"|\$action\w*password|(?:setenv|fastcgi_param|uwsgi_param|proxy_set_header|requestheader[ \t]++\w++)"
    rf"[ \t]++{_WORD})"
)

MYSQL = (
    r"(?:mysql|mariadb|mysqldump|mysqladmin|mysqlimport|mysqlcheck|mysqlshow|mysqlbinlog|mydumper|myloader|xtrabackup"
    r"|mariabackup|innobackupex|automysqlbackup|mytop|mtop|innotop)[\w.-]*+"
)

# To the end of the command: `&`, `|` and `;` end it where they stand alone, as a password may hold them.
_REST = r"(?:(?![ \t][|;&]{1,2}[ \t])[^\r\n])*+"

By = str | Callable[[re.Match[str]], str]


def _of_tool(tools: str, before: str) -> tuple[re.Pattern[str], By]:
    """Behind one of these tools, every value that has `before` before it."""
    inner = re.compile(rf"((?<!\S){before}){VALUE}")
    return re.compile(rf"\b(?:{tools})(?!\w){_REST}", re.I), lambda found: inner.sub(rf"\1{GONE}", found[0])


def _of_url(found: re.Match[str]) -> str:
    """Up to the last @ of the word, because passwords may hold one; and all of it where settings stand in it."""
    hidden, at, rest = found[3].rpartition("@")
    if not at:
        return found[0]
    return f"{found[1]}:{GONE}" + ("" if _SETTING.search(hidden) else f"@{rest}")


_SETTING = re.compile(rf"{_NAME}[\w.-]{{0,40}}+\s?=", re.I)

_ORACLE = re.compile(rf"((?<!\S)['\"]?(?:userid=)?[A-Za-z][\w.$#]*+)/(?:{_V}*(?=@)|{_V}++)", re.I)
_NET_USE = re.compile(rf"((?:^|\s)\\\\{_V}++(?:[ \t]++/{_V}++)*+[ \t]++)(?!/|\*(?!{_V})){VALUE}")

RULES: tuple[tuple[re.Pattern[str], By], ...] = (
    # scheme://user:password@host, whose quotes end it where they stand before it.
    (
        re.compile(
            rf"((?:(?P<q>['\"])[\w+.:-]{{1,40}}?)?://[^\s:/@'\"]*+):((?(q)(?:(?!(?P=q)){_V})++|{_V}++))", re.I
        ),
        _of_url,
    ),
    (re.compile(r"(://)[^\s:/@'\"]{20,}+@"), rf"\1{GONE}@"),
    # Headers: the rest of the line, or of the quotes.
    (re.compile(rf"(['\"])({_HEADER})(\s*+:\s*+)(?:(?!\1).)+", re.I), rf"\1\2\3{GONE}"),
    (re.compile(rf"(?<![\w'\"-])({_HEADER})(\s*+:[ \t]*+){_KEPT}[^\r\n]+", re.I), rf"\1\2{GONE}"),
    (re.compile(r"\b(bearer|basic|negotiate)\s++[A-Za-z0-9+/=._~-]{6,}", re.I), rf"\1 {GONE}"),
    # "NAME=value with spaces", quoted as a whole, as units and shells write it.
    (re.compile(rf"(['\"])({_WORD})(\s*+=\s*+)(?:(?!\1)[^\\\r\n]|\\.)++\1?", re.I), rf"\1\2\3{GONE}\1"),
    # "name": "value", name = 'value', name: value, NAME=value, a['name'] = value.
    (re.compile(rf"({_WORD}(?:\\?['\"])?\]?\s*+(?::=|=>|=(?!>)|:(?!=))\s*+){VALUE}", re.I), rf"\1{GONE}"),
    # <name>value</name>, and key="NAME" value="value".
    (re.compile(rf"(<(?:[\w.-]+:)?{_WORD}[^<>]*+>\s*+(?:<!\[CDATA\[)?)[^<\s][^<]*+", re.I), rf"\1{GONE}"),
    (
        re.compile(rf"(\b(?:key|name)\s*+=\s*+(['\"]){_WORD}\2\s++value\s*+=\s*+){_QUOTED}", re.I),
        rf"\1{GONE}",
    ),
    # define('NAME', 'value') of PHP.
    (re.compile(rf"((['\"]){_WORD}\2\s*+\\?,\s*+){_QUOTED}(?=\s*+\))", re.I), rf"\1{GONE}"),
    (re.compile(rf"((?<![\w-]){_SPACED}[ \t]++){VALUE}", re.I), rf"\1{GONE}"),
    # machine x login y password z, of .netrc.
    (re.compile(rf"(\blogin[ \t]++{_V}++[ \t]++password[ \t]++){VALUE}", re.I), rf"\1{GONE}"),
    # :ommysql:server,database,user,password of rsyslog.
    (re.compile(rf"(:om\w*sql:(?:[^,\s]{{0,200}}+,){{3}}){VALUE}"), rf"\1{GONE}"),
    # user/password@service, of Oracle: up to the last @ of the word.
    (re.compile(rf"(\bjdbc:oracle:\w++:[^\s/@]*+)/(?:{_V}*(?=@)|{_V}++)", re.I), rf"\1/{GONE}"),
    (re.compile(rf"((?<![\w.-])userid=['\"]?[A-Za-z][\w.$#]*+)/(?:{_V}*(?=@)|{_V}++)", re.I), rf"\1/{GONE}"),
    (
        re.compile(rf"\b(?:sqlplus|sqlldr|expdp|impdp|rman)\b{_REST}|(?<![\w-])(?:exp|imp) {_REST}", re.I),
        lambda found: _ORACLE.sub(rf"\1/{GONE}", found[0]),
    ),
    # --password value, -token value, and Windows' /password value. What looks like the next option is one.
    (re.compile(rf"((?<!\S)--?{NAMED}[ \t]++)(?!--[A-Za-z]|-[A-Za-z](?!{_V})){VALUE}", re.I), rf"\1{GONE}"),
    (re.compile(rf"((?<!\S)/{NAMED}[ \t]++)(?!/[A-Za-z?]){VALUE}", re.I), rf"\1{GONE}"),
    # SQL.
    (
        re.compile(
            rf"(\bidentified\s++(?:(?:with|via)\s++{_V}++\s++)?(?:by|as|using)\s++(?:password\s++)?){VALUE}", re.I
        ),
        rf"\1{GONE}",
    ),
    (re.compile(rf"(\bpassword(?:\s++|\s*+\(\s*+)){_QUOTED}", re.I), rf"\1{GONE}"),
    (re.compile(rf"(\bset\s++password\s++for\s++{_V}++\s*+=\s*+){VALUE}", re.I), rf"\1{GONE}"),
    # Tools whose short options carry a password.
    _of_tool(MYSQL, r"(?:-p|(?:old-)?password[ \t]++)"),
    _of_tool(
        r"sshpass|7z\w*+|zip|unzip|mongo\w*+|[io]sql|sqlcmd|tsql|bcp|cqlsh|htpasswd|dbmaster|psexec\w*+|schtasks"
        r"|ipmitool|\w?freerdp|(?:docker|podman|oc|az)[ \t]++login|check_(?:mysql|mssql|pgsql|ldap|oracle|disk_smb)\w*+",
        r"(?:-[pP]|/(?:rp|p|RP|P)\b:?+)[ \t]*+",
    ),
    # plink -pw value; net use X: \\server\share value; net user name value.
    (re.compile(rf"((?<!\S)-pw[ \t]++){VALUE}"), rf"\1{GONE}"),
    (
        re.compile(rf"\bnet1?(?:\.exe)?\"?[ \t]++use[ \t]{_REST}", re.I),
        lambda found: _NET_USE.sub(rf"\1{GONE}", found[0]),
    ),
    (
        re.compile(rf"(\bnet1?(?:\.exe)?\"?[ \t]++user[ \t]++{_V}++[ \t]++)(?!/|\*(?!{_V})){VALUE}", re.I),
        rf"\1{GONE}",
    ),
    _of_tool(r"ldap(?:search|modify|add|delete|passwd|whoami|compare)", r"-[xvnMcZALCPIQ]{0,9}w[ \t]*+"),
    _of_tool(r"redis-cli", r"-a[ \t]*+"),
    _of_tool(r"snmp(?:get|walk|set|bulk\w*+|table|trap)|check_snmp\w*+", r"-[AXcC][ \t]*+"),
    _of_tool(r"openssl", r"-[kK][ \t]++"),
    _of_tool(r"signtool|certutil", r"[-/][pP][ \t]++"),
    _of_tool(r"dtexec", r"[-/][dD][eE](?:[cC][rR][yY][pP][tT])?[ \t]++"),
    # ConvertTo-SecureString value, and value | ConvertTo-SecureString, of PowerShell.
    (
        re.compile(
            rf"(\bConvertTo-SecureString(?:[ \t]++-(?:AsPlainText|Force|String)\b)*+[ \t(:]++)"
            rf"(?!-[A-Za-z]|[|;)](?!{_V})){VALUE}",
            re.I,
        ),
        rf"\1{GONE}",
    ),
    (re.compile(r"(?:'[^'\r\n]*+'|\"[^\"\r\n]*+\")(\s*+\|\s*+ConvertTo-SecureString)", re.I), rf"{GONE}\1"),
    # curl -u user:password, smbclient -U user%password.
    (
        re.compile(
            rf"((?<!\S)(?:-u[ \t]*+|--user[= ]|--proxy-user[= ])(?P<q>['\"])?[^\s:'\"]*+)"
            rf":(?(q)(?:(?!(?P=q))[^\r\n])++|{_V}++)"
        ),
        rf"\1:{GONE}",
    ),
    (
        re.compile(
            rf"((?<!\S)(?:-U[ \t]*+|--user[= ])(?P<q>['\"])?[^\s%'\"]*+)"
            rf"%(?(q)(?:(?!(?P=q))[^\r\n])++|{_V}++)"
        ),
        rf"\1%{GONE}",
    ),
    (re.compile(rf"(\bpass:){VALUE}"), rf"\1{GONE}"),
    # Hashes of passwords.
    (re.compile(r"\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|argon2\w*)\$[^\s:'\"]+"), GONE),
    (re.compile(r"\b(?:SCRAM-SHA-256\$|md5[0-9a-f]{32}\b)\S*"), GONE),
    (re.compile(r"(\{(?:S?SHA\d*|S?MD5|CRYPT|PBKDF2[\w-]*|ARGON2)\})[^\s'\"]+"), rf"\1{GONE}"),
    # A public key's comment, which names a person.
    (
        re.compile(r"(\b(?:ssh|ecdsa)-[\w@.-]{1,64}+[ \t]++AAAA[A-Za-z0-9+/]++=*+[ \t]++)[^\r\n]+"),
        rf"\1{GONE}",
    ),
    # Keys by their looks: AWS, Azure, GitHub, GitLab, Slack, Google, Stripe, and JSON web tokens.
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}+\b"), GONE),
    (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}=="), GONE),
    (re.compile(r"[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}"), GONE),
    (
        re.compile(r"\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|AIza|[rs]k_live_|pul-)[A-Za-z0-9_-]{10,}"),
        GONE,
    ),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}+(?:\.[A-Za-z0-9_-]*+)*+"), GONE),
)

_SIGNS = """
pass pwd pw secret token credential key auth sig connection community login :// == $ q~ {s {m {c {p {a cookie bearer
basic negotiate identified sql cql maria dumper loader backup top 7z zip mongo bcp dbmaster ldap redis snmp jdbc:oracle
expdp impdp rman -u --user --proxy-user setenv _param header scram md5 ssh- ecdsa- akia asia aroa aida gho_ ghp_ ghr_
ghs_ psexec schtasks plink net ghu_ github_pat_ glpat- xox aiza _live_ pul- eyj ipmitool freerdp check_ openssl
userid= signtool certutil dtexec securestring
"""
SIGNS = (*_SIGNS.split(), "exp ", "imp ")
"""Where none of these is in a text, in whatever case, no rule can fit: most of what a host says costs no more."""
