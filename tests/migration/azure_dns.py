"""Azure DNS as its REST reference describes it, over HTTPS on loopback: record sets, etags, and its errors."""

import datetime
import ipaddress
import json
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

GROUP = f"/subscriptions/{uuid.UUID(int=1)}/resourceGroups/rg-names/providers/Microsoft.Network"
VERSIONS = {"dnsZones": "2018-05-01", "privateDnsZones": "2024-06-01"}
TOKEN = "a-token-of-entra"


class AzureDns(ThreadingHTTPServer):
    """One zone of either kind, with `records` by (type, name): `(ttl, values, etag)`."""

    def __init__(self, kind: str, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kind = kind
        self.zone_id = f"{GROUP}/{kind}/council.test"
        self.records: dict[tuple[str, str], tuple[int, list[str], str]] = {}
        self.answers_with: list[tuple[int, str]] = []
        self.before_change: Callable[[], None] = lambda: None
        self.authority = folder / "authority.pem"
        certificate = _certificate(self.authority, folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.server_address[1]}"

    def put(self, kind: str, name: str, ttl: int, *values: str) -> None:
        self.records[kind, name] = (ttl, list(values), str(uuid.uuid4()))


@contextmanager
def running(kind: str, folder: Path) -> Iterator[AzureDns]:
    server = AzureDns(kind, folder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: AzureDns
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server's own names

    def _answer(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        status, said = self._judge(body)
        content = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _judge(self, body: Any) -> tuple[int, Any]:
        server, asked = self.server, urlsplit(self.path)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, _error("AuthenticationFailed")
        if server.answers_with:
            status, code = server.answers_with.pop(0)
            return status, _error(code)
        if parse_qs(asked.query)["api-version"] != [VERSIONS[server.kind]]:
            return 400, _error("InvalidApiVersionParameter")
        if asked.path == server.zone_id:
            return 200, {"name": "council.test", "properties": {"numberOfRecordSets": len(server.records)}}
        zone, _, record = asked.path.partition(f"{server.zone_id}/")
        if zone or not record:
            return 404, _error("ParentResourceNotFound")
        kind, _, name = record.partition("/")
        if self.command != "GET":
            server.before_change()
            refused = self._held(server.records.get((kind, name)))
            if refused:
                return refused
        return self._change(kind, name, body)

    def _held(self, there: tuple[int, list[str], str] | None) -> tuple[int, Any] | None:
        wanted, none = self.headers.get("If-Match"), self.headers.get("If-None-Match")
        if (none == "*" and there) or (wanted and (there is None or there[2] != wanted)):
            return 412, {"code": "PreconditionFailed", "message": "The condition is not met"}
        return None

    def _change(self, kind: str, name: str, body: Any) -> tuple[int, Any]:
        server = self.server
        spelt, key = {"A": ("ARecords", "ipv4Address"), "AAAA": ("AAAARecords", "ipv6Address")}.get(
            kind, ("CNAMERecord", "cname")
        )
        private = server.kind == "privateDnsZones"
        spelt = {"ARecords": "aRecords", "AAAARecords": "aaaaRecords"}.get(spelt, spelt) if private else spelt
        if self.command == "PUT":
            properties = body["properties"]
            server.put(
                kind, name, properties["ttl" if private else "TTL"], *(one[key] for one in properties[spelt])
            )
        if self.command == "DELETE":
            del server.records[kind, name]
            return 200, None
        if (kind, name) not in server.records:
            return 404, {"code": "NotFound", "message": f"The resource record '{name}' does not exist"}
        ttl, values, etag = server.records[kind, name]
        found = [{key: value} for value in values]
        properties = {"ttl" if private else "TTL": ttl, spelt: found[0] if kind == "CNAME" else found}
        return 200, {"name": name, "etag": etag, "properties": properties}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
        """Nothing is printed."""


def _error(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": code}}


def _certificate(authority: Path, folder: Path) -> Path:
    """One that signs itself, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "azure")])
    moment = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - datetime.timedelta(hours=1))
        .not_valid_after(moment + datetime.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    both = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both.write_bytes(private + authority.read_bytes())
    return both
