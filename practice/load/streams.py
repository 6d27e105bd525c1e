"""Which client serves which kind of stream."""

from estate.errors import DecantError
from practice.load.mariadb import MariadbStream
from practice.load.postgres import PostgresStream
from practice.load.settings import StreamSettings
from practice.load.share import ShareStream
from practice.load.stream import Stream


def make(settings: StreamSettings, answer_seconds: float) -> Stream:
    """The client of one stream, not connected yet."""
    if settings.kind == "postgres":
        return PostgresStream(settings, answer_seconds)
    if settings.kind == "mariadb":
        return MariadbStream(settings, answer_seconds)
    if settings.kind == "share":
        return ShareStream(settings, answer_seconds)
    raise DecantError(f"no stream of kind {settings.kind}", "add one to practice/load/streams.py")
