"""What every record shares."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies outside the calendar") from None


Instant = Annotated[datetime, AfterValidator(_utc)]
"""A moment, always with its zone, kept in UTC."""


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class Record(BaseModel):
    """A frozen, typed record. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")
