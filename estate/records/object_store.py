"""A container of an object store as the workspace names it: a target that is no host."""

from typing import Literal, Self

from pydantic import Field, model_validator

from estate import secrets
from estate.errors import UsageError
from estate.records.base import Record
from estate.records.host import HOST_NAME


class ObjectStore(Record):
    """One `[[object_store]]` of `decant.toml`. Secrets are references, as in the hosts file."""

    name: str = Field(pattern=HOST_NAME, description="What moves call it: `--to NAME`.")
    kind: Literal["azure", "s3"] = Field(description="Azure Blob Storage, or S3 and what speaks like it.")
    container: str = Field(min_length=3, max_length=63, description="The container, or the bucket.")
    prefix: str = Field(default="", pattern=r"^$|^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/$")
    """What every object's name begins with, ended by `/`; the whole container where it is empty."""
    url: str = Field(default="", pattern=r"^$|^https?://")
    """Where the service answers, as `https://ACCOUNT.blob.core.windows.net`; empty is AWS itself, for S3 alone."""
    region: str = "eu-west-2"
    account: str = Field(min_length=1)
    """Azure: the storage account. S3: the id of the access key."""
    key: str
    """Reference to the account's key (Azure) or the secret access key (S3)."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind == "azure" and not self.url:
            raise ValueError("a container of Azure needs its url, as https://ACCOUNT.blob.core.windows.net")
        try:
            secrets.check(self.key)
        except UsageError as wrong:
            raise ValueError(f"the key is not a reference to a secret; {wrong.remedy}") from None
        return self
