"""Moving one PostgreSQL database: by logical replication, or by dump and restore inside the freeze."""
