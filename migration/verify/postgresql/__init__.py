"""The parts of the PostgreSQL verifier: definitions, rows, and what has no row or definition."""
