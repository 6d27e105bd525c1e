"""The estate's services, reached as a client reaches them: by name, through the estate's own DNS."""

import json
import re
import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta

import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update
import psycopg
import pymysql
import pytest
import smbclient
from cryptography import x509

from practice import spec
from practice.estate import Estate

pytestmark = pytest.mark.practice

SITE = "https://report-it.practice.test"


def curl(estate: Estate, *arguments: str) -> str:
    argv = estate.command(["curl", "--silent", "--insecure", "--max-time", "10", *arguments])
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def lookup(name: str) -> tuple[str, int]:
    question = dns.message.make_query(f"{name}.{spec.ZONE}", "A")
    [answer] = dns.query.udp(question, spec.DNS_ADDRESS, timeout=3).answer
    return answer[0].address, answer.ttl


def keyring(estate: Estate) -> dict[dns.name.Name, dns.tsig.Key]:
    [secret] = re.findall(r'secret "([^"]+)"', estate.tsig_key.read_text())
    return dns.tsigkeyring.from_text({"decant-practice": ("hmac-sha256", secret)})


@pytest.mark.parametrize("service", spec.SERVICES, ids=lambda service: service.name)
def test_a_service_is_found_by_its_name(estate: Estate, service: spec.Service) -> None:
    assert lookup(service.name) == (spec.host(service.host).address, spec.SERVICE_TTL)
    with socket.create_connection((spec.host(service.host).address, service.port), 5):
        pass


def test_names_resolve_for_a_client_and_on_the_hosts(estate: Estate) -> None:
    client = estate.command(["getent", "hosts", "reports-db.practice.test"])
    host = estate.command(estate.ssh("web-legacy", ["getent", "hosts", "reports-db"]))
    for argv in (client, host):
        assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout.startswith("10.99.1.12")


def test_a_signed_update_changes_a_name_and_an_unsigned_one_is_refused(estate: Estate) -> None:
    unsigned = dns.update.UpdateMessage(spec.ZONE)
    unsigned.replace("tried", 5, "A", "10.99.2.22")
    assert dns.query.tcp(unsigned, spec.DNS_ADDRESS, timeout=3).rcode() == dns.rcode.REFUSED

    signed = dns.update.UpdateMessage(spec.ZONE, keyring=keyring(estate))
    signed.replace("tried", 5, "A", "10.99.2.22")
    assert dns.query.tcp(signed, spec.DNS_ADDRESS, timeout=3).rcode() == dns.rcode.NOERROR
    assert lookup("tried") == ("10.99.2.22", 5)


def test_nothing_leaves_the_estate(estate: Estate) -> None:
    routes = subprocess.run(estate.command(["ip", "route"]), capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in routes.splitlines()] == ["10.99.0.0/16"]
    for host in spec.HOSTS:
        argv = estate.command(estate.ssh(host.name, ["ip", "route"]))
        shown = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
        assert [line.split()[0] for line in shown.splitlines()] == ["10.99.0.0/16"]
    for outside in ("192.0.2.1", "1.1.1.1"):
        with pytest.raises(OSError, match="unreachable"):
            socket.create_connection((outside, 53), 2)


def test_a_residents_report_arrives_in_the_database(estate: Estate) -> None:
    assert curl(estate, f"{SITE}/health") == "ok\n"
    form = ["-d", "category=2", "-d", "ward=3", "--data-urlencode", "description=Hole by the café"]
    reference = json.loads(curl(estate, *form, f"{SITE}/reports"))["reference"]
    stored = json.loads(curl(estate, f"{SITE}/reports/{reference}"))
    assert (stored["status"], stored["description"]) == ("new", "Hole by the café")


def test_a_report_that_is_not_one_is_refused(estate: Estate) -> None:
    status = ["--output", "/dev/null", "--write-out", "%{http_code}"]
    assert curl(estate, *status, "-d", "category=many", f"{SITE}/reports") == "400"
    assert curl(estate, *status, "-d", "category=99&ward=1&description=x", f"{SITE}/reports") == "400"
    assert curl(estate, *status, f"{SITE}/reports/none") == "404"


def test_the_site_comes_back_when_its_database_cuts_it_off(estate: Estate) -> None:
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reports_app'"
    argv = estate.command(estate.ssh("db-legacy", ["sudo -u postgres psql -qAtX"]))
    subprocess.run(argv, input=query, text=True, capture_output=True, check=True)
    answers = [curl(estate, f"{SITE}/health") for _ in range(2)]
    assert answers[-1] == "ok\n"


@pytest.mark.parametrize("talk", spec.DEPENDENCIES, ids=lambda talk: f"{talk.client}>{talk.server}:{talk.port}")
def test_who_talks_to_whom_can_be_seen(estate: Estate, talk: spec.Talk) -> None:
    curl(estate, f"{SITE}/health")
    argv = estate.command(estate.ssh(talk.client, ["ss", "--tcp", "--numeric", "state", "established"]))
    shown = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert f"{spec.host(talk.server).address}:{talk.port}" in shown


def test_the_certificate_soon_expires(estate: Estate) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    address = (spec.host("web-legacy").address, 443)
    with socket.create_connection(address, 5) as plain, context.wrap_socket(plain) as secure:
        certificate = x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=18) < left <= timedelta(days=20)


def test_applications_log_in_to_both_databases(estate: Estate) -> None:
    address = spec.host("db-legacy").address
    password = estate.password_file(spec.REPORTS_USER).read_text()
    with psycopg.connect(host=address, dbname="reports", user=spec.REPORTS_USER, password=password) as reports:
        assert reports.execute("SELECT count(*) FROM wards").fetchone() == (20,)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=address, dbname="reports", user=spec.REPORTS_USER, password="wrong")
    shop = pymysql.connect(
        host=address,
        user=spec.SHOP_USER,
        password=estate.password_file(spec.SHOP_USER).read_text(),
        database="shop",
    )
    with shop, shop.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM products")
        assert cursor.fetchone() == (12,)


def test_the_share_is_read_and_written_on_both_sides(estate: Estate) -> None:
    password = estate.password_file(spec.SHARE_USER).read_text()
    for host in ("files-legacy", "data-target"):
        server = spec.host(host).address
        smbclient.register_session(server, username=spec.SHARE_USER, password=password)
        try:
            path = rf"\\{server}\shared\written by a test.txt"
            with smbclient.open_file(path, mode="w") as file:
                file.write("over SMB")
            with smbclient.open_file(path) as file:
                assert file.read() == "over SMB"
            smbclient.remove(path)
            assert ("housing" in smbclient.listdir(rf"\\{server}\shared")) == (host == "files-legacy")
        finally:
            smbclient.delete_session(server)
