"""What is kept, and how: backups, logs, the data itself, and what Pulumi knows."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from stacks.settings.base import Reference, Section, shaped


class Protection(Section):
    """Backups, and what guards data. Defaults are a production stack's least."""

    backup_days: int = Field(default=30, ge=7, le=3650, description="How long VM backups are kept.")
    database_backup_days: int = Field(default=35, ge=7, le=35, description="How long database backups are kept.")
    log_days: int = Field(default=365, ge=30, le=730, description="How long logs are kept.")
    soft_delete_days: int = Field(default=30, ge=14, le=90, description="How long deleted blobs can be had back.")
    defender: bool = Field(default=True, description="Defender for Cloud plans of the kinds in use.")


class DataSource(Section):
    """Where the data of a stack that is not production comes from."""

    kind: Literal["synthetic", "masked", "real"] = Field(
        default="synthetic",
        description="synthetic, masked, or real: test takes no real data, and rehearsal takes nothing else.",
    )
    masking_run: str = Field(default="", description="Id of the masking run; needed where masked.")

    @model_validator(mode="after")
    def _run(self) -> Self:
        if self.kind == "masked" and not self.masking_run:
            raise ValueError("masked data needs masking_run, the id of the run that masked it")
        return self


class State(Section):
    """Where Pulumi keeps what it knows of the built stack, and with what it encrypts it. One for each stack."""

    backend: Annotated[
        str, shaped(r"|(azblob|file)://.+", "azblob://CONTAINER?storage_account=NAME, file://PATH, or nothing")
    ] = Field(
        default="",
        description="azblob://CONTAINER?storage_account=NAME or file://PATH; default: .decant/pulumi/NAME.",
    )
    secrets_provider: Annotated[
        str,
        shaped(r"passphrase|azurekeyvault://.+", "passphrase, or azurekeyvault://VAULT.vault.azure.net/keys/KEY"),
    ] = Field(
        default="passphrase",
        description="passphrase, or azurekeyvault://VAULT.vault.azure.net/keys/KEY.",
    )
    passphrase: Reference = Field(
        default="env:PULUMI_CONFIG_PASSPHRASE",
        min_length=1,
        description="Reference to the passphrase, never the passphrase.",
    )
