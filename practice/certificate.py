"""The certificate of the "report it" site: always about to expire, counted from `up`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from practice import spec

DAYS_LEFT = 20
_LIFE_DAYS = 365


def write(root: Path) -> None:
    """Put key and certificate into the web server's root file system, before it boots."""
    name = f"report-it.{spec.ZONE}"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, spec.AUTHORITY),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    end = datetime.now(UTC) + timedelta(days=DAYS_LEFT)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=_LIFE_DAYS))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = root / "etc/ssl/report-it"
    (folder / "report-it.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = folder / "report-it.key"
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
