"""Pulumi programs and components, and the offline preview."""
