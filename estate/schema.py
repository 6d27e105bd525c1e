"""The tables of the store. `estate/migrations/` carries an older store forward to these.

Times are text in ISO 8601, UTC, so that they sort as they are; records are kept as their JSON.
"""

import sqlalchemy as sa

VERSION = "0002"
"""The newest migration; a test holds this and `estate/migrations/versions/` together."""

metadata = sa.MetaData()

records = sa.Table(
    "record",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("stored_at", sa.Text, nullable=False),
    sa.Column("newest", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("record_history", "kind", "id", "sequence"),
    sa.Index(
        "record_newest",
        "kind",
        "id",
        unique=True,
        sqlite_where=sa.text("newest = 1"),
        postgresql_where=sa.text("newest"),
    ),
)
"""Every record ever put, by time; `newest` marks the last of each id."""

observations = sa.Table(
    "observation",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("server", sa.Text, nullable=False),
    sa.Column("fact", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("newest", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("observation_history", "server", "fact", "sequence"),
    sa.Index(
        "observation_newest",
        "server",
        "fact",
        unique=True,
        sqlite_where=sa.text("newest = 1"),
        postgresql_where=sa.text("newest"),
    ),
)
"""Every observation ever made, by time; `newest` marks the last of each server and fact."""

moves = sa.Table(
    "move",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("workload", sa.Text, nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("move_workload", "workload", "created_at"),
    sa.Index(
        "move_under_way",
        "workload",
        unique=True,
        sqlite_where=sa.text("ended = 0"),
        postgresql_where=sa.text("NOT ended"),
    ),
)
"""Each move as it stands. A workload has at most one that has not ended."""

leases = sa.Table(
    "lease",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("holder", sa.Text, nullable=True),
    sa.Column("since", sa.Text, nullable=True),
    sa.Column("expires", sa.Float, nullable=True),
)
"""Who holds what until when (seconds since 1970). The epoch stays and rises when the holder goes."""

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subjects", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("payload_sha256", sa.Text, nullable=False),
    sa.Column("previous_sha256", sa.Text, nullable=False),
    sa.Column("entry_sha256", sa.Text, nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
    sa.Index("ledger_action", "action", "sequence"),
)
"""The evidence ledger; triggers refuse a change as a first hurdle (see `estate/ledger.py`)."""

samples = sa.Table(
    "sample",
    metadata,
    sa.Column("server", sa.Text, primary_key=True),
    sa.Column("hour", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)
"""What each server used, an hour a row and a line a sample (see `estate/observed.py`)."""

talks = sa.Table(
    "talk",
    metadata,
    sa.Column("server", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True),
    sa.Column("peer", sa.Text, primary_key=True),
    sa.Column("port", sa.Integer, primary_key=True),
    sa.Column("rounds", sa.Integer, nullable=False),
    sa.Column("open_rounds", sa.Integer, nullable=False),
    sa.Column("first_seen", sa.Text, nullable=False),
    sa.Column("last_seen", sa.Text, nullable=False),
)
"""Who each server was seen to talk with, and in how many rounds: counted up, so that it does not grow with time."""

watches = sa.Table(
    "watch",
    metadata,
    sa.Column("server", sa.Text, primary_key=True),
    sa.Column("rounds", sa.Integer, nullable=False),
    sa.Column("missed", sa.Integer, nullable=False),
    sa.Column("first", sa.Text, nullable=False),
    sa.Column("last", sa.Text, nullable=False),
)
"""How often each server was looked at."""
