"""Verifiers, a file each: whether two sides agree. They know no mover."""
