"""Fact `websites`: what nginx and Apache are set to serve."""

from estate.records.facts.websites import Website, Websites
from inventory.facts._apache import apache_sites
from inventory.facts._nginx import nginx_sites
from inventory.facts.base import Fact, Reading, Section, absent, file_lines, known, unreadable, whole

# `nginx -T` would open its logs and make those that are missing, so the files are read as they are; only lines
# with a directive that matters, or a brace, leave the host.
SNIPPET = r"""
[ -d /etc/nginx ] || [ -d /etc/apache2 ] || [ -d /etc/httpd ] || { echo none; exit 0; }
for d in /etc/nginx /etc/apache2 /etc/httpd; do [ -d $d ] && [ ! -x $d ] && printf 'unreadable %s\n' $d; done
n='/etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/*'
a='/etc/apache2/ports.conf /etc/apache2/apache2.conf /etc/apache2/conf-enabled/*.conf /etc/apache2/sites-enabled/*'
a="$a /etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*.conf"
e='[{}]|^[[:space:]]*(server_name|listen|root|ssl|ssl_certificate|ssl_protocols|proxy_pass|fastcgi_pass|uwsgi_pass'
grep -aHE "$e|server|upstream)[[:space:]]" $n 2>&1 \
  | grep -avE '^grep: .*(No such file or directory|[Ii]s a directory)$'
e='^[[:space:]]*(</?VirtualHost|Listen[[:space:]]|ServerName|ServerAlias|DocumentRoot|SSLEngine|SSLCertificateFile'
grep -aHiE "$e|SSLProtocol|ProxyPass[[:space:]])" $a 2>&1 \
  | grep -avE '^grep: .*(No such file or directory|[Ii]s a directory)$'
for r in $(grep -hasE '^[[:space:]]*(root|DocumentRoot)[[:space:]]' $n $a 2>/dev/null \
  | awk '{ gsub(/[;"]/, "", $2); print $2 }' | sort -u); do
  [ -d "$r" ] || continue
  b=$($t du -skx "$r" 2>/dev/null)
  printf 'size %s %s %s\n' "$?" "${b%%[!0-9]*}" "$r"
done
echo end
"""


def parse(section: Section) -> Reading:
    """Read both servers' files; the sizes of roots are du's, in KiB."""
    lines = section.lines
    if lines == ["none"]:
        return absent("neither nginx nor Apache is set up on the host")
    if not lines or lines[-1] != "end":
        raise ValueError("the configuration was cut off")
    sizes: dict[str, int] = {}
    rest: list[str] = []
    unmeasured: list[str] = []
    for line in lines[:-1]:
        if line.startswith("size "):
            _, status, kib, path = line.split(" ", 3)
            if whole(status, section.uid) and kib:
                sizes[path] = int(kib) * 1024
            else:
                unmeasured.append(path)
        else:
            rest.append(line)
    pairs, refused = file_lines(Section("\n".join(rest).encode()))
    if refused and not pairs:
        return unreadable(f"{', '.join(refused[:4])} may not be read")
    nginx = [(file, line) for file, line in pairs if file.startswith("/etc/nginx/")]
    apache = [(file, line) for file, line in pairs if not file.startswith("/etc/nginx/")]
    sites: tuple[Website, ...] = (*nginx_sites(nginx), *apache_sites(apache))
    missing = [f"sites in {', '.join(refused[:8])}"] if refused else []
    missing += [f"the size of {', '.join(unmeasured[:8])}"] if unmeasured else []
    return known(
        Websites(sites=sites, root_bytes=sizes),
        partial="; ".join(missing),
        privilege="root" if missing and section.uid != 0 else "",
    )


FACT = Fact(
    id="websites",
    reads="configuration of nginx and Apache (only lines that say what is served), and du of each root. "
    "Any account where the files are open to it, else root.",
    tool="grep",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=4 << 20,
    tier=2,
)
