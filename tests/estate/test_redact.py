"""What looks like a secret is gone; what does not, stays."""

import shlex
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.redact import GONE, redact, redact_argv, redact_bytes

PLAIN = string.ascii_letters + string.digits
BARE = PLAIN + "!#%*+,-./:=?@^_~"

bare = st.text(BARE, min_size=6, max_size=40).map(lambda text: f"Zq{text}9")
spaced = st.text(BARE + " $()<>|;&[]{}", min_size=6, max_size=40).map(lambda text: f"Zq{text}9")

TEMPLATES = [
    "PGPASSWORD={} psql reports",
    "DB_PASS={}",
    "Environment=API_TOKEN={} MODE=live",
    "/usr/bin/app --password={} --host db",
    "/usr/bin/app --password {} --host db",
    "/usr/bin/app -secret {}",
    "app --client-secret={}",
    "password: {}",
    "db.password = {}",
    "clientSecret={}",
    "5 1 * * * root mysqldump -uroot -p{} shop | gzip > /srv/shop.gz",
    "mariadb-dump -u root -p{} shop",
    "sshpass -p {} ssh host",
    "sshpass -p{} ssh host",
    "ldapsearch -D cn=admin -w {} -b dc=x",
    "redis-cli -a {} ping",
    "postgresql://reports_app:{}@db/reports",
    "amqp://guest:{}@mq:5672/",
    "curl -u admin:{} https://x",
    "curl --user admin:{} https://x",
    "smbclient -U council/alice%{} //files/shared",
    "Server=x;Database=y;User Id=sa;Password={};Encrypt=yes",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={};EndpointSuffix=core.windows.net",
    "https://x.blob.core.windows.net/c?sv=2024&sig={}",
    "aws_secret_access_key = {}",
    "AWS_SECRET_ACCESS_KEY={}",
    "openssl rsa -passin pass:{}",
    "username=x,password={},uid=1000",
    "Authorization: Bearer {}",
    "X-Api-Key: {}",
    '{{"password": "{}"}}',
    "'api_key' => '{}'",
    "secret_key='{}'",
    "CREATE USER x IDENTIFIED BY '{}'",
    "ALTER ROLE x PASSWORD '{}'",
]
QUOTED = [
    'Environment="DB_PASSWORD={}"',
    "Environment='DB_PASSWORD={}' OTHER=x",
    'password="{}"',
    "password = '{}'",
    "app --token '{}'",
    "Authorization: Basic {}",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\n{}",
    "mysqldump -p'{}' shop",
]


@pytest.mark.parametrize("template", TEMPLATES)
@given(canary=bare)
def test_a_bare_secret_never_survives(template: str, canary: str) -> None:
    assert canary not in redact(template.format(canary))


@pytest.mark.parametrize("template", QUOTED)
@given(canary=spaced)
def test_a_quoted_secret_never_survives(template: str, canary: str) -> None:
    assert canary not in redact(template.format(canary))


@given(st.lists(st.sampled_from([*TEMPLATES]), min_size=2, max_size=5), bare)
def test_none_of_several_survives(templates: list[str], canary: str) -> None:
    assert canary not in redact("\n".join(t.format(canary) for t in templates))


@given(st.text() | st.sampled_from(TEMPLATES).flatmap(lambda t: bare.map(t.format)))
def test_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(spaced, st.sampled_from(["--password", "--token", "-secret", "--api-key"]))
def test_an_argument_with_spaces_goes_whole(canary: str, flag: str) -> None:
    for argv in [["app", flag, canary, "x"], ["app", f"{flag}={canary}", "x"]]:
        out = redact_argv(argv)
        assert all(canary not in part for part in out)
        assert out[-1] == "x"


@given(spaced)
def test_mysqls_short_option_goes_whole(canary: str) -> None:
    assert canary not in shlex.join(redact_argv(["/usr/bin/mysqldump", "-uroot", f"-p{canary}", "shop"]))


@pytest.mark.parametrize(
    "text",
    [
        "/usr/sbin/sshd -D -p 2222",
        "/usr/lib/postgresql/13/bin/postgres -D /var/lib/postgresql/13/main -c config_file=/etc/postgresql/x.conf",
        "nginx: master process /usr/sbin/nginx -g daemon on; master_process on;",
        "30 2 * * * root /usr/local/bin/nightly --mode=on --passive --author=alice",
        "rsync -aHAX --partial-dir=.x /srv/shared/ target:/srv/shared/",
        "https://www.example.gov.uk/a:b/@here",
        "mkdir -p /srv/x",
        "tar -u user",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijklm",
        "xoxb-123456789012-abcdefghijkl",
        "$6$saltsalt$abcdefghijklmnopqrstuvwxyz",
        "A" * 86 + "==",
        "abc8Q~" + "x" * 34,
    ],
)
def test_keys_are_known_by_their_looks(secret: str) -> None:
    assert secret not in redact(f"app run {secret} now")


def test_the_rest_of_the_line_stays() -> None:
    assert redact("PGPASSWORD=x psql -h db reports") == f"PGPASSWORD={GONE} psql -h db reports"
    assert redact("postgresql://app:pw@db/reports") == f"postgresql://app:{GONE}@db/reports"


def test_bytes_of_any_encoding() -> None:
    assert redact_bytes(b"\xff password=hunter22 \xfe") == b"\xff password=" + GONE.encode() + b" \xfe"


def test_the_name_of_a_file_before_its_line_is_no_setting() -> None:
    kept = "/etc/passwd:root:shadow:0:0::/root:/bin/bash\ngrep: /etc/shadow-password: Permission denied\n"
    assert redact(kept) == kept
    assert redact("/etc/app/password:password = hunter2") == f"/etc/app/password:password = {GONE}"
    assert redact("see /etc/password:hunter2") == f"see /etc/password:{GONE}"
