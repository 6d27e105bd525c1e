"""Fact `licensed` of Windows: products that need a licence, among the installed programs."""

import re

from estate.records.facts.licensed import Licensed, LicensedProduct
from inventory.facts.base import Reading
from inventory.windows._programs import SNIPPET, TOOL
from inventory.windows.base import Rows, fact

# Product, maker, and how its entry in the list of programs begins. What only belongs to a product (clients, drivers,
# tools that come without a licence) is left out by `_FREE`.
_TABLE: tuple[tuple[str, str, str], ...] = (
    ("SQL Server", "Microsoft", r"microsoft sql server (20\d\d|2008 r2)( \(64-bit\))?$"),
    ("SQL Server Reporting Services", "Microsoft", r"microsoft sql server reporting services"),
    ("Exchange Server", "Microsoft", r"microsoft exchange server"),
    ("SharePoint Server", "Microsoft", r"microsoft sharepoint (server|foundation)"),
    ("Dynamics", "Microsoft", r"microsoft dynamics"),
    ("System Center", "Microsoft", r"(microsoft )?system center"),
    ("BizTalk Server", "Microsoft", r"microsoft biztalk server"),
    ("Project Server", "Microsoft", r"microsoft project server"),
    ("Visual Studio", "Microsoft", r"(microsoft )?visual studio (professional|enterprise|ultimate|premium)"),
    ("Office", "Microsoft", r"microsoft (office|365)(?!.*(database engine|web components|viewer))"),
    ("Oracle Database", "Oracle", r"oracle (database|.*home)"),
    ("WebLogic", "Oracle", r"(oracle )?weblogic"),
    ("Db2", "IBM", r"(ibm )?db2 "),
    ("WebSphere", "IBM", r"ibm websphere"),
    ("IBM MQ", "IBM", r"ibm (websphere )?mq"),
    ("Cognos", "IBM", r"ibm cognos"),
    ("SPSS", "IBM", r"ibm spss"),
    ("SAP", "SAP", r"sap (netweaver|business|crystal reports|ase|hana)"),
    ("SAS", "SAS Institute", r"sas \d"),
    ("Splunk Enterprise", "Splunk", r"splunk enterprise"),
    ("ArcGIS Server", "Esri", r"arcgis (server|enterprise|portal)"),
    ("MATLAB", "MathWorks", r"matlab"),
    ("VMware vCenter", "VMware", r"vmware vcenter"),
    ("Veeam Backup & Replication", "Veeam", r"veeam backup & replication"),
    ("Citrix Virtual Apps", "Citrix", r"citrix (virtual apps|xenapp|xendesktop)"),
    ("Laserfiche", "Laserfiche", r"laserfiche"),
)
_FREE = re.compile(r"native client|odbc|ole db|management studio|compact|express localdb|data-tier|clr types|setup|"
                   r"browser|vss writer|runtime|language pack|redistributable|client profile", re.I)  # fmt: skip
_TELLS = tuple((product, maker, re.compile(begins, re.I)) for product, maker, begins in _TABLE)


def parse(rows: Rows) -> Reading:
    """Look each program up; whether it is used, and by which licence, its owner must say."""
    rows.one("end")
    found: dict[tuple[str, str], LicensedProduct] = {}
    for row in rows.of("program"):
        name, version = row.text("name"), row.text("version")
        if _FREE.search(name):
            continue
        said = next(((product, maker) for product, maker, tells in _TELLS if tells.match(name)), None)
        if said is None:
            continue
        product, maker = said
        year = re.search(r"\b(20\d\d)(?: (R2))?\b", name)
        known = version or (year[0] if year else "")
        found.setdefault(
            (product, known),
            LicensedProduct(
                product=product, maker=maker, path=row.text("folder") or name, version=known, detail=name
            ),
        )
    return rows.known(Licensed(products=tuple(found.values())))


FACT = fact(
    "licensed",
    "the list of programs again (`packages`), by a list of products that need a licence. Any account.",
    TOOL,
    SNIPPET,
    parse,
    section="programs",
)
