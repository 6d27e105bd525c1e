"""Decant beside its peers, in one run."""
