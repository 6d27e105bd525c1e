"""Azure Blob Storage, as the mover uses it: block blobs, sent block by block."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobBlock, BlobClient, BlobType

from estate.object_store import azure, told
from estate.records.object_store import ObjectStore
from migration.objects.base import OURS, Held, Upload, about


class Azure:
    """See `migration.objects.base.Remote`.

    Where the account keeps no versions, each blob gets a snapshot as it was copied.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._container = azure(store)

    def check(self) -> str:
        """See `Remote.check`."""
        with told(self._store, "Looking at"):
            self._container.get_container_properties()
        return "each blob keeps the state that was copied, as a version where the account has them, else as a snapshot"

    def empty(self) -> bool:
        """See `Remote.empty`."""
        with told(self._store, "Listing"):
            found = self._container.list_blobs(self._store.prefix, include=["snapshots", "uncommittedblobs"])
            return next(iter(found), None) is None

    def listing(self) -> Iterator[Held]:
        """See `Remote.listing`."""
        with told(self._store, "Listing"):
            for blob in self._container.list_blobs(self._store.prefix, include=["metadata"]):
                if not blob.name.startswith(self._store.prefix + OURS):
                    yield self._held(blob.name, blob)

    def head(self, name: str) -> Held | None:
        """See `Remote.head`."""
        with told(self._store, f"Looking at {name} in"):
            try:
                return self._held(self._store.prefix + name, self._blob(name).get_blob_properties())
            except ResourceNotFoundError:
                return None

    def put(self, name: str, data: bytes, metadata: Mapping[str, str], etag: str | None) -> str:
        """See `Remote.put`."""
        blob = self._blob(name)
        with told(self._store, f"Writing {name} to"):
            said = blob.upload_blob(
                data, BlobType.BLOCKBLOB, metadata=dict(metadata), validate_content=True, **_only(etag)
            )
            return self._kept(blob, said, etag)

    def begin(self, name: str, mark: str, metadata: Mapping[str, str]) -> Upload:  # noqa: ARG002 - said when it is whole
        """See `Remote.begin`."""
        stem = hashlib.sha256(mark.encode()).hexdigest()[:16]
        there: dict[int, str] = {}
        with told(self._store, f"Looking at {name} in"):
            try:
                _, waiting = self._blob(name).get_block_list("all")
            except ResourceNotFoundError:
                waiting = []
        for block in waiting:
            text = _name(str(block.id))
            if text.startswith(f"{stem}-"):
                there[int(text[-6:])] = ""
        return Upload(name, stem, there)

    def send(self, upload: Upload, number: int, data: bytes) -> None:
        """See `Remote.send`."""
        with told(self._store, f"Writing {upload.name} to"):
            self._blob(upload.name).stage_block(f"{upload.id}-{number:06d}", data, validate_content=True)

    def commit(self, upload: Upload, count: int, metadata: Mapping[str, str], etag: str | None) -> str:
        """See `Remote.commit`."""
        blob = self._blob(upload.name)
        blocks = [BlobBlock(f"{upload.id}-{number:06d}") for number in range(count)]
        only: dict[str, Any] = _only(etag)
        only.pop("overwrite")
        if etag is None:
            only = {"match_condition": MatchConditions.IfMissing}
        with told(self._store, f"Writing {upload.name} to"):
            return self._kept(blob, blob.commit_block_list(blocks, metadata=dict(metadata), **only), etag)

    def say(self, name: str, metadata: Mapping[str, str], etag: str) -> str:
        """See `Remote.say`."""
        with told(self._store, f"Writing about {name} to"):
            said = self._blob(name).set_blob_metadata(
                dict(metadata), etag=etag, match_condition=MatchConditions.IfNotModified
            )
            return str(said["etag"])

    def read(self, held: Held, offset: int, length: int) -> bytes:
        """See `Remote.read`."""
        if not length:
            return b""
        with told(self._store, f"Reading {held.name} from"):
            found = self._blob(held.name).download_blob(
                offset,
                length,
                etag=held.etag,
                match_condition=MatchConditions.IfNotModified,
                validate_content=False,
            )
            return bytes(found.readall())

    def delete(self, name: str, etag: str) -> None:
        """See `Remote.delete`."""
        with told(self._store, f"Deleting {name} from"):
            try:
                self._blob(name).delete_blob("include", etag=etag, match_condition=MatchConditions.IfNotModified)
            except ResourceNotFoundError:
                return

    def purge(self, last: str) -> None:
        """See `Remote.purge`."""
        with told(self._store, "Emptying"):
            names = [
                blob.name for blob in self._container.list_blobs(self._store.prefix, include=["uncommittedblobs"])
            ]
            for name in sorted(names, key=lambda name: name == self._store.prefix + last):
                client = self._container.get_blob_client(name)
                try:
                    client.delete_blob("include")
                except ResourceNotFoundError:
                    # Blocks that no blob was made of: a blob of none, deleted, takes them along.
                    client.upload_blob(b"", overwrite=True)
                    client.delete_blob("include")

    def _kept(self, blob: BlobClient, said: Mapping[str, Any], before: str | None) -> str:
        if not said.get("version_id"):
            if before is not None:
                blob.delete_blob("only")
            blob.create_snapshot()
        return str(said["etag"])

    def _blob(self, name: str) -> BlobClient:
        return self._container.get_blob_client(self._store.prefix + name)

    def _held(self, name: str, blob: Any) -> Held:
        short = name.removeprefix(self._store.prefix)
        etag = f'"{str(blob.etag).strip(chr(34))}"'
        return Held(short, blob.size, etag, blob.last_modified.timestamp(), about(blob.metadata or {}))


def _name(said: str) -> str:
    """A block's id as it was given: the SDK gives some back as the service writes them."""
    if "-" in said:
        return said
    return base64.b64decode(said).decode("ascii", "replace")


def _only(etag: str | None) -> dict[str, Any]:
    if etag is None:
        return {"overwrite": False}
    return {"overwrite": True, "etag": etag, "match_condition": MatchConditions.IfNotModified}
