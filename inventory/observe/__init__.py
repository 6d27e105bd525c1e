"""Looks at servers again and again: who talks to whom over time, and how much they use."""
