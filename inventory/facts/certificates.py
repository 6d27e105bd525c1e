"""Fact `certificates`: certificate files that services use, with their expiry. No private key leaves the host."""

import warnings
from collections.abc import Callable, Iterable

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.utils import CryptographyDeprecationWarning

from estate.records.facts.certificates import Certificate, Certificates
from inventory.facts.base import Fact, Reading, Section, absent, known

# A PEM file may hold a private key beside the certificate, so only lines inside a certificate are sent, each
# behind its file's name.
SNIPPET = r"""
echo certificates
set -- /etc/ssl /etc/nginx /etc/apache2 /etc/httpd /etc/letsencrypt/live /etc/letsencrypt/archive \
  /etc/pki/tls/certs \
  /etc/postgresql /etc/mysql /etc/dovecot /etc/postfix /etc/exim4 /etc/haproxy /etc/stunnel
for d; do
  shift
  [ -d "$d" ] || continue
  set -- "$@" "$d"
  { [ -r "$d" ] && [ -x "$d" ]; } || printf 'unreadable %s\n' "$d"
done
[ -d /etc/ssl/private ] && [ ! -x /etc/ssl/private ] && echo 'unreadable /etc/ssl/private'
for f in $(grep -rhasE '^[[:space:]]*(ssl_certificate|SSLCertificateFile)[[:space:]]' \
  /etc/nginx /etc/apache2 /etc/httpd 2>/dev/null \
  | awk '{ sub(/;.*/, "", $2); print $2 }'); do
  case $f in /etc/*) ;; /*) [ -e "$f" ] && set -- "$@" "$f" ;; esac
done
[ $# -eq 0 ] && exit 0
$t find "$@" -maxdepth 4 -type f -size -128k ! -name 'ca-bundle*' ! -name 'ca-certificates.crt' \
  \( -name '*.pem' -o -name '*.crt' -o -name '*.cer' \) -exec sh -c '
  for f; do shift; if [ -r "$f" ]; then set -- "$@" "$f"; else printf "unreadable %s\n" "$f"; fi; done
  [ $# -eq 0 ] || awk "/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/ { on = 1 } on { print FILENAME \":\" \$0 }
    /-----END (TRUSTED |X509 )?CERTIFICATE-----/ { on = 0 }" "$@"' sh {} + 2>/dev/null
echo end
"""

MOST = 400


def parse(section: Section) -> Reading:
    """Read the first certificate of each file; a file that holds none is said where it looked like one."""
    lines = section.lines
    if not lines or lines[0] != "certificates":
        raise ValueError("the list of certificates did not start")
    if len(lines) == 1 and section.status == 0:
        return absent("none of the folders where services keep certificates is there")
    if lines[-1] != "end":
        raise ValueError("the list of certificates was cut off")
    blocks: dict[str, list[str]] = {}
    complete: set[str] = set()
    refused: list[str] = []
    for line in lines[1:-1]:
        if line.startswith("unreadable "):
            refused.append(line.removeprefix("unreadable "))
            continue
        file, colon, rest = line.partition(":")
        if not colon or not file.startswith("/"):
            raise ValueError(f"an unexpected line: {line[:40]!r}")
        if file not in complete:
            blocks.setdefault(file, []).append(rest.strip())
            if rest.startswith("-----END"):
                complete.add(file)
    found, wrong = [], []
    for file, block in list(blocks.items())[:MOST]:
        try:
            found.append(_certificate(file, block))
        except (ValueError, UnsupportedAlgorithm) as error:
            wrong.append(f"{file}: {str(error)[:80] or type(error).__name__}")
    missing = [f"files in {', '.join(sorted(set(refused))[:8])}"] if refused else []
    if len(blocks) > MOST:
        missing.append(f"{len(blocks) - MOST} more files")
    return known(
        Certificates(certificates=tuple(found), unreadable=tuple(wrong)),
        partial="; ".join(missing),
        privilege="root" if refused and section.uid != 0 else "",
    )


def _certificate(path: str, block: Iterable[str]) -> Certificate:
    pem = "\n".join(block).replace("TRUSTED ", "").replace("X509 ", "").encode() + b"\n"
    return described(path, lambda: x509.load_pem_x509_certificate(pem))


def described(path: str, load: Callable[[], x509.Certificate]) -> Certificate:
    """What a certificate says. Raises `ValueError` and `UnsupportedAlgorithm` for what is none."""
    with warnings.catch_warnings():
        # Old certificates with odd serial numbers are what we are here to find.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        one = load()
        key = one.public_key()
        names: tuple[str, ...] = ()
        try:
            alternative = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = tuple(
                [*alternative.get_values_for_type(x509.DNSName)]
                + [str(address) for address in alternative.get_values_for_type(x509.IPAddress)]
            )
        except x509.ExtensionNotFound:
            pass
        return Certificate(
            path=path,
            subject=one.subject.rfc4514_string(),
            issuer=one.issuer.rfc4514_string(),
            names=names,
            not_before=one.not_valid_before_utc,
            not_after=one.not_valid_after_utc,
            key_type=_key_type(key),
            key_bits=getattr(key, "key_size", None),
            signature=one.signature_hash_algorithm.name if one.signature_hash_algorithm else "",
            self_signed=one.subject == one.issuer,
        )


def _key_type(key: object) -> str:
    kinds = {
        rsa.RSAPublicKey: "RSA",
        ec.EllipticCurvePublicKey: "EC",
        ed25519.Ed25519PublicKey: "Ed25519",
        ed448.Ed448PublicKey: "Ed448",
        dsa.DSAPublicKey: "DSA",
    }
    return next((name for kind, name in kinds.items() if isinstance(key, kind)), type(key).__name__)


FACT = Fact(
    id="certificates",
    reads="certificates in *.pem, *.crt and *.cer below the folders where services keep them, and those "
    "that nginx and Apache name. Root for folders that are closed to others.",
    tool="find",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=8 << 20,
    tier=2,
)
