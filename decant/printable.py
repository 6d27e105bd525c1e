"""`estate.printable`, for the face."""

from estate.printable import printable

__all__ = ["printable"]
