"""A DNS switch against a real BIND on loopback."""

import base64
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dns.tsig
import dns.update
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import RefusedError, UnreachableError, UsageError
from migration.switches.base import Answer
from migration.switches.rfc2136 import DnsSwitch
from migration.tsig import parse_key, read_key

ZONE = """$TTL 60
@ SOA ns.council.test. admin.council.test. 7 60 60 60 60
@ NS ns
ns A 127.0.0.1
app 300 A 192.0.2.1
both 300 A 192.0.2.1
both 300 AAAA 2001:db8::1
alias CNAME app
"""

CONF = """
include "{folder}/switch.key";
key "reader" {{ algorithm hmac-sha256; secret "{reader}"; }};
options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  pid-file "{folder}/named.pid"; session-keyfile "{folder}/session.key"; recursion no; dnssec-validation no; }};
controls {{ }};
zone "council.test" {{ type primary;
  file "{folder}/council.zone"; update-policy {{ grant switch zonesub ANY; }}; }};
"""


@dataclass
class Bind:
    port: int
    key: dns.tsig.Key
    reader: dns.tsig.Key
    process: "subprocess.Popen[bytes]"

    def switch(self, key: dns.tsig.Key | None = None, zone: str = "council.test") -> DnsSwitch:
        return DnsSwitch("127.0.0.1", zone, key or self.key, port=self.port, timeout=3)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def keygen(name: str) -> str:
    return subprocess.run(
        ["tsig-keygen", "-a", "hmac-sha256", name], check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def bind(tmp_path: Path) -> Iterator[Bind]:
    text = keygen("switch")
    reader = keygen("reader")
    port = free_port()
    (tmp_path / "switch.key").write_text(text)
    (tmp_path / "council.zone").write_text(ZONE)
    conf = tmp_path / "named.conf"
    conf.write_text(CONF.format(folder=tmp_path, port=port, reader=reader.split('"')[3]))
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(["named", "-g", "-n", "1", "-c", str(conf)], stderr=log, stdout=log)
    try:
        found = Bind(port, parse_key(text, "switch.key"), parse_key(reader, "reader.key"), server)
        for _ in range(100):
            try:
                found.switch().serial()
                break
            except (UnreachableError, RefusedError):
                assert server.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.05)
        yield found
    finally:
        server.terminate()
        server.wait(10)


def test_a_name_is_pointed_elsewhere_and_the_server_shows_it(bind: Bind) -> None:
    change = bind.switch().point("app.council.test", "192.0.2.9", 5)
    assert change.before == Answer(("192.0.2.1",), 300)
    assert change.after == bind.switch().current("app.council.test") == Answer(("192.0.2.9",), 5)
    assert bind.switch().serial() == 8


def test_pointing_twice_changes_nothing_the_second_time(bind: Bind) -> None:
    bind.switch().point("app.council.test", "192.0.2.9", 5)
    again = bind.switch().point("app.council.test", "192.0.2.9", 5, expected=Answer(("192.0.2.1",), 300))
    assert not again.changed
    assert bind.switch().serial() == 8


def test_going_back_restores_address_and_ttl(bind: Bind) -> None:
    change = bind.switch().point("app.council.test", "192.0.2.9", 5)
    bind.switch().put_back("app.council.test", change.before, expected=change.after)
    assert bind.switch().current("app.council.test") == change.before


def test_lowering_the_ttl_keeps_the_addresses_and_never_raises_it(bind: Bind) -> None:
    switch = bind.switch()
    assert switch.lower_ttl("both.council.test", 5).after == Answer(("192.0.2.1", "2001:db8::1"), 5)
    assert not switch.lower_ttl("both.council.test", 60).changed


def test_no_client_is_left_behind_on_an_ipv6_address(bind: Bind) -> None:
    change = bind.switch().point("both.council.test", "192.0.2.9", 5)
    assert change.after == Answer(("192.0.2.9",), 5)
    assert bind.switch().put_back("both.council.test", change.before).after == change.before


def test_a_new_name_can_be_made_and_taken_away_again(bind: Bind) -> None:
    change = bind.switch().point("new.council.test", "2001:db8::5", 5)
    assert change.before == Answer((), 0)
    assert bind.switch().put_back("new.council.test", change.before).after == Answer((), 0)


def test_a_foreign_change_since_the_description_is_refused(bind: Bind) -> None:
    seen = bind.switch().current("app.council.test")
    bind.switch().point("app.council.test", "192.0.2.77", 5)
    with pytest.raises(RefusedError, match=r"192\.0\.2\.77"):
        bind.switch().point("app.council.test", "192.0.2.9", 5, expected=seen)
    assert bind.switch().current("app.council.test").addresses == ("192.0.2.77",)


def test_a_foreign_change_in_the_same_moment_is_refused_by_the_server(
    bind: Bind, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = bind.switch()
    send = DnsSwitch._send_update

    def overtaken(self: DnsSwitch, update: dns.update.UpdateMessage, name: str, before: Answer) -> None:
        monkeypatch.setattr(DnsSwitch, "_send_update", send)
        bind.switch().point("app.council.test", "192.0.2.77", 5)
        send(self, update, name, before)

    monkeypatch.setattr(DnsSwitch, "_send_update", overtaken)
    with pytest.raises(RefusedError, match="somebody else changed it"):
        slow.point("app.council.test", "192.0.2.9", 5)
    assert bind.switch().current("app.council.test").addresses == ("192.0.2.77",)


def test_a_key_that_may_not_update_is_refused_with_a_remedy(bind: Bind) -> None:
    with pytest.raises(RefusedError, match=r"REFUSED.*update-policy"):
        bind.switch(bind.reader).point("app.council.test", "192.0.2.9", 5)


def test_a_key_that_the_server_does_not_know_is_refused_without_showing_it(bind: Bind) -> None:
    text = keygen("stranger")
    with pytest.raises(RefusedError, match="does not accept the TSIG key") as caught:
        bind.switch(parse_key(text, "x")).current("app.council.test")
    secret = text.split('"')[3]
    assert secret not in str(caught.value)
    assert secret not in repr(caught.value.__cause__)


def test_the_right_name_with_the_wrong_secret_is_refused(bind: Bind) -> None:
    with pytest.raises(RefusedError, match="does not accept the TSIG key"):
        bind.switch(parse_key(keygen("switch"), "x")).point("app.council.test", "192.0.2.9", 5)


def test_an_alias_is_refused(bind: Bind) -> None:
    with pytest.raises(RefusedError, match="alias"):
        bind.switch().point("alias.council.test", "192.0.2.9", 5)


def test_a_zone_that_the_server_does_not_hold_is_refused(bind: Bind) -> None:
    with pytest.raises(RefusedError):
        bind.switch(zone="elsewhere.test").current("app.elsewhere.test")


def test_a_name_outside_the_zone_and_a_bad_address_are_bad_use(bind: Bind) -> None:
    with pytest.raises(UsageError, match="not in the zone"):
        bind.switch().current("app.example.org")
    with pytest.raises(UsageError, match="not an address"):
        bind.switch().point("app.council.test", "192.0.2.999", 5)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    key = parse_key(keygen("switch"), "x")
    with pytest.raises(UnreachableError):
        DnsSwitch("127.0.0.1", "council.test", key, port=free_port()).current("app.council.test")


def test_a_server_that_accepts_and_then_says_nothing_is_unreachable() -> None:
    key = parse_key(keygen("switch"), "x")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        switch = DnsSwitch("127.0.0.1", "council.test", key, port=mute.getsockname()[1], timeout=0.2)
        with pytest.raises(UnreachableError, match=r"within 0\.2 s"):
            switch.current("app.council.test")


GOOD = 'key "switch" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0//c2VjcmV0AA";\n};\n'


def test_a_bind_key_file_is_read_with_its_comments() -> None:
    key = parse_key(f"# made by tsig-keygen\n/* old: key x {{}}; */\n{GOOD}", "k")
    assert (key.name.to_text(), key.algorithm.to_text()) == ("switch.", "hmac-sha256.")
    assert key.secret == base64.b64decode("c2VjcmV0//c2VjcmV0AA")


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dns.key"
    path.write_text(GOOD)
    path.chmod(0o600)
    assert read_key(f"file:{path}").name.to_text() == "switch."
    path.chmod(0o644)
    with pytest.raises(UsageError, match="open to others"):
        read_key(f"file:{path}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD + GOOD,
        GOOD.replace("sha256", "md5"),
        GOOD.replace("c2VjcmV0//c2VjcmV0AA", "%%%"),
        GOOD.replace("c2VjcmV0//c2VjcmV0AA", ""),
    ],
)
def test_a_key_file_that_cannot_be_used_is_bad_use_and_its_text_is_not_shown(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_key(text, "dns.key")
    assert "c2VjcmV0" not in str(caught.value)


@given(st.text())
def test_garbage_for_a_key_file_is_always_bad_use(text: str) -> None:
    with pytest.raises(UsageError):
        parse_key(text, "dns.key")
