"""The first tables: records, observations, moves, leases, ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _kept_by_time(name: str, first: str, second: str, moment: str) -> None:
    op.create_table(
        name,
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(first, sa.Text, nullable=False),
        sa.Column(second, sa.Text, nullable=False),
        sa.Column(moment, sa.Text, nullable=False),
        sa.Column("newest", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index(f"{name}_history", name, [first, second, "sequence"])
    op.create_index(
        f"{name}_newest",
        name,
        [first, second],
        unique=True,
        sqlite_where=sa.text("newest = 1"),
        postgresql_where=sa.text("newest"),
    )


def upgrade() -> None:
    """Make the tables, and the triggers that refuse a change of the ledger."""
    _kept_by_time("record", "kind", "id", "stored_at")
    _kept_by_time("observation", "server", "fact", "at")
    op.create_table(
        "move",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("workload", sa.Text, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("move_workload", "move", ["workload", "created_at"])
    op.create_index(
        "move_under_way",
        "move",
        ["workload"],
        unique=True,
        sqlite_where=sa.text("ended = 0"),
        postgresql_where=sa.text("NOT ended"),
    )
    op.create_table(
        "lease",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=True),
        sa.Column("since", sa.Text, nullable=True),
        sa.Column("expires", sa.Float, nullable=True),
    )
    op.create_table(
        "ledger",
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
    )
    op.create_index("ledger_action", "ledger", ["action", "sequence"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        )
    else:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER ledger_no_{change.lower()} BEFORE {change} ON ledger "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
