"""What looks like a secret is gone; what does not, stays."""

import shlex
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.redact import GONE, _redact, redact, redact_argv, redact_bytes
from estate.secret_forms import FORMS, WINDOWS_FORMS, Form

PLAIN = string.ascii_letters + string.digits
BARE = PLAIN + string.punctuation
NO_BREAK = "\u00a0\u2003\u3000"
"""Spaces that end no word of a shell."""

bare = st.text(BARE + NO_BREAK, max_size=40).map(lambda text: f"Zq{text}9")
spaced = st.text(BARE + " $()<>|;&[]{}", min_size=6, max_size=40).map(lambda text: f"Zq{text}9")

WORDS = [form for form in (*FORMS, *WINDOWS_FORMS) if form.holds == "word"]
QUOTED = [form for form in FORMS if form.holds == "quoted"]
LOOKS = [form for form in FORMS if form.holds == "looks"]
PLACES = ("", "app ", "30 2 * * * root ", "/etc/app.conf:", "ExecStart=/usr/bin/app ")
"""What may stand before it on the same line."""


def left(form: Form, canary: str, before: str = "") -> set[str]:
    """The parts of four characters of a secret that are left of it, but for those of the form itself."""
    text = redact(before + form.holding(canary))
    around = redact(before + form.holding("\n")) + before + form.example
    parts = {canary[at : at + 4] for at in range(len(canary) - 3)}
    return {part for part in parts if part in text and part not in around and part not in GONE}


def within(form: Form, secret: str) -> str:
    """A secret as it can stand there: between quotes it does not hold them, nor in an element the next one."""
    before = form.example[: form.example.index("{}")]
    opened = next((mark for mark in "\"'" if before.count(mark) % 2), "")
    ends = opened + "\\" if opened else "<" if before.endswith(">") else ""
    return "".join(one for one in secret if one not in ends)


def named(form: Form) -> str:
    return form.example


@pytest.mark.parametrize("form", WORDS, ids=named)
@given(canary=bare, before=st.sampled_from(PLACES))
@settings(max_examples=60)
def test_a_secret_that_is_a_word_never_survives(form: Form, canary: str, before: str) -> None:
    """Not even a part of it."""
    assert left(form, within(form, canary), before) == set()


@pytest.mark.parametrize("form", QUOTED, ids=named)
@given(canary=spaced, before=st.sampled_from(PLACES))
@settings(max_examples=40)
def test_a_quoted_secret_never_survives(form: Form, canary: str, before: str) -> None:
    assert canary not in redact(before + form.holding(canary))


@pytest.mark.parametrize("form", LOOKS, ids=named)
@given(canary=st.text(string.ascii_uppercase + string.digits, min_size=16, max_size=16))
@settings(max_examples=20)
def test_what_is_known_by_its_looks_never_survives(form: Form, canary: str) -> None:
    assert canary not in redact(form.holding(canary))


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=5), bare)
def test_none_of_several_survives(several: list[Form], canary: str) -> None:
    text = redact("\n".join(form.holding(within(form, canary)) for form in several))
    assert [form for form in several if within(form, canary) in text] == []


UNITS = (
    *(
        "a",
        ".",
        "-",
        "pass",
        "pass-",
        "token-",
        "eyJaaaa",
        "eyJaaaa-",
        "=",
        ":",
        "@",
        "/",
        "'",
        '"',
        "\\",
        '\\"',
        "$1$",
        "{SSHA}",
    ),
    *(
        " ",
        "\n",
        "\t",
        "\r\n",
        "ssh-",
        "ssh-a AAAA",
        "://",
        "://a:",
        "jdbc:oracle:x:/",
        ":omsql:",
        "'pass','",
        "'token:",
        "<pass",
    ),
    *(
        "pass=",
        "pass='",
        'pass="',
        '"pass=\\',
        "-pass ",
        "-p ",
        "-u a",
        "-u a:",
        "mysql ",
        "mysql.",
        "net use \\\\a /b ",
        "login a ",
    ),
    *(
        "identified with ",
        "setenv ",
        "$action",
        "bindpassword",
        "AKIA",
        "openssl -k ",
        "exp a/",
        "7z",
        " ; ",
        "key='pass' ",
    ),
    *(
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN ",
        "A" * 20 + "\n",
        "-----END PRIVATE KEY-----",
    ),
    *(
        "userid=a/",
        "userid=",
        "securestring ",
        "ConvertTo-SecureString -Force ",
        "'a'|convertto-securestring",
        "signtool /p ",
    ),
    *("/x:", "grep: ", "\u00a0", "md5", "basic ", "authorization", "[redacted]", "define('pass',"),
)


def seconds(text: str) -> float:
    """Of processor time."""
    begun = time.process_time()
    _redact(text)
    return time.process_time() - begun


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_it_takes_time_linear_in_the_length(unit: str) -> None:
    """Four times the length takes about four times as long: sixteen would be quadratic."""
    for several in (unit, unit + "pass-", unit + '"', unit + "\n"):
        short = several * (4_000 // len(several))
        for end in ("", " pass"):
            # The least of several runs, of which most need one.
            assert any(seconds(short * 4 + end) < 8 * seconds(short + end) + 0.01 for _ in range(4))


def test_a_mebibyte_of_anything_is_done_soon() -> None:
    """It takes about two seconds; without bounds it would be days."""
    begun = time.process_time()
    redact("a" * 2**20 + " pass")
    assert time.process_time() - begun < 30


@given(st.text() | st.sampled_from(FORMS).flatmap(lambda form: bare.map(form.holding)))
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
        "password [success=1 default=ignore] pam_unix.so obscure yescrypt",
        "auth required pam_faillock.so preauth",
        "Defaults rootpw, timestamp_timeout=5",
        "sqlplus / as sysdba @run.sql",
        'setting {"name":"password_encryption","setting":"md5"}',
        "ssh -A -X host",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE8o0SPDF7cWMmeokZxAmW926Unpb",
        "fastcgi_param SCRIPT_FILENAME $document_root",
        "signtool verify /pa /ph x.exe",
        "dtexec /F x.dtsx /Dump error",
        "ConvertTo-SecureString -AsPlainText -Force",
        "userid=COUNCIL\\svc",
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


LIKELY = "pasword-PWDkeytoniu$5y:=/@{}.~_ \n'\"Q7zX"


@given(
    st.text(LIKELY, max_size=60)
    | st.sampled_from((*FORMS, *WINDOWS_FORMS)).flatmap(lambda form: bare.map(form.holding))
)
@settings(max_examples=1000)
def test_the_quick_look_for_signs_passes_over_nothing(text: str) -> None:
    assert redact(text) == _redact(text)


def test_bytes_of_any_encoding() -> None:
    assert redact_bytes(b"\xff password=hunter22 \xfe") == b"\xff password=" + GONE.encode() + b" \xfe"


def test_the_name_of_a_file_before_its_line_is_no_setting() -> None:
    kept = "/etc/passwd:root:shadow:0:0::/root:/bin/bash\ngrep: /etc/shadow-password: Permission denied\n"
    assert redact(kept) == kept
    assert redact("/etc/app/password:password = hunter2") == f"/etc/app/password:password = {GONE}"
    assert redact("see /etc/password:hunter2") == f"see /etc/password:{GONE}"
