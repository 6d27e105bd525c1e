"""Fact `endpoints`: the hosts, ports and databases that configuration names, and nothing else of it."""

import re
from collections.abc import Iterator, Sequence

from estate.records.facts.endpoints import Endpoint, Endpoints
from inventory.configured import OF_MANY, PORTS
from inventory.facts.base import Fact, Reading, Section, absent, file_lines, known, unreadable

# The files hold passwords, so awk prints a host, a port and a database where each is made of the letters of such
# names alone, and never a line. What stands before the last @ of a string is a login; where an @ may come after what
# was matched, the password has a character that ends a string, and nothing is printed.
_AWK = r"""
function is_host(s) {
  return length(s) < 254 && (s ~ /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/ || s ~ /^\[[0-9A-Fa-f:]+\]$/)
}
function is_name(s) { return length(s) < 64 && s ~ /^[A-Za-z0-9_][A-Za-z0-9_.$-]*$/ }
function is_port(s) { return length(s) < 6 && s ~ /^[0-9]+$/ }
function after_login(s, i) { while ((i = index(s, "@"))) s = substr(s, i + 1); return s }
function until(s, marks, i) { return match(s, marks) ? substr(s, 1, RSTART - 1) : s }
function say(product, at, database, host, port) {
  if (match(at, /:[0-9]+$/)) { port = substr(at, RSTART + 1); host = substr(at, 1, RSTART - 1) } else host = at
  if (!is_host(host) || (port != "" && !is_port(port))) return
  printf "%s:url %s %s %s %s\n", FILENAME, product, host, port == "" ? "-" : port, is_name(database) ? database : "-"
}
function value(text, keys, s) {
  if (!match(tolower(text), "(^|[;:, \t\"\047({])(" keys ")[ \t]*=[ \t]*[\"\047]?")) return ""
  return until(substr(text, RSTART + RLENGTH), "[;& \t\"\047)}]")
}
BEGIN {
  ASSIGNED = "^[ \t]*(export[ \t]+|Environment=)?[\"\047]?[A-Z][A-Z0-9_]*"
  ASSIGNED = ASSIGNED "(URL|URI|ENDPOINT|HOST|SERVER|API|PROXY|BASE|UPSTREAM|BACKEND)[A-Z0-9_]*="
  SECRET = "([Pp][Aa][Ss][Ss]|[Pp][Ww][Dd]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn]|[Kk][Ee][Yy])"
  SECRET = "[A-Za-z_.-]*" SECRET "[A-Za-z_]*[ \t]*=[ \t]*(\"[^\"]*\"|\047[^\047]*\047|[^;& \t]*)"
}
FNR == 1 { told = 0 }
FNR > 5000 || length($0) > 4000 || /^[ \t]*(#|;|\/\/|\/?\*|--|<!--)/ { next }
{
  rest = $0
  while (match(rest, /[a-z]+(\+[a-z0-9]+)?:\/\/[^ \t"\047<>`,()]+/)) {
    text = substr(rest, RSTART, RLENGTH)
    jdbc = substr(rest, 1, RSTART - 1) ~ /jdbc:$/
    rest = substr(rest, RSTART + RLENGTH)
    product = until(text, "[+:]")
    text = substr(text, index(text, "://") + 3)
    if (product !~ /^(SCHEMES)$/ || until(rest, "[ \t]") ~ /@/ || (text !~ /@/ && rest ~ /@/)) continue
    if (product ~ /^https?$/ && $0 !~ ASSIGNED) continue
    path = match(text, /[?;]/) ? substr(text, RSTART) : ""
    # An @ after the parameters began: of a password there, or of a login that holds such a mark. Only of the JDBC form of
    # sqlserver is it known, which has no login before the host.
    if (path ~ /@/ && !(jdbc && product == "sqlserver")) continue
    text = path ~ /@/ ? until(text, "[?;]") ";" path : after_login(text)
    path = match(text, /[\/?;#]/) ? substr(text, RSTART) : ""
    database = ""
    if (product ~ /^(postgres|postgresql|mysql|mariadb|mongodb|oracle)$/ && path ~ /^\//)
      database = until(substr(path, 2), "[/?;#&]")
    if (product ~ /^(sqlserver|mssql)$/) database = value(path, "databasename|database")
    say(product, until(text, "[/?;#]"), database)
    told = FNR
  }
  # What is left of such a line are parts of its strings.
  if (told == FNR) next
  if (match($0, /jdbc:oracle:thin:[^ \t"\047<>]*@/)) {
    text = after_login(until(substr($0, RSTART + 17), "[ \t\"\047<>]"))
    sub(/^\/\//, "", text)
    if (match(text, /^[A-Za-z0-9._-]+:[0-9]+/))
      say("oracle", substr(text, 1, RLENGTH), until(substr(text, RLENGTH + 2), "[/:?;]"))
  }
  line = $0
  gsub(SECRET, ";", line)
  host = value(line, "host|hostaddr|server|data source|datasource|address|addr|network address")
  database = value(line, "dbname|database|initial catalog|databasename")
  if (host != "" && database != "" && line !~ /:\/\//) {
    product = "-"
    if (line ~ /mysql:|[Mm]y[Ss][Qq][Ll]/) product = "mysql"
    else if (line ~ /pgsql:|dbname=/) product = "postgresql"
    else if (line ~ /sqlsrv:|[Ii]nitial [Cc]atalog|[Dd]ata [Ss]ource|tcp:|[Tt]rust|[Ii]ntegrated|[Ss]erver=/)
      product = "sqlserver"
    port = value(line, "port")
    sub(/^tcp:/, "", host)
    if (match(host, /,[0-9]+$/)) { port = substr(host, RSTART + 1); host = substr(host, 1, RSTART - 1) }
    host = until(host, "[\\\\]")
    say(product, is_port(port) ? host ":" port : host, database)
    next
  }
  rest = $0
  while (match(rest, /[A-Za-z0-9_.-]+["\047]?\]?[ \t]*(=>|=|:|,)[ \t]*["\047]?[^ \t"\047;,)}]+/)) {
    text = substr(rest, RSTART, RLENGTH)
    rest = substr(rest, RSTART + RLENGTH)
    match(text, /^[A-Za-z0-9_.-]+/)
    key = substr(text, 1, RLENGTH)
    text = substr(text, RLENGTH + 1)
    sub(/^["\047]?\]?[ \t]*(=>|=|:|,)[ \t]*/, "", text)
    quote = substr(text, 1, 1)
    if (quote == "\"" || quote == "\047") text = substr(text, 2)
    else quote = ""
    if (key == "Environment") { rest = text rest; continue }
    low = tolower(key)
    if (low ~ /pass|pwd|secret|token|credential|key|auth/) {
      # All of the secret is passed over, whatever it holds.
      rest = text rest
      if (quote == "") sub(/^[^ \t]*/, "", rest)
      else rest = index(rest, quote) ? substr(rest, index(rest, quote) + 1) : ""
      continue
    }
    kind = ""
    if (sub(/(host|hostname|host_name|server)$/, "", low)) kind = "host"
    else if (sub(/port$/, "", low)) kind = "port"
    else if (low ~ /(db|database)_name$/) { sub(/name$/, "", low); kind = "database" }
    else if (sub(/(database|dbname|databasename)$/, "", low)) kind = "database"
    else if (key == "NAME") { low = ""; kind = "database" }
    else if (sub(/(engine|driver|adapter|dialect|connection)$/, "", low) || sub(/type$/, "", low)) kind = "product"
    if (kind == "host") {
      port = ""
      if (match(text, /:[0-9]+$/)) { port = substr(text, RSTART + 1); text = substr(text, 1, RSTART - 1) }
      if (!is_host(text) || (port != "" && !is_port(port))) continue
    }
    if (kind == "port" && !is_port(text)) continue
    if (kind == "database" && !is_name(text)) continue
    if (kind == "product") {
      text = tolower(text)
      if (!match(text, /postgres|pgsql|mysql|mariadb|sqlsrv|sqlserver|mssql|oracle|redis|mongo/)) continue
      text = substr(text, RSTART, RLENGTH)
    }
    if (kind == "") continue
    printf "%s:key %s %s %s\n", FILENAME, low == "" ? "-" : low, kind, text
    if (kind == "host" && port != "") printf "%s:key %s port %s\n", FILENAME, low == "" ? "-" : low, port
  }
}
"""
_PACKAGED = (
    "/etc/ssh*",
    "/etc/systemd",
    "/etc/nginx",
    "/etc/apache2",
    "/etc/httpd",
    "/etc/mysql",
    "/etc/postgresql",
)
"""Folders of programs that have facts of their own, or name nobody's service."""

PROGRAM = _AWK.strip().replace("SCHEMES", "|".join(sorted(PORTS)))
"""What is printed of a file, as an awk program."""

SNIPPET = (
    r"""
command -v awk >/dev/null || exit 127
echo endpoints
u=
for f in /etc/systemd/system/*.service /etc/systemd/system/*.service.d/*.conf /usr/local/lib/systemd/system/*.service; do
  case $f in *[!A-Za-z0-9_./@+-]*) ;; *) [ -f "$f" ] && u="$u $f" ;; esac
done
r=
[ -z "$u" ] || r=$(awk '/^[ \t]*(EnvironmentFile|WorkingDirectory|ExecStart)[ \t]*=/ {
  k = $0; sub(/[ \t]*=.*/, "", k); sub(/^[ \t]*/, "", k); v = $0; sub(/^[^=]*=[ \t]*/, "", v)
  n = split(v, w, /[ \t]+/)
  for (i = 1; i <= n; i++) {
    p = w[i]; sub(/^[-@:+!~"\047]+/, "", p); sub(/["\047]+$/, "", p)
    if (p !~ /^\/[A-Za-z0-9_.\/@+-]+$/) continue
    if (k ~ /ExecStart$/) {
      if (p !~ /^\/(opt|srv|home|var\/www|var\/lib|usr\/local)\/[^\/]+\//) continue
      sub(/\/[^\/]*$/, "", p)
    }
    if (p ~ /^\/[^\/]*\/?$/ || p ~ /^\/(var\/lib|var\/www|usr\/local|usr\/local\/s?bin)\/?$/) continue
    print FILENAME ":reads " p
  }
}' $u)
for f in $u; do
  n=${f##*/}; n=/etc/${n%.service}
  case $n in *.conf|@OWN@) ;; *) [ -d "$n" ] && r="$r
$f:reads $n" ;; esac
done
[ -z "$r" ] || printf '%s\n' "$r"
set -- $u /etc/environment /etc/default/* /etc/sysconfig/* /etc/odbc.ini /etc/tomcat*/context.xml \
  /etc/tomcat*/Catalina/localhost/*.xml /var/lib/tomcat*/webapps/*/META-INF/context.xml \
  /var/lib/tomcat*/webapps/*/WEB-INF/classes/*.properties
d=$(printf '%s\n' "$r" | sed -n 's/^[^:]*:reads //p'
  grep -hasE '^[[:space:]]*(root|DocumentRoot)[[:space:]]' /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf \
    /etc/nginx/sites-enabled/* /etc/apache2/sites-enabled/* /etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*.conf \
  | awk '{ gsub(/[;"]/, "", $2); if ($2 ~ /^\/[A-Za-z0-9_.\/@+-]+$/) { print $2; sub(/\/[^\/]+\/?$/, "", $2); print $2 } }')
for f in $(printf '%s\n' "$d" | sort -u | head -n 100); do
  case $f in @MANY@) continue ;; esac
  if [ -f "$f" ]; then set -- "$@" "$f"; elif [ -d "$f" ]; then
    [ -x "$f" ] || printf 'unreadable %s\n' "$f"
    set -- "$@" "$f"/.env "$f"/*.env "$f"/*config*.php "$f"/configuration.php "$f"/*settings*.p* "$f"/*config*.py \
      "$f"/*.ini "$f"/*.conf "$f"/*.cfg "$f"/*.toml "$f"/*.properties "$f"/*.yml "$f"/*.yaml "$f"/*config*.json \
      "$f"/appsettings*.json "$f"/web.config "$f"/app/etc/env.php "$f"/app/etc/local.xml \
      "$f"/sites/default/settings.php "$f"/config/*.* "$f"/conf/*.*
  fi
done
n=0
for f; do
  shift
  case $f in *[!A-Za-z0-9_./@+-]*) continue ;; esac
  [ -f "$f" ] || continue
  [ -r "$f" ] || { printf 'unreadable %s\n' "$f"; continue; }
  n=$((n + 1))
  [ $n -gt 400 ] || set -- "$@" "$f"
done
[ $n -le 400 ] || echo more
[ $# -eq 0 ] || $t find -L "$@" -maxdepth 0 -type f -size -1024k -exec awk '@AWK@' {} + || echo failed
echo end
""".replace("@AWK@", PROGRAM)
    .replace("@OWN@", "|".join(_PACKAGED))
    .replace("@MANY@", "|".join(sorted(OF_MANY)))
)

_STEMS = re.compile(r"db|database|pg|postgres|mysql|maria|sql|redis|mongo|amqp|rabbit|ldap|smtp|mail|oracle")
_PRODUCTS = {
    "pg": "postgresql",
    "postgres": "postgresql",
    "pgsql": "postgresql",
    "mysql": "mysql",
    "maria": "mysql",
    "mariadb": "mysql",
    "sqlsrv": "sqlserver",
    "sqlserver": "sqlserver",
    "mssql": "sqlserver",
    "redis": "redis",
    "mongo": "mongodb",
    "amqp": "amqp",
    "rabbit": "amqp",
    "ldap": "ldap",
    "smtp": "smtp",
    "mail": "smtp",
    "oracle": "oracle",
}


def parse(section: Section) -> Reading:
    """Read the strings, and put the keys of one file and prefix together (`DB_HOST`, `DB_PORT`, `DB_NAME`)."""
    lines = section.lines
    if not lines or lines[0] != "endpoints" or lines[-1] != "end" or "failed" in lines:
        raise ValueError("the configuration was cut off")
    many = "more" in lines
    if not all(line.startswith(("/", "unreadable /")) for line in lines[1:-1] if line != "more"):
        # Not shown, as nobody knows what it is.
        raise ValueError("an unexpected line")
    pairs, refused = file_lines(Section("\n".join(line for line in lines[1:-1] if line != "more").encode()))
    found: list[Endpoint] = []
    keys: dict[tuple[str, str], list[tuple[str, str]]] = {}
    reads: dict[str, list[str]] = {}
    for file, line in pairs:
        words = line.split(" ")
        if words[0] == "url" and len(words) == 5:
            product, host, port, database = (None if word == "-" else word for word in words[1:])
            found.append(_endpoint(file, product or "", host or "", port, database))
        elif words[0] == "key" and len(words) == 4:
            keys.setdefault((file, "" if words[1] == "-" else words[1]), []).append((words[2], words[3]))
        elif words[0] == "reads" and len(words) == 2:
            reads.setdefault(file, []).append(words[1])
        else:
            raise ValueError("an unexpected line")
    for (file, stem), values in keys.items():
        found += _together(file, stem, values)
    if not found and refused:
        return unreadable(f"{', '.join(refused[:4])} may not be read")
    if not found and not many:
        return absent("no configuration that was looked into names a host")
    missing = [f"what stands in {', '.join(refused[:8])}"] if refused else []
    missing += ["what stands in more than 400 files"] if many else []
    return known(
        Endpoints(
            endpoints=tuple(dict.fromkeys(found)),
            reads={unit: tuple(dict.fromkeys(paths)) for unit, paths in reads.items()},
        ),
        partial="; ".join(missing),
        privilege="root" if refused and section.uid != 0 else "",
    )


def _endpoint(file: str, product: str, host: str, port: str | None, database: str | None) -> Endpoint:
    number = int(port) if port and 0 < int(port) < 65536 else PORTS.get(product)
    return Endpoint(file=file, product=product, host=host.strip("[]").lower(), port=number, database=database)


def _together(file: str, stem: str, values: Sequence[tuple[str, str]]) -> Iterator[Endpoint]:
    """What keys of one prefix say together; one that comes again begins another end."""
    ends: list[dict[str, str]] = [{}]
    for kind, value in values:
        if kind in ends[-1] and ends[-1][kind] != value:
            ends.append({})
        ends[-1][kind] = value
    for one in ends:
        named = _STEMS.search(stem)
        if "host" not in one or not (named or "product" in one or "database" in one):
            continue
        product = _PRODUCTS.get(one.get("product", ""), "") or next(
            (full for word, full in _PRODUCTS.items() if word in stem), ""
        )
        if not product and file.endswith("/wp-config.php"):
            product = "mysql"
        yield _endpoint(file, product, one["host"], one.get("port"), one.get("database"))


FACT = Fact(
    id="endpoints",
    reads="units, /etc/default, /etc/sysconfig, and configuration beside the programs of local units and in the roots "
    "of websites (.env, wp-config.php, settings, .ini, .yml, .properties …): hosts, ports and names of databases, "
    "taken out on the server; nothing else of a line leaves it. Any account where the files are open to it, else root.",
    tool="awk",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=1 << 20,
    tier=2,
)
