"""Output that our own machines do not print: websites, shares and databases."""

from estate.records.facts.mariadb import Mariadb
from estate.records.facts.postgresql import Postgresql
from estate.records.facts.shares import Shares
from estate.records.facts.websites import Websites
from estate.records.observation import Outcome
from tests.inventory.parsed import read, reading


def test_apache_virtual_hosts() -> None:
    prefix = "/etc/apache2/sites-enabled/a.conf:"
    lines = [
        "<VirtualHost *:443>",
        "ServerName www.a.example:443",
        "ServerAlias a.example",
        'DocumentRoot "/srv/my site"',
        "SSLEngine on",
        "SSLCertificateFile /etc/ssl/a.crt",
        "SSLProtocol all -SSLv3",
        "ProxyPass /app http://user:hunter2@10.0.0.2:8080/",
        "ProxyPass /static !",
        "</VirtualHost>",
    ]
    text = "".join(f"{prefix}    {line}\n" for line in lines) + "size 0 40 /srv/my site\nend\n"
    found = read("websites", Websites, text)
    (site,) = found.sites
    assert (site.names, site.root, site.tls) == (("www.a.example", "a.example"), "/srv/my site", True)
    assert len(site.upstreams) == 1
    assert "hunter2" not in found.model_dump_json()
    assert found.root_bytes == {"/srv/my site": 40960}


def test_nginx_upstreams_and_settings_of_http() -> None:
    lines = [
        "http {",
        "  ssl_protocols TLSv1.2 TLSv1.3;",
        "  upstream backend { server 10.0.0.2:8080; server 10.0.0.3:8080; }",
        "  server { listen 443 ssl; server_name a.example b.example; location / { proxy_pass http://backend; } }",
        "}",
    ]
    found = read("websites", Websites, "".join(f"/etc/nginx/nginx.conf:{line}\n" for line in lines) + "end\n")
    (site,) = found.sites
    assert site.names == ("a.example", "b.example")
    assert site.upstreams == ("http://10.0.0.2:8080", "http://10.0.0.3:8080")
    assert site.tls_protocols == ("TLSv1.2", "TLSv1.3")


def test_a_size_that_du_could_not_measure_whole_is_unknown() -> None:
    text = "/etc/samba/smb.conf:[shared]\n/etc/samba/smb.conf:path = /srv/shared\nsize 1 12 3 /srv/shared\nend\n"
    as_user = reading("shares", text, uid=1000)
    assert isinstance(as_user.payload, Shares)
    assert as_user.payload.shares[0].bytes is None
    assert "the size of /srv/shared" in as_user.partial
    assert read("shares", Shares, text).shares[0].bytes == 12288


def test_samba_and_nfs() -> None:
    smb = [
        "[global]",
        "server min protocol = NT1",
        "[Public]",
        "path = /srv/pub",
        "writable = yes",
        "guest ok = yes",
    ]
    text = (
        "".join(f"/etc/samba/smb.conf:{line}\n" for line in smb)
        + "/etc/exports:/gis 10.0.0.0/24(rw,sync) *(ro)\nend\n"
    )
    found = read("shares", Shares, text)
    assert found.smb1 is True
    assert [(one.protocol, one.name, one.read_only, one.clients) for one in found.shares] == [
        ("smb", "Public", False, ()),
        ("nfs", "/gis", False, ("10.0.0.0/24", "*")),
    ]
    assert found.shares[0].guest


def test_a_database_server_that_does_not_let_us_in_is_unreadable_and_not_absent() -> None:
    text = 'socket 5432\npsql: error: FATAL:  role "svc" does not exist\nend\n'
    assert reading("postgresql", text, uid=1000).outcome is Outcome.UNREADABLE
    assert (
        reading("postgresql", "socket 5432\npsql: error: the server is starting up\nend\n").outcome
        is Outcome.FAILED
    )
    assert reading("postgresql", "none\nend\n").outcome is Outcome.ABSENT
    denied = "ERROR 1045 (28000): Access denied for user 'svc'@'localhost'\n"
    assert reading("mariadb", denied, status=1, uid=1000).outcome is Outcome.UNREADABLE


def test_a_database_with_an_odd_name_stays_one_row() -> None:
    row = (
        '{"name":"a\\"b\\n'
        'socket 1","owner":"o","encoding":"UTF8","collation":"C","template":false,"connects":true,"bytes":7}'
    )
    text = (
        f'socket 5432\ncluster {{"version":"13.22 (Debian)","port":"5432","standby":false}}\ndatabase {row}\nend\n'
    )
    (cluster,) = read("postgresql", Postgresql, text).clusters
    assert cluster.version == "13.22"
    assert cluster.databases[0].name == 'a"b\nsocket 1'
    assert cluster.databases[0].tables is None


def test_mysql_is_told_from_mariadb() -> None:
    text = (
        "port\t3306\nversion\t8.0.36-0ubuntu0.22.04.1\nversion_comment\t(Ubuntu)\n"
        "database\tshop\tutf8mb4\t2\t1024\tInnoDB\nend\t1\n"
    )
    found = read("mariadb", Mariadb, text)
    assert (found.product, found.version, found.databases[0].bytes) == ("mysql", "8.0.36", 1024)
