"""Fact `licensed`: products that need a licence, by the files that they install."""

import re

from estate.records.facts.licensed import Licensed, LicensedProduct
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, failed, known, lines_of

# Product, maker, and the places that show it; a number in what a place matches is its version.
TABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("SQL Server", "Microsoft", ("/opt/mssql/bin/sqlservr",)),
    ("Oracle Database", "Oracle", ("/etc/oratab", "/var/opt/oracle/oratab", "/u01/app/oracle/product/*")),
    ("WebLogic", "Oracle", ("/u01/app/oracle/middleware/wlserver*", "/opt/oracle/middleware/wlserver*")),
    ("Db2", "IBM", ("/opt/ibm/db2/*", "/opt/IBM/db2/*")),
    ("WebSphere", "IBM", ("/opt/IBM/WebSphere/AppServer*",)),
    ("IBM MQ", "IBM", ("/opt/mqm/bin/dspmq",)),
    ("Informix", "IBM", ("/opt/informix/bin/oninit", "/opt/IBM/informix*")),
    ("Cognos", "IBM", ("/opt/ibm/cognos/*",)),
    ("SPSS", "IBM", ("/opt/IBM/SPSS/*",)),
    ("SAP", "SAP", ("/usr/sap/hostctrl", "/usr/sap/sapservices")),
    ("SAP HANA", "SAP", ("/hana/shared/*",)),
    ("SAP ASE (Sybase)", "SAP", ("/opt/sybase/ASE-*", "/opt/sap/ASE-*")),
    ("SAP BusinessObjects", "SAP", ("/opt/sap/bobje*", "/opt/bobje*")),
    ("SAS", "SAS Institute", ("/usr/local/SASHome", "/opt/sas*/SASFoundation", "/opt/sas/viya")),
    ("Splunk Enterprise", "Splunk", ("/opt/splunk/bin/splunkd",)),
    ("ArcGIS Server", "Esri", ("/opt/arcgis/server", "/arcgis/server")),
    ("MATLAB", "MathWorks", ("/usr/local/MATLAB/*", "/opt/MATLAB/*")),
    ("Confluence", "Atlassian", ("/opt/atlassian/confluence",)),
    ("Jira", "Atlassian", ("/opt/atlassian/jira",)),
    ("ColdFusion", "Adobe", ("/opt/coldfusion*", "/opt/ColdFusion*")),
    ("OpenText Content Server", "OpenText", ("/opt/opentext*",)),
    ("Tableau Server", "Salesforce", ("/opt/tableau/tableau_server",)),
    ("FileMaker Server", "Claris", ("/opt/FileMaker",)),
    ("Plesk", "WebPros", ("/usr/local/psa/version",)),
    ("cPanel", "WebPros", ("/usr/local/cpanel/version",)),
    ("Red Hat subscription", "Red Hat", ("/etc/pki/consumer/cert.pem",)),
    ("SUSE subscription", "SUSE", ("/etc/zypp/credentials.d/SCCcredentials",)),
    ("Ubuntu Pro", "Canonical", ("/var/lib/ubuntu-advantage/private/machine-token.json",)),
    ("MySQL Enterprise", "Oracle", ("/usr/share/doc/mysql-commercial*",)),
    ("EDB Postgres Advanced Server", "EnterpriseDB", ("/usr/edb/as*", "/opt/edb/as*")),
    ("NGINX Plus", "F5", ("/etc/nginx/license.jwt", "/etc/ssl/nginx/nginx-repo.crt")),
)
_PLACES = [(place, product, maker) for product, maker, places in TABLE for place in places]
SNIPPET = (
    "echo licensed\n"
    + "\n".join(
        f'for f in {place}; do [ -e "$f" ] && printf "{number} %s\\n" "$f"; done'
        for number, (place, _, _) in enumerate(_PLACES)
    )
    + "\necho end"
)
_ORATAB = ("/etc/oratab", "/var/opt/oracle/oratab")


def parse(section: Section) -> Reading:
    """Look each place up by its number; one product at several places is one, unless their versions differ."""
    lines = section.lines
    if not lines or lines[0] != "licensed" or lines[-1] != "end":
        return failed("the list of products was cut off")
    instances = [line for file in _ORATAB for line in lines_of(section.pairs, file)]
    found: dict[tuple[str, str], LicensedProduct] = {}
    for line in lines[1:-1]:
        number, _, path = line.partition(" ")
        if not number.isdigit() or int(number) >= len(_PLACES) or not path.startswith("/"):
            raise ValueError(f"an unexpected line: {line[:40]!r}")
        _, product, maker = _PLACES[int(number)]
        version = re.search(r"(?:^|[^\d.])(\d+(?:[._]\d+)*)$", path.rsplit("/", 1)[-1])
        oracle = product == "Oracle Database"
        found.setdefault(
            (product, version[1] if version else ""),
            LicensedProduct(
                product=product,
                maker=maker,
                path=path,
                version=version[1] if version else "",
                detail=redact("; ".join(instances))[:2000] if oracle else "",
            ),
        )
    return known(Licensed(products=tuple(found.values())))


FACT = Fact(
    id="licensed",
    reads="whether files or folders of products that need a licence are there, and oratab. Any account; root for "
    "folders that are closed to others.",
    tool="sh",
    snippet=SNIPPET,
    files=_ORATAB,
    parser=parse,
    light=True,
    run_as="root",
)
