"""Reads a container: every object's name, what it says of its file, and its content from beginning to end."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from estate.object_store import azure, s3, told
from estate.records.object_store import ObjectStore

CHUNK = 4 * 1024 * 1024


@dataclass(frozen=True)
class Found:
    """One object in the listing; `etag` names this state of it."""

    name: str
    size: int
    etag: str


@dataclass(frozen=True)
class Content:
    """One object, read: the SHA-256 of what came, and what it says of its file, by word."""

    sha256: str
    said: dict[str, bytes]


class Reader(Protocol):
    """One kind of store."""

    def listing(self) -> Iterator[Found]:
        """Every object, its name without the prefix."""

    def read(self, found: Found) -> Content | None:
        """Read one object, all of it; None where it is gone or another by now."""


class AzureReader:
    """Reads blobs by the service's own download stream."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._client = azure(store)

    def listing(self) -> Iterator[Found]:
        """See `Reader.listing`."""
        with told(self._store, "Verifying"):
            for blob in self._client.list_blobs(self._store.prefix):
                yield Found(blob.name.removeprefix(self._store.prefix), blob.size, blob.etag.strip('"'))

    def read(self, found: Found) -> Content | None:
        """See `Reader.read`."""
        from azure.core.exceptions import ResourceNotFoundError  # noqa: PLC0415

        digest = hashlib.sha256()
        with told(self._store, f"Verifying {found.name} in"):
            try:
                stream = self._client.get_blob_client(self._store.prefix + found.name).download_blob()
            except ResourceNotFoundError:
                return None
            for chunk in stream.chunks():
                digest.update(chunk)
            properties = stream.properties
            if properties.etag.strip('"') != found.etag:
                return None
            return Content(digest.hexdigest(), _said(properties.metadata or {}))


class S3Reader:
    """Reads objects by GetObject."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._client: Any = s3(store)

    def listing(self) -> Iterator[Found]:
        """See `Reader.listing`."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._store.container, Prefix=self._store.prefix
        )
        with told(self._store, "Verifying"):
            for page in pages:
                for one in page.get("Contents", []):
                    yield Found(one["Key"].removeprefix(self._store.prefix), one["Size"], one["ETag"])

    def read(self, found: Found) -> Content | None:
        """See `Reader.read`."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        digest = hashlib.sha256()
        key = self._store.prefix + found.name
        with told(self._store, f"Verifying {found.name} in"):
            try:
                said = self._client.get_object(Bucket=self._store.container, Key=key, IfMatch=found.etag)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 412):
                    return None
                raise
            for chunk in said["Body"].iter_chunks(CHUNK):
                digest.update(chunk)
        return Content(digest.hexdigest(), _said(said["Metadata"]))


def reader(store: ObjectStore) -> Reader:
    """The reader of a container."""
    return AzureReader(store) if store.kind == "azure" else S3Reader(store)


def _said(metadata: dict[str, str]) -> dict[str, bytes]:
    return {word: unquote_to_bytes(value) for word, value in metadata.items()}
