"""What a business case is reckoned by: how long, at what discount, and with how much optimism bias."""

from datetime import date
from math import isfinite
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from estate.records.cost import Amount

TREASURY_RATE = 0.035
"""The Green Book's social time preference rate, a year, for the first 30 years."""
OF_OUR_OWN = ", the council's own rate, where the Treasury has 3.5%"
GREEN_BOOK = "HM Treasury, The Green Book (2026), the chapter on discounting"
OPTIMISM = "HM Treasury, Supplementary Green Book Guidance: Optimism Bias, table 1 (after Mott MacDonald, 2002)"


def _is_range(value: Amount) -> Amount:
    ends = (value.low, value.likely, value.high)
    if not all(map(isfinite, ends)) or not 0 <= value.low <= value.likely <= value.high:
        raise ValueError("low, likely and high must be numbers from 0 on that do not fall")
    return value


class Terms(BaseModel):
    """Set in assumptions.toml under `[business]`; without that, these."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    appraisal_years: int = Field(default=5, ge=1, le=20)
    """How long after the last wave costs are counted, to the end of that financial year."""
    discount_rate: float = Field(default=TREASURY_RATE, ge=0, le=0.2)
    """Real, a year. The Green Book's rate for the first 30 years."""
    build_days: int = Field(default=14, ge=0, le=365)
    """How long before a move its target is built, and paid for."""
    soak_days: int = Field(default=14, ge=0, le=365)
    """How long after its last move a server is kept, so that going back stays possible."""
    refresh_on: date | None = None
    """When hardware that stays has to be bought anew; None: `refresh_in_years` from the day of the case."""
    refresh_in_years: int = Field(default=2, ge=0, le=20)
    extended_support: Annotated[Amount, AfterValidator(_is_range)] | None = None
    """Pounds a year and server, for a system that is out of ordinary support where extended support is sold."""
    one_off_bias: float = Field(default=2.0, ge=0, le=5)
    """Optimism bias of what is paid once. 200%: upper bound for equipment and development, capital expenditure."""
    running_bias: float = Field(default=0.41, ge=0, le=5)
    """Optimism bias of what running in Azure costs. 41%: upper bound for outsourcing, operating expenditure."""
    delay_bias: float = Field(default=0.54, ge=0, le=5)
    """By how much of its length a plan may run late. 54%: upper bound for equipment and development, duration."""
