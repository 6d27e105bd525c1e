"""The way to a container of an object store: its clients, and a transport that only says whether it answers."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from estate.errors import RefusedError, UnfinishedError, UnreachableError
from estate.records.host import Host
from estate.records.object_store import ObjectStore
from estate.secrets import Secrets, resolve
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Result

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

SECONDS = 60
CONNECTIONS = 32


def azure(store: ObjectStore, secrets: Secrets = resolve) -> "ContainerClient":
    """A client of a container of Azure Blob Storage."""
    # Imported late: half a second that no other command should take.
    from azure.storage.blob import ContainerClient  # noqa: PLC0415

    return ContainerClient(
        store.url,
        store.container,
        {"account_name": store.account, "account_key": secrets(store.key)},
        connection_timeout=10,
        read_timeout=SECONDS,
        retry_total=4,
    )


def s3(store: ObjectStore, secrets: Secrets = resolve) -> Any:
    """A client of S3, which boto3 makes without types."""
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    return boto3.session.Session().client(
        "s3",
        region_name=store.region,
        endpoint_url=store.url or None,
        aws_access_key_id=store.account,
        aws_secret_access_key=secrets(store.key),
        config=Config(
            connect_timeout=10,
            read_timeout=SECONDS,
            max_pool_connections=CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": 5},
            s3={"addressing_style": "path" if store.url else "auto"},
        ),
    )


@contextmanager
def told(store: ObjectStore, doing: str) -> Iterator[None]:
    """Turns what a client raises into ours. Messages of a service hold no secret: it is sent none."""
    from azure.core import exceptions as of_azure  # noqa: PLC0415
    from botocore import exceptions as of_s3  # noqa: PLC0415

    where = f"{store.container} at {store.url or 'AWS'} ({store.name})"
    try:
        yield
    except (of_azure.ServiceRequestError, of_azure.ServiceResponseError, of_s3.HTTPClientError) as error:
        raise UnreachableError(
            f"{doing} {where} got no answer ({_short(error)})",
            "let it through from here, and run again: it goes on",
        ) from error
    except of_azure.HttpResponseError as error:
        raise _answer(
            doing, where, error.status_code or 0, str(getattr(error, "error_code", None) or error.reason or "")
        ) from error
    except of_s3.ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        raise _answer(doing, where, status, str(error.response.get("Error", {}).get("Code", ""))) from error


def _answer(doing: str, where: str, status: int, code: str) -> UnreachableError | RefusedError | UnfinishedError:
    what = f"{doing} {where} failed with {status} {code}".rstrip()
    if status in (401, 403):
        return RefusedError(what, "see that its key may list, read, write and delete there, and run again")
    if status == 404:
        return UnreachableError(what, "make the container first, or mend [[object_store]] in decant.toml")
    return UnfinishedError(what, "see what the service says of that, and run the same command again")


def _short(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


class ContainerTransport:
    """A container where a move wants a host: it answers `true`, and runs nothing else."""

    def __init__(self, store: ObjectStore, secrets: Secrets = resolve) -> None:
        self.host = store.name
        self._store = store
        self._secrets = secrets
        self._opening = threading.Lock()
        self._client: Any = None

    @property
    def as_host(self) -> Host:
        """An entry as the hosts file would have it, for its name and address alone."""
        address = urlsplit(self._store.url).hostname or "s3.amazonaws.com"
        return Host(name=self.host, address=address, role="target")

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,  # noqa: ARG002 - as every transport
        timeout: float = DEFAULT_TIMEOUT,  # noqa: ARG002 - as every transport
        limit: int = OUTPUT_LIMIT,  # noqa: ARG002 - as every transport
    ) -> Result:
        """Ask whether the container answers. Raises `UnreachableError` or `RefusedError` where it does not."""
        if list(argv) != ["true"]:
            return Result(127, b"", f"{self.host} is a container and runs no commands".encode(), 0.0)
        with self._opening, told(self._store, "Looking at"):
            if self._client is None:
                self._client = (azure if self._store.kind == "azure" else s3)(self._store, self._secrets)
            if self._store.kind == "azure":
                self._client.get_container_properties()
            else:
                self._client.head_bucket(Bucket=self._store.container)
        return Result(0, b"", b"", 0.0)

    def close(self) -> None:
        """Give the connections up. Safe to repeat."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
