"""Products that need a licence, by the files that they install."""

from estate.records.base import Record


class LicensedProduct(Record):
    """One product. Whether it is used, and by which licence, its owner must say."""

    product: str
    maker: str
    path: str
    """What shows that it is there."""
    version: str = ""
    """Where a file or folder's name says so."""
    detail: str = ""
    """For Oracle: the instances of oratab. Redacted."""


class Licensed(Record):
    """Fact `licensed`: those of a list that Decant knows. Another product is not seen."""

    products: tuple[LicensedProduct, ...]
