"""Until when a product is supported, from a dated table: the one that ships with Decant, or one fetched since.

A *release* is a product's line of versions that ends on one day, as `13` of PostgreSQL or `22.04` of
Ubuntu. An extension of support that everybody gets (Debian LTS) counts as support; one that has to be
bought (Ubuntu Pro, RHEL ELS) is named and does not count, because nothing here knows whether it was bought.

Functions that judge take the table as their last argument; without one they judge by the table that ships.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field, ValidationError

from estate import invalid, reading
from estate.documents.words import day
from estate.errors import UsageError
from estate.records.assessment import Support
from estate.records.base import Record

SupportStatus = Literal["supported", "ends soon", "ended", "unknown"]

ENDS_SOON = timedelta(days=183)
"""Support that ends within this time is said to end soon: half a year, so that a move can still be planned."""
STALE_AFTER = timedelta(days=365)
"""A table older than this is said to be old wherever it is used."""

OS_PRODUCTS: Mapping[str, str] = MappingProxyType(
    {
        "almalinux": "almalinux",
        "amzn": "amazon-linux",
        "centos": "centos",
        "debian": "debian",
        "fedora": "fedora",
        "ol": "oracle-linux",
        "opensuse-leap": "opensuse",
        "rhel": "rhel",
        "rocky": "rocky-linux",
        "sles": "sles",
        "ubuntu": "ubuntu",
        "windows": "windows",
        "windows-server": "windows-server",
    }
)
"""Product by `ID` of os-release."""

_PACKAGE_PRODUCTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), product)
    for pattern, product in (
        (r"postgresql(-?\d+(\.\d+)?)?(-server)?", "postgresql"),
        (r"mariadb-server(-\d+\.\d+)?(-core(-\d+\.\d+)?)?", "mariadb"),
        (r"mysql-(community-)?server(-\d+\.\d+)?", "mysql"),
        (r"mongodb(-org)?-server", "mongodb"),
        (r"redis(-server)?", "redis"),
        (r"nginx(-(core|light|full|extras))?", "nginx"),
        (r"apache2|httpd", "apache-http-server"),
        (r"(lib)?tomcat\d*", "tomcat"),
        (r"php(\d+(\.\d+)?)?(-(cli|fpm|cgi|common))?|libapache2-mod-php\d+(\.\d+)?", "php"),
        (r"python(2|3)?(\.\d+)?(-minimal)?", "python"),
        (r"nodejs", "nodejs"),
        (r"ruby(\d+(\.\d+)?)?", "ruby"),
        (r"perl(-base)?", "perl"),
        (r"(dotnet|aspnetcore)-runtime-\d+(\.\d+)?", "dotnet"),
        (r"openssl", "openssl"),
        (r"haproxy", "haproxy"),
        (r"memcached", "memcached"),
        (r"rabbitmq-server", "rabbitmq"),
        (r"elasticsearch", "elasticsearch"),
    )
)
_VERSION = re.compile(r"(?:\d+:)?v?(\d+(?:\.\d+)*)")
_DISTRIBUTION_MARK = re.compile(
    r"(\+|~|-|\.)?(deb\d+u?\d*|ubuntu\d|el\d+|amzn\d+|fc\d+)(?![a-z])|-\d+(build\d+)?$"
)
_THIRD_PARTY_MARK = re.compile(r"pgdg|nodesource|sury|mysql|maria|remi|ius|dotdeb", re.IGNORECASE)


class Release(Record):
    """One line of versions. `ends` is False where no end is announced, True where it has ended on a day
    unknown."""

    ends: date | bool
    extended_until: date | None = None


class Product(Record):
    """One product's releases by version."""

    name: str
    """As people write it."""
    extension_for_everyone: bool
    """Whether `extended_until` comes without paying and without asking."""
    releases: dict[str, Release]
    as_of: date | None = None
    """Where its dates are older than the table: of when they are."""


class Table(Record):
    """The table: `as_of` is the day on which it was taken from `source`."""

    as_of: date
    source: str
    products: dict[str, Product] = Field(repr=False)


class Moved(Record):
    """What a newer table says otherwise of one release; None where that table has no such release."""

    product: str
    release: str
    before: Release | None
    after: Release | None


@cache
def shipped() -> Table:
    """The table that ships with Decant."""
    return Table.model_validate_json((files("estate.catalogue") / "lifecycle.json").read_bytes())


def newest(fetched: Path) -> Table:
    """The table in the file `fetched`, or the one that ships where that is newer or there is no such file.

    Raises `UsageError` where the file is no whole table.
    """
    ours = shipped()
    if not fetched.exists():
        return ours
    remedy = "fetch it again with `decant lifecycle refresh`, or remove it"
    try:
        theirs = Table.model_validate_json(reading.content(fetched, remedy))
    except ValidationError as wrong:
        raise UsageError(f"{fetched} is no table of support dates ({invalid.sentence(wrong)})", remedy) from None
    return theirs if theirs.as_of >= ours.as_of else ours


def differences(before: Table, after: Table) -> tuple[Moved, ...]:
    """Every release of which the tables do not say the same, by product and release."""
    found = []
    for product in sorted(before.products.keys() | after.products.keys()):
        one, other = before.products.get(product), after.products.get(product)
        old, new = one.releases if one else {}, other.releases if other else {}
        known = other or one
        found += [
            Moved(
                product=known.name if known else product, release=name, before=old.get(name), after=new.get(name)
            )
            for name in dict.fromkeys([*new, *old])
            if old.get(name) != new.get(name)
        ]
    return tuple(found)


def product_of_os(os_id: str) -> str | None:
    """The table's product for an `ID` of os-release; None where the table has none."""
    return OS_PRODUCTS.get(os_id.lower())


def product_of_package(package: str) -> str | None:
    """The table's product that a package installs (`postgresql-13`); None where it is none of the table's."""
    name = package.split(":", 1)[0]
    return next((product for pattern, product in _PACKAGE_PRODUCTS if pattern.fullmatch(name)), None)


def from_distribution(package_version: str) -> bool:
    """Whether a package's version reads as one that the distribution itself built (`13.14-0+deb11u1`).

    The distribution then carries fixes back, also after the product's makers have stopped.
    """
    if _THIRD_PARTY_MARK.search(package_version):
        return False
    return _DISTRIBUTION_MARK.search(package_version) is not None


def release_of(product: str, version: str, table: Table | None = None) -> tuple[str, Release] | None:
    """The release of `product` that `version` belongs to: the longest that `version` starts with.

    Takes versions as tools print them: `13.14 (Debian 13.14-0+deb11u1)`, `1:10.5.23-0+deb11u1`, `22.04`. A
    name of the table (`2012-r2`) is taken as it stands.
    """
    known = (table or shipped()).products.get(product)
    if known is None:
        return None
    if version in known.releases:
        return version, known.releases[version]
    # "2008-r2" without its service pack is taken for the last one: it was kept the longest.
    packs = sorted(name for name in known.releases if re.fullmatch(rf"{re.escape(version)}-sp\d+", name))
    if packs and version:
        return packs[-1], known.releases[packs[-1]]
    found = _VERSION.match(version.strip())
    if found is None:
        return None
    parts = found.group(1).split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in known.releases:
            return name, known.releases[name]
    return None


def support_of(product: str, version: str, today: date, table: Table | None = None) -> Support:
    """Whether `version` of `product` (an id of the table) is supported on `today`, with why.

    `ends` is the last day of ordinary support, `extended_until` of any extension, `until` of what everybody
    gets. What the table does not know is `unknown`, never supported.
    """
    here = table or shipped()
    known = here.products.get(product)
    found = release_of(product, version, here)
    as_of = (known.as_of if known else None) or here.as_of
    old = today - as_of > STALE_AFTER
    age = f"; the table is of {day(as_of)}, which is old" if old else ""
    if known is None or found is None:
        what = f"product {product!r}" if known is None else f"release of {known.name} that {version!r} is of"
        return Support(
            product=known.name if known else product,
            version=version,
            status="unknown",
            reason=f"the table has no {what}{age}",
            table_date=as_of,
            source=here.source,
        )
    name, release = found
    status, reason, until = _judge(release, known.extension_for_everyone, today)
    return Support(
        product=known.name,
        version=name,
        status=status,
        ends=None if isinstance(release.ends, bool) else release.ends,
        extended_until=release.extended_until,
        until=until,
        reason=reason + age,
        table_date=as_of,
        source=here.source,
    )


def support_of_package(
    package: str, package_version: str, distribution: Support | None, today: date, table: Table | None = None
) -> Support | None:
    """Whether an installed package is supported; None where it is no product of the table.

    A package that the distribution built is kept by the distribution for as long as that is supported itself
    (`distribution`, from `support_of`), also after the product's makers have stopped; `reason` then says
    both.
    """
    product = product_of_package(package)
    if product is None:
        return None
    makers = support_of(product, package_version, today, table)
    if distribution is None or not from_distribution(package_version) or makers.status == "supported":
        return makers
    kept = distribution.name
    if distribution.status in ("supported", "ends soon"):
        last = distribution.until
        until = f" until {day(last)}" if last else ""
        reason = f"its makers: {makers.reason}; {kept} built it and carries fixes{until}"
        return makers.model_copy(update={"status": distribution.status, "until": last, "reason": reason})
    if makers.status == "unknown" and distribution.status == "ended":
        reason = f"{makers.reason}; {kept}, which built it, is out of support"
        return makers.model_copy(update={"status": "ended", "until": distribution.until, "reason": reason})
    return makers


def _judge(release: Release, for_everyone: bool, today: date) -> tuple[SupportStatus, str, date | None]:
    if release.ends is False:
        return "supported", "no end of support is announced", None
    if release.ends is True:
        return "ended", "support has ended; the table gives no day", None
    last, extension = release.ends, release.extended_until
    if for_everyone and extension is not None:
        ended = "ended" if last < today else "ends"
        words = f"ordinary support {ended} on {day(last)}, the extension for everyone"
        last, extension = max(last, extension), None
    else:
        words = "support"
    if last < today:
        bought = (
            f"; an extension until {day(extension)} has to be bought"
            if extension is not None and extension >= today
            else ""
        )
        return "ended", f"{words} ended on {day(last)}{bought}", last
    status: SupportStatus = "ends soon" if last - today <= ENDS_SOON else "supported"
    return status, f"{words} ends on {day(last)}", last
