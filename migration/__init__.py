"""Assess, plan, move, verify, mask."""
