"""What the writer writes to in a practice estate."""

from typing import Literal

from practice import places, spec, tool
from practice.estate import Estate
from practice.load.control import Load
from practice.load.settings import LoadFolder, StreamSettings

_TARGET = "data-target"


def load_of(estate: str) -> Load:
    """The writer of one estate, which lives among its clients.

    Raises `UsageError` where the estate is not up, `RefusedError` without root.
    """
    tool.need_root()
    return Load(LoadFolder(places.folder(estate) / "load"), Estate(estate).command([]))


def streams(estate: str) -> dict[str, StreamSettings]:
    """A stream for each service that holds data, by the name of what it holds."""
    return {
        spec.REPORTS_DATABASE: _stream(estate, "postgres", "reports-db", spec.REPORTS_USER, spec.REPORTS_DATABASE),
        spec.SHOP_DATABASE: _stream(estate, "mariadb", "shop-db", spec.SHOP_USER, spec.SHOP_DATABASE),
        spec.SHARE: _stream(estate, "share", "shared", spec.SHARE_USER, spec.SHARE),
    }


def _stream(
    estate: str, kind: Literal["postgres", "mariadb", "share"], name: str, user: str, space: str
) -> StreamSettings:
    (service,) = (one for one in spec.SERVICES if one.name == name)
    return StreamSettings(
        kind=kind,
        service=service.dns_name,
        port=service.port,
        user=user,
        password=f"file:{Estate(estate).password_file(user)}",
        space=space,
        sides=(spec.host(service.host).address, spec.host(_TARGET).address),
    )
