"""The sizes of Azure's database services: which a server of each product and tier takes.

From Microsoft's "Compute options in Azure Database for PostgreSQL" (May 2024) and "Azure Database for MySQL service
tiers" (November 2024). Whether a size has a price is the book's to say.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from estate.catalogue.databases import DatabaseProduct
from estate.suggest import did_you_mean

Tier = Literal["Burstable", "GeneralPurpose", "MemoryOptimized"]

_BURSTABLE = {"B{}ms": (1, 2, 4, 8, 12, 16, 20), "B{}s": (2,)}
_D = (2, 4, 8, 16, 32, 48, 64)
_E = (2, 4, 8, 16, 20, 32, 48, 64)
_SERIES: Mapping[tuple[DatabaseProduct, Tier], Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {
        ("PostgreSQL", "Burstable"): _BURSTABLE,
        ("PostgreSQL", "GeneralPurpose"): {"D{}s_v3": _D, "D{}ds_v4": _D, "D{}ds_v5": (*_D, 96), "D{}ads_v5": (*_D, 96)},
        ("PostgreSQL", "MemoryOptimized"): {"E{}s_v3": (2, 4, 8, 16, 32, 48, 64), "E{}ds_v4": _E, "E{}ds_v5": (*_E, 96),
                                            "E{}ads_v5": (*_E, 96)},
        ("MySQL", "Burstable"): _BURSTABLE,
        ("MySQL", "GeneralPurpose"): {"D{}ads_v5": _D, "D{}ds_v4": _D, "D{}ds_v5": (96,)},
        ("MySQL", "MemoryOptimized"): {"E{}ds_v4": _E, "E{}ds_v5": _E, "E{}ads_v5": (*_E, 96), "E{}ids_v4": (80,)},
    }
)  # fmt: skip
"""By product and tier, the series and how many cores there are of each."""


def sizes_of(product: DatabaseProduct, tier: Tier) -> tuple[str, ...]:
    """Every size that a server of this product and tier takes, as `Standard_D2ads_v5`."""
    series = _SERIES[product, tier]
    return tuple(f"Standard_{name.format(cores)}" for name, cores_of in series.items() for cores in cores_of)


def refuse_size(product: DatabaseProduct, tier: Tier, size: str) -> None:
    """Raises `ValueError` that names the setting where such a server takes no such size."""
    taken = sizes_of(product, tier)
    if size in taken:
        return
    other = next((one for made, one in _SERIES if made == product and size in sizes_of(product, one)), None)
    if other is not None:
        raise ValueError(f"size {size!r} is one of the tier {other}, and tier is {tier}")
    raise ValueError(
        f"size {size!r} is none that a {tier} {product} server takes: "
        + did_you_mean(size, taken, f"as {taken[0]}, see docs/stacks.md")
    )
