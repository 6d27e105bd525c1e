"""S3, as the mover uses it: small objects whole, large ones as multipart uploads."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from estate.errors import RefusedError, UnfinishedError
from estate.object_store import s3, told
from estate.records.object_store import ObjectStore
from migration.objects.base import OURS, Held, Upload, about

LARGEST_COPY = 5 * 1024**3
"""Bytes above which S3 copies an object, within the service, only in parts (its documentation of CopyObject)."""
COPIED_AT_ONCE = 1024**3


class S3:
    """See `migration.objects.base.Remote`. The bucket must keep versions."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._client: Any = s3(store)

    def check(self) -> str:
        """See `Remote.check`."""
        with told(self._store, "Looking at"):
            said = self._client.get_bucket_versioning(Bucket=self._store.container)
        if said.get("Status") != "Enabled":
            raise RefusedError(
                f"the bucket {self._store.container} ({self._store.name}) keeps no versions of what is overwritten",
                f"aws s3api put-bucket-versioning --bucket {self._store.container} "
                "--versioning-configuration Status=Enabled, and run again",
            )
        return "the bucket keeps every version"

    def empty(self) -> bool:
        """See `Remote.empty`."""
        with told(self._store, "Listing"):
            found = self._client.list_object_versions(
                Bucket=self._store.container, Prefix=self._store.prefix, MaxKeys=1
            )
        return not found.get("Versions") and not found.get("DeleteMarkers")

    def listing(self) -> Iterator[Held]:
        """See `Remote.listing`."""
        with told(self._store, "Listing"):
            for one in self._all("list_objects_v2", "Contents"):
                name = one["Key"].removeprefix(self._store.prefix)
                if name.startswith(OURS):
                    continue
                yield Held(name, one["Size"], one["ETag"], one["LastModified"].timestamp())

    def head(self, name: str) -> Held | None:
        """See `Remote.head`."""
        with told(self._store, f"Looking at {name} in"):
            try:
                said = self._client.head_object(**self._at(name))
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return None
                raise
        return Held(
            name, said["ContentLength"], said["ETag"], said["LastModified"].timestamp(), about(said["Metadata"])
        )

    def put(self, name: str, data: bytes, metadata: Mapping[str, str], etag: str | None) -> str:
        """See `Remote.put`."""
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        with told(self._store, f"Writing {name} to"):
            said = self._client.put_object(
                **self._at(name), Body=data, Metadata=dict(metadata), ChecksumSHA256=digest, **_only(etag)
            )
        return str(said["ETag"])

    def begin(self, name: str, mark: str, metadata: Mapping[str, str]) -> Upload:  # noqa: ARG002 - parts are known by their content
        """See `Remote.begin`."""
        at = self._at(name)
        with told(self._store, f"Looking at {name} in"):
            waiting = self._client.list_multipart_uploads(Bucket=at["Bucket"], Prefix=at["Key"]).get("Uploads", [])
            mine = [one["UploadId"] for one in waiting if one["Key"] == at["Key"]]
            if not mine:
                begun = self._client.create_multipart_upload(**at, Metadata=dict(metadata))
                return Upload(name, str(begun["UploadId"]), {})
            pages = self._client.get_paginator("list_parts").paginate(**at, UploadId=mine[0])
            there = {
                part["PartNumber"] - 1: part["ETag"].strip('"') for page in pages for part in page.get("Parts", [])
            }
        return Upload(name, str(mine[0]), there)

    def send(self, upload: Upload, number: int, data: bytes) -> None:
        """See `Remote.send`."""
        digest = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        with told(self._store, f"Writing {upload.name} to"):
            self._client.upload_part(
                **self._at(upload.name), UploadId=upload.id, PartNumber=number + 1, Body=data, ContentMD5=digest
            )

    def commit(self, upload: Upload, count: int, metadata: Mapping[str, str], etag: str | None) -> str:
        """See `Remote.commit`."""
        at = self._at(upload.name)
        with told(self._store, f"Writing {upload.name} to"):
            pages = self._client.get_paginator("list_parts").paginate(**at, UploadId=upload.id)
            tags = {part["PartNumber"]: part["ETag"] for page in pages for part in page.get("Parts", [])}
            if any(number not in tags for number in range(1, count + 1)):
                raise UnfinishedError(
                    f"Parts of {upload.name} are missing in {at['Bucket']}", "run the command again"
                )
            parts = [{"PartNumber": number, "ETag": tags[number]} for number in range(1, count + 1)]
            said = self._client.complete_multipart_upload(
                **at, UploadId=upload.id, MultipartUpload={"Parts": parts}, **_only(etag)
            )
        # An upload that was begun for an earlier state of the file says what that one was.
        held = self.head(upload.name)
        if held is not None and held.etag == said["ETag"] and held.about != about(metadata):
            return self.say(upload.name, metadata, held.etag)
        return str(said["ETag"])

    def say(self, name: str, metadata: Mapping[str, str], etag: str) -> str:
        """See `Remote.say`."""
        at = self._at(name)
        held = self.head(name)
        if held is not None and held.size > LARGEST_COPY:
            return self._copy_in_parts(held, metadata)
        with told(self._store, f"Writing about {name} to"):
            said = self._client.copy_object(
                **at, CopySource=at, CopySourceIfMatch=etag, Metadata=dict(metadata), MetadataDirective="REPLACE"
            )
        return str(said["CopyObjectResult"]["ETag"])

    def read(self, held: Held, offset: int, length: int) -> bytes:
        """See `Remote.read`."""
        if not length:
            return b""
        with told(self._store, f"Reading {held.name} from"):
            said = self._client.get_object(
                **self._at(held.name), IfMatch=held.etag, Range=f"bytes={offset}-{offset + length - 1}"
            )
            return bytes(said["Body"].read())

    def delete(self, name: str, etag: str) -> None:
        """See `Remote.delete`. S3 deletes whatever is there, and keeps it as a version; so it is looked at first."""
        seen = self.head(name)
        if seen is None:
            return
        if seen.etag != etag:
            raise UnfinishedError(
                f"{name} in {self._store.container} was written meanwhile", "run the command again"
            )
        with told(self._store, f"Deleting {name} from"):
            self._client.delete_object(**self._at(name))

    def purge(self, last: str) -> None:
        """See `Remote.purge`."""
        at = {"Bucket": self._store.container}
        with told(self._store, "Emptying"):
            for one in list(self._all("list_multipart_uploads", "Uploads")):
                self._client.abort_multipart_upload(**at, Key=one["Key"], UploadId=one["UploadId"])
            versions = [
                one for kind in ("Versions", "DeleteMarkers") for one in self._all("list_object_versions", kind)
            ]
            for one in sorted(versions, key=lambda one: bool(one["Key"] == self._store.prefix + last)):
                self._client.delete_object(**at, Key=one["Key"], VersionId=one["VersionId"])

    def _copy_in_parts(self, held: Held, metadata: Mapping[str, str]) -> str:
        at = self._at(held.name)
        with told(self._store, f"Writing about {held.name} to"):
            upload = self._client.create_multipart_upload(**at, Metadata=dict(metadata))["UploadId"]
            parts = []
            for number, begin in enumerate(range(0, held.size, COPIED_AT_ONCE), 1):
                end = min(begin + COPIED_AT_ONCE, held.size) - 1
                said = self._client.upload_part_copy(
                    **at, CopySource=at, CopySourceIfMatch=held.etag, CopySourceRange=f"bytes={begin}-{end}",
                    UploadId=upload, PartNumber=number,
                )  # fmt: skip
                parts.append({"PartNumber": number, "ETag": said["CopyPartResult"]["ETag"]})
            made = self._client.complete_multipart_upload(
                **at, UploadId=upload, MultipartUpload={"Parts": parts}, **_only(held.etag)
            )
        return str(made["ETag"])

    def _all(self, call: str, kind: str) -> Iterator[Any]:
        pages = self._client.get_paginator(call).paginate(Bucket=self._store.container, Prefix=self._store.prefix)
        for page in pages:
            yield from page.get(kind, [])

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._store.container, "Key": self._store.prefix + name}


def _only(etag: str | None) -> dict[str, str]:
    return {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
