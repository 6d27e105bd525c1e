"""Kinds of cost: one a file, found by its name."""
