"""Apache Tomcat and what it serves."""

from estate.records.base import Record


class Connector(Record):
    """A port that it listens on."""

    port: int
    protocol: str = "HTTP/1.1"
    """`HTTP/1.1`, `AJP/1.3`, or a class's name."""
    tls: bool = False
    address: str = ""


class WebApplication(Record):
    """One application, by its folder or archive."""

    name: str
    path: str
    archive: bool = False
    """Whether it is a .war that is not unpacked."""


class Tomcat(Record):
    """One instance."""

    base: str
    """The folder that holds its conf."""
    version: str = ""
    connectors: tuple[Connector, ...] = ()
    hosts: tuple[str, ...] = ()
    app_bases: tuple[str, ...] = ()
    """Folders of applications, as configured."""
    applications: tuple[WebApplication, ...] = ()
    data_sources: tuple[str, ...] = ()
    """Addresses of databases that server.xml or context.xml name; credentials taken out."""
    shutdown_port: int | None = None


class Tomcats(Record):
    """Fact `tomcat`."""

    instances: tuple[Tomcat, ...]
