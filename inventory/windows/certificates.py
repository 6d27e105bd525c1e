"""Fact `certificates` of Windows: the machine's own stores. No private key is touched."""

import base64
from functools import partial

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from estate.records.facts.certificates import Certificates
from inventory.facts.base import Reading
from inventory.facts.certificates import MOST, described
from inventory.windows.base import Rows, fact

SNIPPET = r"""
foreach ($name in 'My', 'WebHosting') {
  part "the store $name" {
    $store = New-Object Security.Cryptography.X509Certificates.X509Store $name, 'LocalMachine'
    $store.Open('ReadOnly, OpenExistingOnly')
    foreach ($one in $store.Certificates) {
      @{ kind = 'certificate'; store = $name; thumb = $one.Thumbprint; der = [Convert]::ToBase64String($one.RawData) } }
    $store.Close()
  }
}
@{ kind = 'end' }
"""


def parse(rows: Rows) -> Reading:
    """The certificates themselves are sent, and read here; IIS has a store of its own from Server 2012 on."""
    rows.one("end")
    found, wrong = [], []
    listed = rows.of("certificate")
    for row in listed[:MOST]:
        place = f"Cert:\\LocalMachine\\{row.text('store')}\\{row.text('thumb')}"
        try:
            der = base64.b64decode(row.text("der"), validate=True)
            found.append(described(place, partial(x509.load_der_x509_certificate, der)))
        except (ValueError, UnsupportedAlgorithm) as error:
            wrong.append(f"{place}: {str(error)[:80] or type(error).__name__}")
    if listed and not found:
        raise ValueError("none of its certificates can be read")
    # A store that never held anything is not there, which is no reason to doubt the others.
    rows = Rows([row for row in rows.rows if "WebHosting" not in row.text("note")], rows.uid)
    more = f"{len(listed) - MOST} more certificates" if len(listed) > MOST else ""
    return rows.known(Certificates(certificates=tuple(found), unreadable=tuple(wrong)), more)


FACT = fact(
    "certificates",
    "the stores My and WebHosting of the machine: certificates, never their keys. Any account.",
    "the certificate store",
    SNIPPET,
    parse,
)
